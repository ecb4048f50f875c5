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

struct fw_finish fw_finish_of(const struct fw_layer *layer)
{
    const struct fw_finish finish = {
        .twice_zero = 2 * layer->output.zero_point + 1,
        .low = layer->activation_min,
        .high = layer->activation_max,
        .clamps = layer->activation_min != INT8_MIN || layer->activation_max != INT8_MAX,
    };
    return finish;
}
