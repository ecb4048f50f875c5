/* How the fast kernels turn sums of products into outputs. Only nn includes this. */
#ifndef FW_NN_FINISH_H
#define FW_NN_FINISH_H

#include "target_fw/nn/dsp.h"
#include "target_fw/nn/job.h"

/* Whether all channels of the tile can be finished with fw_quick_output() or, of int16 elements,
 * fw_quick_wide_output(): sums of `taps` products with their bias stay far below 2^31, and results
 * are shifted to the right by what these expect. */
bool fw_quick(const struct fw_job *job, size_t taps);

/* The constants of a channel as fw_quick_output() wants them. */
struct fw_scale {
    int32_t bias;       /* twice */
    int32_t multiplier; /* of int16 elements: of 16 bits */
    int32_t shift;      /* to the right; less one, but for int16 elements */
};

FW_INLINE struct fw_scale fw_scale_of(const struct fw_job *job, uint32_t c)
{
    const struct fw_scale scale = {2 * job->bias[c], job->multiplier[c], ~job->shift[c]};
    return scale;
}

FW_INLINE struct fw_scale fw_wide_scale_of(const struct fw_job *job, uint32_t c)
{
    const struct fw_scale scale = {job->bias[2 * c], fw_reduced(job->multiplier[c]),
                                   15 - job->shift[c]};
    return scale;
}

/* What fw_quick_output() adds: the zero point, and what rounds the halving that comes after. */
static inline int32_t fw_twice_zero(const struct fw_layer *layer)
{
    return 2 * layer->output.zero_point + 1;
}

/* Does what fw_put_sum() does, but for the activation's clamp, with the same roundings: the product
 * with the multiplier, rounded to nearest; then the division by a power of two, which rounds ties
 * away from zero, and ends in a halving that the zero point has been brought into. Returns an int8.
 */
FW_INLINE int32_t fw_quick_output(struct fw_scale scale, int32_t sum, int32_t twice_zero)
{
    const int32_t high = fw_top_product(scale.bias + 2 * sum, scale.multiplier);
    return fw_saturated_half(((high + (high >> 31)) >> scale.shift) + twice_zero);
}

/* The same for int16 elements, with their one rounding. Returns an int16. */
FW_INLINE int32_t fw_quick_wide_output(struct fw_scale scale, int32_t sum)
{
    const int64_t product = (int64_t)(sum + scale.bias) * scale.multiplier;
    const uint64_t rounded = (uint64_t)product + (UINT32_C(1) << (scale.shift - 1));
    const uint32_t low = (uint32_t)rounded >> scale.shift;
    const uint32_t high = (uint32_t)(rounded >> 32) << (32 - scale.shift);
    return fw_saturated((int32_t)(high | low));
}

/* Clamps the tile to the fused activation. */
void fw_clamp_tile(const struct fw_job *job);

#endif
