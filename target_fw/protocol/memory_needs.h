/* How much memory of a board a network takes with each strategy. */
#ifndef FW_PROTOCOL_MEMORY_NEEDS_H
#define FW_PROTOCOL_MEMORY_NEEDS_H

#include <stdint.h>

#include "target_fw/protocol/network_image.h"
#include "target_fw/protocol/run_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In bytes. */
struct fw_memory {
    uint64_t ram; /* working memory: activations that lie there, tiles and scratch memory */
    uint64_t nv;  /* non-volatile memory for activations, from FW_NV_ARENA on */
};

/* `network` may hold any numbers; `strategy` is one of enum fw_strategy. */
struct fw_memory fw_memory_needs(const struct fw_image_header *network, uint8_t strategy);

#ifdef __cplusplus
}
#endif

#endif
