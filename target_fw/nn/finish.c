#include "target_fw/nn/finish.h"

enum { MOST = 1 << 29 }; /* of a bias, and of the sum of products of int8 elements */

static bool quick_channel(const struct fw_job *job, uint32_t c)
{
    const int32_t bias = job->bias[c];
    return job->shift[c] < 0 && bias < MOST && bias > -MOST;
}

/* The high word of a bias is the sign of the low one. */
static bool quick_wide_channel(const struct fw_job *job, uint32_t c)
{
    const int32_t low = job->bias[2 * c];
    return job->bias[2 * c + 1] == low >> 31 && low < MOST && low > -MOST && job->shift[c] >= -16 &&
           job->shift[c] <= 14;
}

bool fw_quick(const struct fw_job *job, size_t taps)
{
    const bool wide = fw_wide(job);
    if (taps > (wide ? 256 : MOST >> 15)) /* products of at most 2^22, or 2^15 */
        return false;
    for (uint32_t c = job->tile->out_c; c < job->tile->out_c_end; c++)
        if (!(wide ? quick_wide_channel(job, c) : quick_channel(job, c)))
            return false;
    return true;
}

static void clamp_wide_tile(const struct fw_job *job, int32_t low, int32_t high)
{
    int16_t *output = (int16_t *)job->output;
    for (uint32_t i = fw_tile_output_bytes(job->layer, job->tile) / 2; i != 0; i--, output++)
        *output = (int16_t)fw_clamp(*output, low, high);
}

void fw_clamp_tile(const struct fw_job *job)
{
    const int32_t low = job->layer->activation_min;
    const int32_t high = job->layer->activation_max;
    const int32_t limit = fw_wide(job) ? INT16_MAX : INT8_MAX;
    if (low < -limit && high >= limit)
        return;
    if (fw_wide(job)) {
        clamp_wide_tile(job, low, high);
        return;
    }
    int8_t *output = (int8_t *)job->output;
    for (uint32_t i = fw_tile_output_bytes(job->layer, job->tile); i != 0; i--, output++)
        *output = (int8_t)fw_clamp(*output, low, high);
}
