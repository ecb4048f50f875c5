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
 * What the kernels rely on, besides that everything lies inside the image: shifts of -31 to 31, or
 * to 14 for the 64-bit sums of int16 elements; zero points of an int8, or 0; at most 65536 taps; at
 * least 7 bytes of image after the weights, which the fast kernels read in groups; windows of at
 * most 65535 places in pools of int16 elements. Any other number gives an output, if not a sensible
 * one.
 *
 * Elements are int8 or int16, as the layer's tensors say; all pointers are 4-aligned.
 *
 * RESHAPE has nothing to compute: its output is its input's place. */
void fw_run_tile(const void *image, const struct fw_layer *layer, const struct fw_tile *tile,
                 const void *input, const void *input2, void *output, void *scratch);

/* The two builds of the arithmetic, which give the same output bit for bit: in plain C, and for
 * cores with the DSP extension. fw_run_tile() is the second where there is one (__ARM_FEATURE_DSP),
 * unless FW_PLAIN_KERNELS is defined. */
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
