/* Activations in non-volatile memory, tiles of them in RAM, and a copy where there is room. */
#ifndef FW_RT_IN_NV_H
#define FW_RT_IN_NV_H

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

void fw_nv_open(struct fw_state *state);
void fw_nv_put_input(struct fw_state *state, const void *input);
void fw_nv_read(struct fw_state *state, void *to, uint32_t offset, uint32_t size);
/* `layer` commits at the end of the layer, `tile` whenever that is due too. */
void fw_nv_run_layer(struct fw_state *state, uint32_t index, uint32_t first);

#ifdef __cplusplus
}
#endif

#endif
