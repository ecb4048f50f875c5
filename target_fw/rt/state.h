/* All that the firmware remembers in RAM. It is zeroed at each power-up; what outlives one is in
 * the three records below, and in the activations that are kept in non-volatile memory. */
#ifndef FW_RT_STATE_H
#define FW_RT_STATE_H

#include <stdint.h>

#include "target_fw/app/serve.h"
#include "target_fw/app/telemetry.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/network_image.h"
#include "target_fw/protocol/run_config.h"
#include "target_fw/rt/copy.h"
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
    uint32_t commits; /* sequence numbers of progress and verification at this power-up, added */
    uint16_t boot;
    uint16_t attempts; /* power-ups in a row that found the same commits, less one */
    uint16_t halvings; /* of the tiles between two commits: one each time that happened */
    uint16_t steady;   /* power-ups in a row that found other commits, since a halving */
};

/* How far image and inputs are verified. */
struct fw_verifying {
    uint32_t headers; /* fw_headers_checksum() of those that are meant */
    uint32_t part;    /* 0 the image, 1 its tiles, 2 the inputs, 3 all done */
    uint32_t done;    /* bytes of the part; of the tiles: layers */
    uint32_t crc;     /* of these */
};

/* Writes to non-volatile memory since the last commit. */
struct fw_writing {
    uint32_t ticks;
    uint32_t bytes;
};

/* Tiles since the last commit, and what tiles take. */
struct fw_fusion {
    uint32_t tiles;
    uint32_t supply; /* storage voltage squared, in mV^2, after the last tile; 0 before the first */
    uint32_t cost;   /* the most that a tile took of it since power-up */
};

struct fw_state {
    const struct fw_board *board;
    const struct fw_image_header *network;
    const struct fw_inputs_header *inputs;
    struct fw_run_config config;
    struct fw_telemetry telemetry;
    struct fw_slots boot_slots;
    struct fw_slots progress_slots;
    struct fw_slots verify_slots;
    struct fw_boot_state boot;
    struct fw_progress progress;
    struct fw_verifying verifying;
    struct fw_writing writing;
    struct fw_fusion fusion;
    struct fw_copy copy;
    uint8_t *tile_memory; /* working memory behind what lies there for longer */
    struct fw_server server;
    uint32_t marks;
    bool restarted; /* not by power, but by a command that changed the work */
};

/* Pins of fw_hal_marks(). */
enum {
    FW_MARK_INFERENCE = 1,
    FW_MARK_COMMIT = 2,
    FW_MARK_MEASURE = 4,  /* high while what MEASURE asks for goes on */
    FW_MARK_TIMESTAMP = 8 /* mode `mlperf-energy`: high; low for a while at a timestamp */
};

#ifdef __cplusplus
}
#endif

#endif
