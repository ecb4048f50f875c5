/* All that the firmware remembers in RAM. It is zeroed at each power-up; what outlives one is in
 * the two records below. */
#ifndef FW_RT_STATE_H
#define FW_RT_STATE_H

#include <stdint.h>

#include "target_fw/app/telemetry.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/network_image.h"
#include "target_fw/protocol/run_config.h"
#include "target_fw/rt/slots.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Committed work. It belongs to one run configuration, image and set of inputs. */
struct fw_progress {
    uint32_t run;       /* checksum of configuration, image header and inputs header */
    uint32_t inference; /* inferences before this one are done */
    uint16_t layer;
    uint16_t tile; /* first that is not done; tile_count of the layer at its end */
};

/* What a power-up leaves for the next one. */
struct fw_boot_state {
    uint32_t run;
    uint32_t verified; /* checksum of the headers of the image and inputs that were verified */
    uint32_t progress_sequence; /* of the newest progress record at this power-up */
    uint16_t boot;
    uint16_t attempts; /* power-ups in a row that found the same progress_sequence, less one */
};

/* Writes to non-volatile memory since the last commit. */
struct fw_writing {
    uint32_t ticks;
    uint32_t bytes;
};

struct fw_state {
    const struct fw_board *board;
    const struct fw_image_header *network;
    const struct fw_inputs_header *inputs;
    struct fw_run_config config;
    struct fw_telemetry telemetry;
    struct fw_slots boot_slots;
    struct fw_slots progress_slots;
    struct fw_boot_state boot;
    struct fw_progress progress;
    struct fw_writing writing;
    uint32_t marks;
};

/* Pins of fw_hal_marks(). */
enum { FW_MARK_INFERENCE = 1, FW_MARK_COMMIT = 2 };

#ifdef __cplusplus
}
#endif

#endif
