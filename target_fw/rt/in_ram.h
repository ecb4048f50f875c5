/* Activations in RAM: all is lost with the power. */
#ifndef FW_RT_IN_RAM_H
#define FW_RT_IN_RAM_H

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

void fw_ram_open(struct fw_state *state);
void fw_ram_put_input(struct fw_state *state, const void *input);
void fw_ram_read(struct fw_state *state, void *to, uint32_t offset, uint32_t size);
/* `restart`: each layer is one tile that works where its activations lie; `first` is 0. */
void fw_ram_run_layer(struct fw_state *state, uint32_t index, uint32_t first);

#ifdef __cplusplus
}
#endif

#endif
