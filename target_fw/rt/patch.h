/* Tiles between the arena, wherever it lies, and working memory. */
#ifndef FW_RT_PATCH_H
#define FW_RT_PATCH_H

#include "target_fw/protocol/network_image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A part of a tensor as equal runs of contiguous bytes, `lines` times `runs` of them. */
struct fw_box {
    uint32_t offset;     /* of the first run, in the arena */
    uint32_t run_bytes;  /* of one run */
    uint32_t runs;       /* in a line */
    uint32_t run_stride; /* bytes from one run of a line to the next */
    uint32_t lines;
    uint32_t line_stride;
};

/* What a tile reads of `tensor`, which is input or input2 of its layer. */
struct fw_box fw_input_box(const struct fw_tensor *tensor, const struct fw_tile *tile);
/* What a tile writes of `tensor`, the output of its layer. */
struct fw_box fw_output_box(const struct fw_tensor *tensor, const struct fw_tile *tile);

/* Copies a box out of the arena, dense, or back into it. The arena lies at `ram`, or in
 * non-volatile memory when that is null. */
void fw_box_load(const struct fw_box *box, const uint8_t *ram, uint8_t *to);
void fw_box_store(const struct fw_box *box, uint8_t *ram, const uint8_t *from);
/* Bytes of it. */
uint32_t fw_box_bytes(const struct fw_box *box);

#ifdef __cplusplus
}
#endif

#endif
