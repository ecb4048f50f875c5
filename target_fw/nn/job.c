#include "target_fw/nn/job.h"

static struct fw_taps taps_of(uint32_t out, uint32_t kernel, uint32_t stride, uint32_t pad,
                              uint32_t size)
{
    const uint32_t start = out * stride; /* counted from the padding's edge */
    struct fw_taps taps;
    taps.from = start < pad ? pad - start : 0;
    taps.to = start + kernel > size + pad ? size + pad - start : kernel;
    taps.at = start + taps.from - pad;
    return taps;
}

struct fw_taps fw_rows_of(const struct fw_job *job, uint32_t y)
{
    const struct fw_layer *layer = job->layer;
    return taps_of(y, layer->kernel_height, layer->stride_height, layer->pad_top,
                   layer->input.height);
}

struct fw_taps fw_columns_of(const struct fw_job *job, uint32_t x)
{
    const struct fw_layer *layer = job->layer;
    return taps_of(x, layer->kernel_width, layer->stride_width, layer->pad_left,
                   layer->input.width);
}

void fw_slide(const struct fw_job *job, fw_place *place)
{
    const struct fw_tile *tile = job->tile;
    size_t output = 0;
    for (uint32_t y = tile->out_y; y < tile->out_y_end; y++) {
        const struct fw_taps rows = fw_rows_of(job, y);
        for (uint32_t x = tile->out_x; x < tile->out_x_end; x++) {
            place(job, rows, fw_columns_of(job, x), output);
            output += tile->out_c_end - tile->out_c;
        }
    }
}
