/* Tiles between the arena in non-volatile memory and RAM. */
#ifndef FW_RT_PATCH_H
#define FW_RT_PATCH_H

#include "target_fw/protocol/network_image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a tile's input patch from the arena, dense. */
void fw_patch_load(const struct fw_layer *layer, const struct fw_tile *tile, int8_t *patch);
/* Writes a dense output tile to its places in the arena; returns the bytes written. */
uint32_t fw_patch_store(const struct fw_layer *layer, const struct fw_tile *tile,
                        const int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
