/* Quantised operators, one output tile at a time, bit-exact with TFLite-Micro's reference kernels.
 */
#ifndef FW_NN_KERNELS_H
#define FW_NN_KERNELS_H

#include <stdint.h>

#include "target_fw/protocol/network_image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Computes one tile of a layer of an image that passed fw_image_check().
 *
 *   image    4-aligned; constants are read where they lie
 *   tile     from fw_tile_of() or fw_whole_layer()
 *   input    the tile's input patch, dense NHWC with the tile's extents
 *   input2   ADD: that of the second input; else not read
 *   output   the tile, dense likewise; must not overlap an input
 *   scratch  fw_scratch_bytes(layer), which may hold anything before and after
 *
 * Elements are int8 or int16, as the layer's tensors say; all pointers are 4-aligned.
 *
 * RESHAPE has nothing to compute: its output is its input's place. */
void fw_run_tile(const void *image, const struct fw_layer *layer, const struct fw_tile *tile,
                 const void *input, const void *input2, void *output, void *scratch);

/* The two builds of the arithmetic, which give the same output bit for bit: in plain C, and for cores
 * with the DSP extension. fw_run_tile() is the second where there is one (__ARM_FEATURE_DSP), unless
 * FW_PLAIN_KERNELS is defined. */
void fw_run_tile_plain(const void *image, const struct fw_layer *layer, const struct fw_tile *tile,
                       const void *input, const void *input2, void *output, void *scratch);
void fw_run_tile_fast(const void *image, const struct fw_layer *layer, const struct fw_tile *tile,
                      const void *input, const void *input2, void *output, void *scratch);

/* SOFTMAX of `count` places of `channels` values each; output scale 1/256, zero point -128. */
void fw_softmax(const struct fw_layer *layer, uint32_t count, uint32_t channels,
                const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
