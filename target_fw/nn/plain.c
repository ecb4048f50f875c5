/* The multiplying operators in plain C, one output at a time: for any core, and what the fast
 * kernels are compared with. */
#include "target_fw/nn/job.h"

/* The sum of `count` values, less the zero point, times the weights of a filter from `from` on.
 * Sums of int8 elements fit into 32 bits, as the image check limits their number. */
typedef int64_t products(const void *values, const int8_t *filter, size_t from, size_t count,
                         int32_t zero);

static int32_t nibble(const int8_t *filter, size_t index)
{
    const int32_t pair = filter[index / 2];
    return index % 2 == 0 ? ((pair & 15) ^ 8) - 8 : pair >> 4;
}

static int64_t products_8_8(const void *values, const int8_t *filter, size_t from, size_t count,
                            int32_t zero)
{
    const int8_t *value = (const int8_t *)values;
    int32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += filter[from + i] * (value[i] - zero);
    return sum;
}

static int64_t products_8_4(const void *values, const int8_t *filter, size_t from, size_t count,
                            int32_t zero)
{
    const int8_t *value = (const int8_t *)values;
    int32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += nibble(filter, from + i) * (value[i] - zero);
    return sum;
}

static int64_t products_16_8(const void *values, const int8_t *filter, size_t from, size_t count,
                             int32_t zero)
{
    const int16_t *value = (const int16_t *)values;
    int64_t sum = 0;
    (void)zero; /* int16 has none */
    for (size_t i = 0; i < count; i++)
        sum += filter[from + i] * value[i];
    return sum;
}

static int64_t products_16_4(const void *values, const int8_t *filter, size_t from, size_t count,
                             int32_t zero)
{
    const int16_t *value = (const int16_t *)values;
    int64_t sum = 0;
    (void)zero;
    for (size_t i = 0; i < count; i++)
        sum += nibble(filter, from + i) * value[i];
    return sum;
}

static products *products_of(const struct fw_job *job)
{
    if (job->layer->weight_bits == 4)
        return fw_wide(job) ? products_16_4 : products_8_4;
    return fw_wide(job) ? products_16_8 : products_8_8;
}

static const void *values_at(const struct fw_job *job, size_t index)
{
    return (const int8_t *)job->input + index * job->layer->input.element_bytes;
}

/* A row of the filter and the values under it are both contiguous over columns and channels. */
static void conv_place(const struct fw_job *job, struct fw_taps rows, struct fw_taps columns,
                       size_t output)
{
    const struct fw_layer *layer = job->layer;
    products *const row_sum = products_of(job);
    const size_t depth = layer->input.channels;
    const size_t filter_row = layer->kernel_width * depth;
    const size_t filter_bytes = fw_filter_bytes(layer, layer->kernel_height * filter_row);
    const size_t count = (columns.to - columns.from) * depth;
    for (uint32_t c = job->tile->out_c; c < job->tile->out_c_end; c++) {
        const int8_t *filter = job->weights + c * filter_bytes;
        int64_t sum = 0;
        for (uint32_t row = rows.from; row < rows.to; row++)
            sum += row_sum(values_at(job, fw_patch_at(job, rows.at + row - rows.from, columns.at)),
                           filter, row * filter_row + columns.from * depth, count,
                           layer->input.zero_point);
        fw_put_sum(job, c, sum, output++);
    }
}

void fw_conv_plain(const struct fw_job *job)
{
    fw_slide(job, conv_place);
}

void fw_fully_connected_plain(const struct fw_job *job)
{
    const struct fw_layer *layer = job->layer;
    const struct fw_tensor *input = &layer->input;
    products *const sum = products_of(job);
    const size_t count = (size_t)input->height * input->width * input->channels;
    const size_t filter_bytes = fw_filter_bytes(layer, count);
    size_t output = 0;
    for (uint32_t c = job->tile->out_c; c < job->tile->out_c_end; c++)
        fw_put_sum(job, c,
                   sum(job->input, job->weights + c * filter_bytes, 0, count, input->zero_point),
                   output++);
}

/* The part of a depthwise filter that lies on the input and the values under it, of one channel;
 * steps are in elements. */
struct window {
    const void *values;
    const int8_t *weights;
    size_t value_step; /* from one tap of a row to the next */
    size_t weight_step;
    size_t value_row; /* from one row to the next */
    size_t weight_row;
    uint32_t rows;
    uint32_t columns;
};

static int64_t window_8(const struct window *window, int32_t zero)
{
    const int8_t *value_row = (const int8_t *)window->values;
    const int8_t *weight_row = window->weights;
    int32_t sum = 0;
    for (uint32_t row = window->rows; row != 0; row--) {
        const int8_t *value = value_row;
        const int8_t *weight = weight_row;
        for (uint32_t i = window->columns; i != 0; i--) {
            sum += *weight * (*value - zero);
            value += window->value_step;
            weight += window->weight_step;
        }
        value_row += window->value_row;
        weight_row += window->weight_row;
    }
    return sum;
}

static int64_t window_16(const struct window *window)
{
    const int16_t *value_row = (const int16_t *)window->values;
    const int8_t *weight_row = window->weights;
    int64_t sum = 0;
    for (uint32_t row = window->rows; row != 0; row--) {
        const int16_t *value = value_row;
        const int8_t *weight = weight_row;
        for (uint32_t i = window->columns; i != 0; i--) {
            sum += *weight * *value;
            value += window->value_step;
            weight += window->weight_step;
        }
        value_row += window->value_row;
        weight_row += window->weight_row;
    }
    return sum;
}

static void depthwise_place(const struct fw_job *job, struct fw_taps rows, struct fw_taps columns,
                            size_t output)
{
    const struct fw_layer *layer = job->layer;
    const size_t channels = layer->output.channels;
    const size_t tap = (size_t)rows.from * layer->kernel_width + columns.from;
    const size_t value = fw_patch_at(job, rows.at, columns.at) - job->tile->in_c;
    struct window window = {
        .value_step = job->patch_channels,
        .weight_step = channels,
        .value_row = (size_t)job->patch_width * job->patch_channels,
        .weight_row = layer->kernel_width * channels,
        .rows = rows.to - rows.from,
        .columns = columns.to - columns.from,
    };
    for (uint32_t c = job->tile->out_c; c < job->tile->out_c_end; c++) {
        window.values = values_at(job, value + c / layer->depth_multiplier);
        window.weights = job->weights + tap * channels + c;
        fw_put_sum(job, c,
                   fw_wide(job) ? window_16(&window) : window_8(&window, layer->input.zero_point),
                   output++);
    }
}

void fw_depthwise_plain(const struct fw_job *job)
{
    fw_slide(job, depthwise_place);
}
