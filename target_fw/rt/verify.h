/* Whether image and inputs are what their checksums say, and no tile takes more working memory than
 * the image's header says. That is gone through once, in steps that are remembered in non-volatile
 * memory: however short the power cycles are, it comes to an end, and later power-ups trust that it
 * did. */
#ifndef FW_RT_VERIFY_H
#define FW_RT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "target_fw/rt/state.h"

/* Says which image and inputs these are without reading all of them: the first 16 bytes of each
 * hold size and checksum of the rest. Never 0. */
uint32_t fw_headers_checksum(const struct fw_state *state);

/* Finds how far an earlier power cycle came. */
void fw_verify_open(struct fw_state *state);
/* Goes on from there to the end; false, after a fault record, when something is wrong. Inputs
 * are looked at for a run only: in the other modes they come from the host. */
bool fw_verify(struct fw_state *state);
/* Trusts nothing that was found: image or inputs are going to be overwritten. */
void fw_verify_forget(struct fw_state *state);

#endif
