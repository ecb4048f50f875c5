#include "target_fw/nn/kernels.h"

#include <stddef.h>

#include "target_fw/nn/fixed_point.h"

/* A layer with what its kernel reads and writes; coordinates are those of the whole tensors. */
struct job {
    const struct fw_layer *layer;
    const struct fw_tile *tile;
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier;
    const int32_t *shift;
    const int8_t *input;
    int8_t *output;
    uint32_t patch_width;
    uint32_t patch_channels;
};

/* The part of a kernel's axis that lies on the input, and the input element under its first tap. */
struct taps {
    uint32_t from;
    uint32_t to;
    uint32_t at;
};

static struct taps taps_of(uint32_t out, uint32_t kernel, uint32_t stride, uint32_t pad,
                           uint32_t size)
{
    const uint32_t start = out * stride; /* counted from the padding's edge */
    struct taps taps;
    taps.from = start < pad ? pad - start : 0;
    taps.to = start + kernel > size + pad ? size + pad - start : kernel;
    taps.at = start + taps.from - pad;
    return taps;
}

static struct taps rows_of(const struct job *job, uint32_t y)
{
    const struct fw_layer *layer = job->layer;
    return taps_of(y, layer->kernel_height, layer->stride_height, layer->pad_top,
                   layer->input.height);
}

static struct taps columns_of(const struct job *job, uint32_t x)
{
    const struct fw_layer *layer = job->layer;
    return taps_of(x, layer->kernel_width, layer->stride_width, layer->pad_left,
                   layer->input.width);
}

/* The patch's first channel at a place of the input tensor. */
static const int8_t *patch_at(const struct job *job, uint32_t y, uint32_t x)
{
    return job->input + ((size_t)(y - job->tile->in_y) * job->patch_width + (x - job->tile->in_x)) *
                            job->patch_channels;
}

/* Finishes the sums of `count` channels from `c` on. The clamp stands before the zero point, where
 * it also keeps the addition in range. */
static int8_t *put(const struct job *job, uint32_t c, uint32_t count, const int32_t *sums,
                   int8_t *output)
{
    const struct fw_layer *layer = job->layer;
    const int32_t zero = layer->output.zero_point;
    const int32_t low = layer->activation_min - zero;
    const int32_t high = layer->activation_max - zero;
    const int32_t *bias = job->bias + c;
    const int32_t *multiplier = job->multiplier + c;
    const int32_t *shift = job->shift + c;
    for (uint32_t i = 0; i < count; i++) {
        int32_t value = fw_requantise(fw_wrapping_add(sums[i], bias[i]), multiplier[i], shift[i]);
        value = value < low ? low : value;
        value = value > high ? high : value;
        *output++ = (int8_t)(value + zero);
    }
    return output;
}

/* The part of a filter that lies on the input and the values under it, in rows of bytes. Sums of it
 * come one or four channels at a time: four read values and loop once for four products, which
 * takes half the instructions. */
struct window {
    const int8_t *values;
    const int8_t *weights;
    size_t value_row; /* from one row to the next */
    size_t weight_row;
    uint32_t rows;
    uint32_t columns;
    int32_t offset;     /* added to each value: the negative zero point */
    size_t value_step;  /* depthwise: from one tap of a row to the next */
    size_t weight_step; /* depthwise: likewise; else from one channel's filter to the next */
};

static int32_t filter_sum(const struct window *window)
{
    int32_t sum = 0;
    for (uint32_t row = 0; row < window->rows; row++) {
        const int8_t *values = window->values + row * window->value_row;
        const int8_t *weights = window->weights + row * window->weight_row;
        for (uint32_t i = 0; i < window->columns; i++)
            sum += weights[i] * (values[i] + window->offset);
    }
    return sum;
}

static void filter_sum_four(const struct window *window, int32_t sums[4])
{
    const size_t next = window->weight_step;
    const uint32_t columns = window->columns;
    const int32_t offset = window->offset;
    int32_t a = 0;
    int32_t b = 0;
    int32_t c = 0;
    int32_t d = 0;
    for (uint32_t row = 0; row < window->rows; row++) {
        const int8_t *values = window->values + row * window->value_row;
        const int8_t *first = window->weights + row * window->weight_row;
        const int8_t *second = first + next;
        const int8_t *third = second + next;
        const int8_t *fourth = third + next;
        for (uint32_t i = 0; i < columns; i++) {
            const int32_t value = values[i] + offset;
            a += first[i] * value;
            b += second[i] * value;
            c += third[i] * value;
            d += fourth[i] * value;
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* Channels [c, end), each with a filter of its own over all input channels. */
static void filter_channels(const struct job *job, struct window *window, int8_t *output)
{
    const uint32_t end = job->tile->out_c_end;
    uint32_t c = job->tile->out_c;
    window->weights += c * window->weight_step;
    int32_t sums[4];
    for (; end - c >= 4; c += 4) {
        filter_sum_four(window, sums);
        output = put(job, c, 4, sums, output);
        window->weights += 4 * window->weight_step;
    }
    for (; c < end; c++) {
        sums[0] = filter_sum(window);
        output = put(job, c, 1, sums, output);
        window->weights += window->weight_step;
    }
}

/* A row of the filter and the values under it are both contiguous over columns and channels. */
static void conv_place(const struct job *job, struct taps rows, struct taps columns, int8_t *output)
{
    const struct fw_layer *layer = job->layer;
    const uint32_t depth = layer->input.channels;
    const size_t filter_row = (size_t)layer->kernel_width * depth;
    struct window window = {
        .values = patch_at(job, rows.at, columns.at),
        .weights = job->weights + rows.from * filter_row + (size_t)columns.from * depth,
        .value_row = (size_t)job->patch_width * depth,
        .weight_row = filter_row,
        .rows = rows.to - rows.from,
        .columns = (columns.to - columns.from) * depth,
        .offset = -layer->input.zero_point,
        .weight_step = layer->kernel_height * filter_row,
    };
    filter_channels(job, &window, output);
}

static void fully_connected(const struct job *job)
{
    const uint32_t count = fw_tile_input_bytes(job->layer, job->tile);
    struct window window = {
        .values = job->input,
        .weights = job->weights,
        .rows = 1,
        .columns = count,
        .offset = -job->layer->input.zero_point,
        .weight_step = count,
    };
    filter_channels(job, &window, job->output);
}

static int32_t depthwise_sum(const struct window *window)
{
    int32_t sum = 0;
    for (uint32_t row = 0; row < window->rows; row++) {
        const int8_t *value = window->values + row * window->value_row;
        const int8_t *weight = window->weights + row * window->weight_row;
        for (uint32_t i = 0; i < window->columns; i++) {
            sum += *weight * (*value + window->offset);
            value += window->value_step;
            weight += window->weight_step;
        }
    }
    return sum;
}

static void depthwise_sum_four(const struct window *window, int32_t sums[4])
{
    const uint32_t columns = window->columns;
    const int32_t offset = window->offset;
    int32_t a = 0;
    int32_t b = 0;
    int32_t c = 0;
    int32_t d = 0;
    for (uint32_t row = 0; row < window->rows; row++) {
        const int8_t *value = window->values + row * window->value_row;
        const int8_t *weight = window->weights + row * window->weight_row;
        for (uint32_t i = 0; i < columns; i++) {
            a += weight[0] * (value[0] + offset);
            b += weight[1] * (value[1] + offset);
            c += weight[2] * (value[2] + offset);
            d += weight[3] * (value[3] + offset);
            value += window->value_step;
            weight += window->weight_step;
        }
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

static void depthwise_place(const struct job *job, struct taps rows, struct taps columns,
                            int8_t *output)
{
    const struct fw_layer *layer = job->layer;
    const uint32_t channels = layer->output.channels;
    const int8_t *values = patch_at(job, rows.at, columns.at);
    const int8_t *weights =
        job->weights + ((size_t)rows.from * layer->kernel_width + columns.from) * channels;
    struct window window = {
        .value_row = (size_t)job->patch_width * job->patch_channels,
        .weight_row = (size_t)layer->kernel_width * channels,
        .rows = rows.to - rows.from,
        .columns = columns.to - columns.from,
        .offset = -layer->input.zero_point,
        .value_step = job->patch_channels,
        .weight_step = channels,
    };
    const uint32_t end = job->tile->out_c_end;
    int32_t sums[4];
    for (uint32_t c = job->tile->out_c, count; c < end; c += count) {
        window.values = values + (c / layer->depth_multiplier - job->tile->in_c);
        window.weights = weights + c;
        count = layer->depth_multiplier == 1 && end - c >= 4 ? 4 : 1;
        if (count == 4)
            depthwise_sum_four(&window, sums);
        else
            sums[0] = depthwise_sum(&window);
        output = put(job, c, count, sums, output);
    }
}

static void pool_place(const struct job *job, struct taps rows, struct taps columns, int8_t *output)
{
    const struct fw_layer *layer = job->layer;
    const uint32_t depth = job->patch_channels;
    const uint32_t width = columns.to - columns.from;
    const int32_t count = (int32_t)((rows.to - rows.from) * width);
    const int8_t *first = patch_at(job, rows.at, columns.at);

    for (uint32_t c = 0; c < depth; c++) {
        int32_t sum = 0;
        for (uint32_t row = 0; row < rows.to - rows.from; row++) {
            const int8_t *value = first + (size_t)row * job->patch_width * depth + c;
            for (uint32_t i = 0; i < width; i++, value += depth)
                sum += *value;
        }
        /* No window is without elements; the image check sees to it.
         * NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
        int32_t mean = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
        mean = mean < layer->activation_min ? layer->activation_min : mean;
        mean = mean > layer->activation_max ? layer->activation_max : mean;
        *output++ = (int8_t)mean;
    }
}

typedef void place_function(const struct job *job, struct taps rows, struct taps columns,
                            int8_t *output);

/* Padding is settled here, once a place; the place functions read the input only. */
static void slide(const struct job *job, place_function *place)
{
    const struct fw_tile *tile = job->tile;
    int8_t *output = job->output;
    for (uint32_t y = tile->out_y; y < tile->out_y_end; y++) {
        const struct taps rows = rows_of(job, y);
        for (uint32_t x = tile->out_x; x < tile->out_x_end; x++) {
            place(job, rows, columns_of(job, x), output);
            output += tile->out_c_end - tile->out_c;
        }
    }
}

static const int32_t *words_at(const void *image, uint32_t offset)
{
    const void *at = (const uint8_t *)image + offset;
    return (const int32_t *)at;
}

void fw_run_tile(const void *image, const struct fw_layer *layer, const struct fw_tile *tile,
                 const void *input, const void *input2, void *output, void *scratch)
{
    (void)input2;
    (void)scratch;
    const struct job job = {
        .layer = layer,
        .tile = tile,
        .weights = (const int8_t *)image + layer->weights_offset,
        .bias = words_at(image, layer->bias_offset),
        .multiplier = words_at(image, layer->multiplier_offset),
        .shift = words_at(image, layer->shift_offset),
        .input = (const int8_t *)input,
        .output = (int8_t *)output,
        .patch_width = tile->in_x_end - tile->in_x,
        .patch_channels = tile->in_c_end - tile->in_c,
    };
    switch (layer->op) {
        case FW_OP_CONV_2D:
            slide(&job, conv_place);
            break;
        case FW_OP_DEPTHWISE_CONV_2D:
            slide(&job, depthwise_place);
            break;
        case FW_OP_FULLY_CONNECTED:
            fully_connected(&job);
            break;
        case FW_OP_AVERAGE_POOL_2D:
            slide(&job, pool_place);
            break;
        case FW_OP_SOFTMAX:
            fw_softmax(layer, fw_tile_output_bytes(layer, tile) / layer->output.channels,
                       layer->output.channels, (const int8_t *)input, (int8_t *)output);
            break;
        default:
            break;
    }
}
