/* Which bytes of the arena are still needed at a place in the work. */
#ifndef FW_PROTOCOL_LIVE_ACTIVATIONS_H
#define FW_PROTOCOL_LIVE_ACTIVATIONS_H

#include <stdint.h>

#include "target_fw/protocol/network_image.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { FW_LIVE_RANGES_MAX = 12 };

struct fw_range {
    uint32_t offset; /* in the arena */
    uint32_t bytes;
};

struct fw_live {
    struct fw_range ranges[FW_LIVE_RANGES_MAX];
    uint32_t count;
};

/* Everything that the rest of an inference reads before it writes it, when all before tile `tile`
 * <= tile_count of layer `layer` < layer_count is done: inputs of this and later layers as far as
 * they are made, the rows of the layer's output as far as it is, and of the last layer the
 * network's output. Ranges may overlap, and hold more than is needed where a tensor is made of
 * several or there are more than FW_LIVE_RANGES_MAX.
 *
 *   network   an image that passed fw_image_check() */
void fw_live_find(struct fw_live *live, const struct fw_image_header *network, uint32_t layer,
                  uint32_t tile);
/* Bytes of all ranges. */
uint32_t fw_live_bytes(const struct fw_live *live);

#ifdef __cplusplus
}
#endif

#endif
