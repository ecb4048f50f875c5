#include "target_fw/nn/job.h"

/* The mean of `count` elements, rounded to nearest with ties away from zero. No window is without
 * elements; the image check sees to it. */
static int32_t mean(int32_t sum, int32_t count)
{
    const int32_t half = count / 2;
    return fw_wrapping_add(sum, sum > 0 ? half : -half) / count;
}

static void put(const struct fw_job *job, size_t index, int32_t value)
{
    const struct fw_layer *layer = job->layer;
    fw_put(job, index, fw_clamp(value, layer->activation_min, layer->activation_max));
}

static void average_place(const struct fw_job *job, struct fw_taps rows, struct fw_taps columns,
                          size_t output)
{
    const bool wide = fw_wide(job);
    const uint32_t width = columns.to - columns.from;
    for (uint32_t c = 0; c < job->patch_channels; c++) {
        int32_t sum = 0;
        for (uint32_t row = rows.from; row < rows.to; row++) {
            size_t at = fw_patch_at(job, rows.at + row - rows.from, columns.at) + c;
            for (uint32_t i = 0; i < width; i++, at += job->patch_channels)
                sum += fw_element(job->input, wide, at);
        }
        put(job, output++, mean(sum, (int32_t)((rows.to - rows.from) * width)));
    }
}

void fw_average_pool(const struct fw_job *job)
{
    fw_slide(job, average_place);
}

static void max_place(const struct fw_job *job, struct fw_taps rows, struct fw_taps columns,
                      size_t output)
{
    const bool wide = fw_wide(job);
    for (uint32_t c = 0; c < job->patch_channels; c++) {
        int32_t greatest = INT16_MIN;
        for (uint32_t row = rows.from; row < rows.to; row++) {
            size_t at = fw_patch_at(job, rows.at + row - rows.from, columns.at) + c;
            for (uint32_t i = columns.from; i < columns.to; i++, at += job->patch_channels) {
                const int32_t value = fw_element(job->input, wide, at);
                greatest = value > greatest ? value : greatest;
            }
        }
        put(job, output++, greatest);
    }
}

void fw_max_pool(const struct fw_job *job)
{
    fw_slide(job, max_place);
}
