/* From power-up to the point where work can go on. */
#ifndef FW_RT_BOOT_H
#define FW_RT_BOOT_H

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills in the zeroed `state` from board and non-volatile memory, counts the power-up and sends
 * BOOT. Returns when image, inputs and configuration can be executed and there is work left to try;
 * else it reports why not and sleeps for ever. */
void fw_boot(struct fw_state *state);

#ifdef __cplusplus
}
#endif

#endif
