/* One output tile, from the arena and back into it. */
#ifndef FW_RT_TILE_H
#define FW_RT_TILE_H

#include <stdint.h>

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Computes tile `tile` of layer `index`. The arena lies at `arena`, 4-aligned, or in non-volatile
 * memory when that is null. */
void fw_tile_run(struct fw_state *state, uint32_t index, uint32_t tile, uint8_t *arena);

/* Bytes rounded up to whole words. */
uint32_t fw_words(uint32_t bytes);

#ifdef __cplusplus
}
#endif

#endif
