#include "target_fw/nn/finish.h"

bool fw_quick(const struct fw_job *job, size_t taps)
{
    const int32_t most = INT32_C(1) << 29;
    if (fw_wide(job) || taps > 16384) /* of at most 2^15 each */
        return false;
    for (uint32_t c = job->tile->out_c; c < job->tile->out_c_end; c++)
        if (job->shift[c] >= 0 || job->bias[c] >= most || job->bias[c] <= -most)
            return false;
    return true;
}

void fw_clamp_tile(const struct fw_job *job)
{
    const int32_t low = job->layer->activation_min;
    const int32_t high = job->layer->activation_max;
    int8_t *output = (int8_t *)job->output;
    if (low == INT8_MIN && high == INT8_MAX)
        return;
    for (uint32_t i = fw_tile_output_bytes(job->layer, job->tile); i != 0; i--, output++)
        *output = (int8_t)fw_clamp(*output, low, high);
}
