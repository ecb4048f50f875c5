/* Operators whose outputs each come from the inputs at the same place. */
#include "target_fw/nn/job.h"

static size_t elements_of(const struct fw_job *job)
{
    return fw_tile_output_bytes(job->layer, job->tile) / job->layer->output.element_bytes;
}

/* Both inputs are brought to a common scale, with left_shift more bits, and their sum to that of
 * the output. */
void fw_add(const struct fw_job *job)
{
    const struct fw_layer *layer = job->layer;
    const int32_t *multiplier = job->multiplier;
    const int32_t *shift = job->shift;
    const bool wide = fw_wide(job);
    const size_t count = elements_of(job);
    for (size_t i = 0; i < count; i++) {
        const int32_t first = fw_element(job->input, wide, i) - layer->input.zero_point;
        const int32_t second = fw_element(job->input2, wide, i) - layer->input2.zero_point;
        const int32_t sum = fw_wrapping_add(
            fw_requantise(fw_shift_left(first, layer->left_shift), multiplier[0], shift[0]),
            fw_requantise(fw_shift_left(second, layer->left_shift), multiplier[1], shift[1]));
        fw_put_scaled(job, i, fw_requantise(sum, multiplier[2], shift[2]));
    }
}

void fw_quantize(const struct fw_job *job)
{
    const struct fw_layer *layer = job->layer;
    const bool wide = fw_wide(job);
    const size_t count = elements_of(job);
    for (size_t i = 0; i < count; i++) {
        const int32_t value = fw_element(job->input, wide, i) - layer->input.zero_point;
        fw_put_scaled(job, i, fw_requantise(value, job->multiplier[0], job->shift[0]));
    }
}
