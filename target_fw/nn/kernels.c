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

static int32_t dot(const int8_t *weights, const int8_t *values, uint32_t count, int32_t offset)
{
    int32_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += weights[i] * (values[i] + offset);
    return sum;
}

/* Of the sum of products of channel `c`; the clamp stands before the zero point, where it also
 * keeps the addition in range. */
static int8_t output_of(const struct job *job, uint32_t c, int32_t sum)
{
    const struct fw_layer *layer = job->layer;
    const int32_t zero = layer->output.zero_point;
    const int32_t low = layer->activation_min - zero;
    const int32_t high = layer->activation_max - zero;
    int32_t value =
        fw_requantise(fw_wrapping_add(sum, job->bias[c]), job->multiplier[c], job->shift[c]);
    value = value < low ? low : value;
    value = value > high ? high : value;
    return (int8_t)(value + zero);
}

/* All channels of one place. A row of the filter and the values under it are both contiguous. */
static void conv_place(const struct job *job, struct taps rows, struct taps columns, int8_t *output)
{
    const struct fw_layer *layer = job->layer;
    const uint32_t depth = layer->input.channels;
    const uint32_t filter_row = layer->kernel_width * depth;
    const uint32_t run = (columns.to - columns.from) * depth;
    const uint32_t patch_row = job->patch_width * depth;
    const int8_t *first = patch_at(job, rows.at, columns.at);
    const int8_t *filter =
        job->weights + ((size_t)job->tile->out_c * layer->kernel_height + rows.from) * filter_row +
        (size_t)columns.from * depth;

    for (uint32_t c = job->tile->out_c; c < job->tile->out_c_end; c++) {
        int32_t sum = 0;
        for (uint32_t row = 0; row < rows.to - rows.from; row++)
            sum += dot(filter + (size_t)row * filter_row, first + (size_t)row * patch_row, run,
                       -layer->input.zero_point);
        *output++ = output_of(job, c, sum);
        filter += (size_t)layer->kernel_height * filter_row;
    }
}

static void depthwise_place(const struct job *job, struct taps rows, struct taps columns,
                            int8_t *output)
{
    const struct fw_layer *layer = job->layer;
    const uint32_t channels = layer->output.channels;
    const uint32_t depth = job->patch_channels;
    const int32_t offset = -layer->input.zero_point;
    const int8_t *first = patch_at(job, rows.at, columns.at);
    const int8_t *filter =
        job->weights + ((size_t)rows.from * layer->kernel_width + columns.from) * channels;

    for (uint32_t c = job->tile->out_c; c < job->tile->out_c_end; c++) {
        const int8_t *values = first + (c / layer->depth_multiplier - job->tile->in_c);
        int32_t sum = 0;
        for (uint32_t row = 0; row < rows.to - rows.from; row++) {
            const int8_t *value = values + (size_t)row * job->patch_width * depth;
            const int8_t *weight = filter + (size_t)row * layer->kernel_width * channels + c;
            for (uint32_t i = columns.from; i < columns.to; i++) {
                sum += *weight * (*value + offset);
                value += depth;
                weight += channels;
            }
        }
        *output++ = output_of(job, c, sum);
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
        int32_t mean = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
        mean = mean < layer->activation_min ? layer->activation_min : mean;
        mean = mean > layer->activation_max ? layer->activation_max : mean;
        *output++ = (int8_t)mean;
    }
}

static void fully_connected(const struct job *job)
{
    const uint32_t count = fw_tile_input_bytes(job->tile);
    int8_t *output = job->output;
    for (uint32_t c = job->tile->out_c; c < job->tile->out_c_end; c++) {
        const int8_t *weights = job->weights + (size_t)c * count;
        const int32_t sum = dot(weights, job->input, count, -job->layer->input.zero_point);
        *output++ = output_of(job, c, sum);
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
                 const int8_t *input, int8_t *output)
{
    const struct job job = {
        .layer = layer,
        .tile = tile,
        .weights = (const int8_t *)image + layer->weights_offset,
        .bias = words_at(image, layer->bias_offset),
        .multiplier = words_at(image, layer->multiplier_offset),
        .shift = words_at(image, layer->shift_offset),
        .input = input,
        .output = output,
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
            fw_softmax(layer, fw_tile_output_bytes(tile) / layer->output.channels,
                       layer->output.channels, input, output);
            break;
        default:
            break;
    }
}
