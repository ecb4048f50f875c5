/* How the fast kernels turn sums of products into outputs. Only nn includes this. */
#ifndef FW_NN_FINISH_H
#define FW_NN_FINISH_H

#include "target_fw/nn/dsp.h"
#include "target_fw/nn/job.h"

/* Whether all channels of the tile can be finished with fw_put_quick(): elements are int8, sums of
 * `taps` products with their bias stay below 2^30, and results are shifted to the right. */
bool fw_quick(const struct fw_job *job, size_t taps);

/* What all outputs of a tile have in common. */
struct fw_finish {
    int32_t twice_zero; /* and one, which rounds the halving */
    int32_t low;
    int32_t high;
    bool clamps; /* to less than an int8 can hold */
};

struct fw_finish fw_finish_of(const struct fw_layer *layer);

/* Does what fw_put_sum() does, with the same roundings: the product with the multiplier, rounded to
 * nearest; then the division by 2^-shift, which rounds ties away from zero, and ends in a halving
 * that the zero point has been brought into. `sum` includes the bias. */
FW_INLINE int8_t fw_quick_output(const struct fw_finish *finish, int32_t sum, int32_t multiplier,
                                 int32_t shift)
{
    const int32_t high = fw_top_product(sum * 2, multiplier);
    const int32_t twice = (high + (high >> 31)) >> ~shift; /* ~shift is -shift - 1 */
    const int32_t value = fw_saturated_half(twice + finish->twice_zero);
    return (int8_t)(finish->clamps ? fw_clamp(value, finish->low, finish->high) : value);
}

#endif
