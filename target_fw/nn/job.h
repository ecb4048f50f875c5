/* What the kernels share: a tile to compute, the part of a window that lies on the input, and how a
 * sum becomes an output. Only nn includes this. */
#ifndef FW_NN_JOB_H
#define FW_NN_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target_fw/nn/fixed_point.h"
#include "target_fw/protocol/network_image.h"

/* A tile with what its kernel reads and writes; coordinates are those of the whole tensors. */
struct fw_job {
    const struct fw_layer *layer;
    const struct fw_tile *tile;
    const int8_t *weights; /* packed when they have 4 bits */
    const int32_t *bias;   /* of int16 elements: two words each */
    const int32_t *multiplier;
    const int32_t *shift;
    const void *input;
    const void *input2;
    void *output;
    void *scratch;
    uint32_t patch_width;
    uint32_t patch_channels;
};

/* The part of a kernel's axis that lies on the input, and the input element under its first tap. */
struct fw_taps {
    uint32_t from;
    uint32_t to;
    uint32_t at;
};

struct fw_taps fw_rows_of(const struct fw_job *job, uint32_t y);
struct fw_taps fw_columns_of(const struct fw_job *job, uint32_t x);

/* Computes all channels of the tile at one place; `output` counts elements of the tile. */
typedef void fw_place(const struct fw_job *job, struct fw_taps rows, struct fw_taps columns,
                      size_t output);

/* Calls `place` for every place of the tile. Padding is settled here, once a place; the place
 * functions read the input only. */
void fw_slide(const struct fw_job *job, fw_place *place);

/* Whether the tile's inputs are int16. */
static inline bool fw_wide(const struct fw_job *job)
{
    return job->layer->input.element_bytes == 2;
}

/* The element of the input patch at a place of the input tensor, in the patch's first channel. */
static inline size_t fw_patch_at(const struct fw_job *job, uint32_t y, uint32_t x)
{
    return ((size_t)(y - job->tile->in_y) * job->patch_width + (x - job->tile->in_x)) *
           job->patch_channels;
}

/* Element `index` of a patch. */
static inline int32_t fw_element(const void *elements, bool wide, size_t index)
{
    return wide ? ((const int16_t *)elements)[index] : ((const int8_t *)elements)[index];
}

static inline int32_t fw_clamp(int32_t value, int32_t low, int32_t high)
{
    value = value < low ? low : value;
    return value > high ? high : value;
}

/* Writes element `index` of the tile. */
static inline void fw_put(const struct fw_job *job, size_t index, int32_t value)
{
    if (job->layer->output.element_bytes == 2)
        ((int16_t *)job->output)[index] = (int16_t)value;
    else
        ((int8_t *)job->output)[index] = (int8_t)value;
}

/* Adds the zero point, clamps to the fused activation and writes. The clamp stands first, where it
 * also keeps the addition in range. */
static inline void fw_put_scaled(const struct fw_job *job, size_t index, int32_t value)
{
    const struct fw_layer *layer = job->layer;
    const int32_t zero = layer->output.zero_point;
    value = fw_clamp(value, layer->activation_min - zero, layer->activation_max - zero);
    fw_put(job, index, value + zero);
}

/* Finishes channel `c` with the sum of its products: bias, scale, zero point, activation. */
static inline void fw_put_sum(const struct fw_job *job, uint32_t c, int64_t sum, size_t index)
{
    const int32_t multiplier = job->multiplier[c];
    const int32_t shift = job->shift[c];
    if (fw_wide(job)) {
        const uint64_t high = (uint32_t)job->bias[2 * (size_t)c + 1];
        const uint64_t bias = high << 32 | (uint32_t)job->bias[2 * (size_t)c];
        fw_put_scaled(job, index,
                      fw_requantise_wide((int64_t)((uint64_t)sum + bias), multiplier, shift));
    } else {
        const int32_t whole = fw_wrapping_add((int32_t)sum, job->bias[c]);
        fw_put_scaled(job, index, fw_requantise(whole, multiplier, shift));
    }
}

/* Bytes of one output channel's filter of `taps` weights. */
static inline size_t fw_filter_bytes(const struct fw_layer *layer, size_t taps)
{
    return layer->weight_bits == 4 ? (taps + 1) / 2 : taps;
}

/* The operators, each for any layer of its kind. */
void fw_conv_plain(const struct fw_job *job);
void fw_conv_fast(const struct fw_job *job);
void fw_depthwise_plain(const struct fw_job *job);
void fw_depthwise_fast(const struct fw_job *job);
void fw_fully_connected_plain(const struct fw_job *job);
void fw_fully_connected_fast(const struct fw_job *job);
void fw_average_pool(const struct fw_job *job);
void fw_max_pool(const struct fw_job *job);
void fw_add(const struct fw_job *job);
void fw_quantize(const struct fw_job *job);
void fw_softmax_tile(const struct fw_job *job);

#endif
