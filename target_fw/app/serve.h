/* The line from the host. */
#ifndef FW_APP_SERVE_H
#define FW_APP_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "target_fw/app/mlperf.h"
#include "target_fw/protocol/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fw_state;

/* Zero-initialised it has heard nothing. */
struct fw_server {
    struct fw_frame_reader reader;
    uint16_t newest;  /* number of the newest request */
    bool heard;       /* there was one */
    bool changed;     /* a command changed the work: start over */
    bool output_kept; /* the output of the last inference is still where it was computed */
    uint8_t fault;    /* enum fw_fault_code that was reported last; 0 none */
    uint32_t fault_detail;
    struct fw_mlperf mlperf;
};

/* Serves the host until a command changes the work. Sleeps while the line is quiet. */
void fw_serve(struct fw_state *state);
/* For the pauses of work: returns at once when no byte is waiting. Else it serves until the line
 * has been quiet for a tenth of a second, a second has brought no sound frame, or the work changes.
 * Returns whether it did. */
bool fw_serve_pause(struct fw_state *state);

#ifdef __cplusplus
}
#endif

#endif
