/* From power-up to the point where work can go on. */
#ifndef FW_RT_BOOT_H
#define FW_RT_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills in the zeroed `state` from board and non-volatile memory, counts the power-up and sends
 * BOOT. True when image, inputs and configuration can be executed; then state->progress is where
 * the work goes on, if any is left. Else false, after a FAULT record that says why not. */
bool fw_boot(struct fw_state *state);

/* Offset of the first field of the run configuration that is wrong, or -1. */
int32_t fw_run_config_fault(const struct fw_run_config *config);

/* Whether all inferences that were asked for are done. */
bool fw_all_done(const struct fw_state *state);

#ifdef __cplusplus
}
#endif

#endif
