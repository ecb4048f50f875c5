/* The check that stands between an image from anywhere and the kernels, which check nothing.
 * Products of the image's numbers are formed in 64 bits, where they cannot overflow: the widest is
 * that of a tensor's extents, 16 + 16 + 32 bits. */
#include <stddef.h>

#include "target_fw/protocol/network_image.h"

enum {
    CRC_FROM = offsetof(struct fw_image_header, layers_offset),
    TAPS_MAX = 65536,           /* 65536 products of 128 * 255 stay within 32 bits */
    SOFTMAX_CLASSES_MAX = 4095, /* exponentials of at most 1 are summed with 12 integer bits */
    SHIFT_MIN = -31,
    SHIFT_MAX = 30
};

_Static_assert(CRC_FROM == 16, "the format says where the checksum begins");

static bool fits(uint64_t offset, uint64_t size, uint64_t room)
{
    return size <= room && offset <= room - size;
}

static bool between(int64_t low, int64_t value, int64_t high)
{
    return low <= value && value <= high;
}

static uint64_t bytes_of(const struct fw_tensor *tensor)
{
    return (uint64_t)tensor->height * tensor->width * tensor->channels;
}

static bool tensor_fits(const struct fw_tensor *tensor, uint32_t arena_bytes)
{
    return bytes_of(tensor) != 0 && fits(tensor->offset, bytes_of(tensor), arena_bytes) &&
           between(-128, tensor->zero_point, 127);
}

/* Tables of words are aligned; `count` is at most 2^48. */
static bool table_fits(const struct fw_image_header *header, uint32_t offset, uint64_t count,
                       uint32_t element)
{
    return offset % element == 0 && fits(offset, count * element, header->size);
}

static bool shifts_fit(const struct fw_image_header *header, const struct fw_layer *layer)
{
    const void *table = (const uint8_t *)header + layer->shift_offset;
    const int32_t *shifts = (const int32_t *)table;
    for (uint32_t c = 0; c < layer->output.channels; c++)
        if (!between(SHIFT_MIN, shifts[c], SHIFT_MAX))
            return false;
    return true;
}

/* Weights, biases and requantisation of a layer whose outputs each sum `taps` products. */
static bool constants_fit(const struct fw_image_header *header, const struct fw_layer *layer,
                          uint64_t taps, uint64_t weights)
{
    const uint32_t channels = layer->output.channels;
    return taps <= TAPS_MAX && table_fits(header, layer->weights_offset, weights, 1) &&
           table_fits(header, layer->bias_offset, channels, 4) &&
           table_fits(header, layer->multiplier_offset, channels, 4) &&
           table_fits(header, layer->shift_offset, channels, 4) && shifts_fit(header, layer);
}

/* Every window of the axis holds at least one element of the input: the first and the last do. */
static bool axis_fits(uint32_t input, uint32_t output, uint32_t kernel, uint32_t stride,
                      uint32_t pad)
{
    return kernel != 0 && stride != 0 && pad < kernel &&
           (uint64_t)(output - 1) * stride < (uint64_t)input + pad;
}

static bool windows_fit(const struct fw_layer *layer)
{
    return axis_fits(layer->input.height, layer->output.height, layer->kernel_height,
                     layer->stride_height, layer->pad_top) &&
           axis_fits(layer->input.width, layer->output.width, layer->kernel_width,
                     layer->stride_width, layer->pad_left) &&
           (uint32_t)layer->kernel_height * layer->kernel_width <= TAPS_MAX;
}

/* 255 is the largest difference of two int8; scaled to 26 fraction bits it must stay in 32. */
static bool softmax_fits(const struct fw_layer *layer)
{
    if (layer->softmax_multiplier <= 0 || !between(0, layer->softmax_shift, SHIFT_MAX) ||
        layer->softmax_diff_min > 0 || layer->output.channels > SOFTMAX_CLASSES_MAX)
        return false;
    const int64_t reach = layer->softmax_diff_min < -255 ? 255 : -(int64_t)layer->softmax_diff_min;
    return (reach << layer->softmax_shift) <= INT32_MAX;
}

static bool same_shape(const struct fw_tensor *a, const struct fw_tensor *b)
{
    return a->height == b->height && a->width == b->width && a->channels == b->channels;
}

static bool operator_fits(const struct fw_image_header *header, const struct fw_layer *layer)
{
    const struct fw_tensor *input = &layer->input;
    const struct fw_tensor *output = &layer->output;
    const uint64_t window = (uint64_t)layer->kernel_height * layer->kernel_width;
    switch (layer->op) {
        case FW_OP_CONV_2D:
            return windows_fit(layer) && input->channels <= TAPS_MAX &&
                   constants_fit(header, layer, window * input->channels,
                                 window * input->channels * output->channels);
        case FW_OP_DEPTHWISE_CONV_2D:
            return windows_fit(layer) && layer->depth_multiplier != 0 &&
                   (uint64_t)input->channels * layer->depth_multiplier == output->channels &&
                   constants_fit(header, layer, window, window * output->channels);
        case FW_OP_FULLY_CONNECTED:
            return output->height == 1 && output->width == 1 && bytes_of(input) <= TAPS_MAX &&
                   constants_fit(header, layer, bytes_of(input),
                                 bytes_of(input) * output->channels);
        case FW_OP_AVERAGE_POOL_2D:
            return windows_fit(layer) && input->channels == output->channels;
        case FW_OP_RESHAPE:
            return input->offset == output->offset && bytes_of(input) == bytes_of(output);
        case FW_OP_SOFTMAX:
            return same_shape(input, output) && softmax_fits(layer);
        default:
            return false;
    }
}

static uint64_t pieces(uint32_t whole, uint32_t part)
{
    return ((uint64_t)whole + part - 1) / part;
}

static bool tiles_fit(const struct fw_layer *layer)
{
    const struct fw_tensor *output = &layer->output;
    if (!between(1, layer->tile_height, output->height) ||
        !between(1, layer->tile_width, output->width) ||
        !between(1, layer->tile_channels, output->channels))
        return false;
    if (layer->op == FW_OP_SOFTMAX && layer->tile_channels != output->channels)
        return false;
    const uint64_t places = pieces(output->height, layer->tile_height) *
                            pieces(output->width, layer->tile_width); /* below 2^32 */
    const uint64_t slices = pieces(output->channels, layer->tile_channels);
    if (places > FW_IMAGE_TILES_MAX || slices > FW_IMAGE_TILES_MAX)
        return false;
    const uint64_t count = places * slices;
    return count == layer->tile_count &&
           (layer->op == FW_OP_RESHAPE ? count == 1 : count <= FW_IMAGE_TILES_MAX);
}

/* A running layer never writes what it reads: that is what makes repeating its tiles safe. */
static bool apart(const struct fw_layer *layer)
{
    const uint64_t input_end = layer->input.offset + bytes_of(&layer->input);
    const uint64_t output_end = layer->output.offset + bytes_of(&layer->output);
    return layer->op == FW_OP_RESHAPE || input_end <= layer->output.offset ||
           output_end <= layer->input.offset;
}

static bool layer_fits(const struct fw_image_header *header, const struct fw_layer *layer)
{
    return tensor_fits(&layer->input, header->arena_bytes) &&
           tensor_fits(&layer->output, header->arena_bytes) && apart(layer) &&
           between(-128, layer->activation_min, layer->activation_max) &&
           between(layer->activation_min, layer->activation_max, 127) &&
           operator_fits(header, layer) && tiles_fit(layer);
}

static bool header_fits(const struct fw_image_header *header)
{
    return header->layer_count != 0 && header->layer_count <= FW_IMAGE_LAYERS_MAX &&
           header->input_bytes != 0 &&
           fits(header->input_offset, header->input_bytes, header->arena_bytes) &&
           between(1, header->output_bytes, FW_IMAGE_OUTPUT_MAX) &&
           fits(header->output_offset, header->output_bytes, header->arena_bytes) &&
           header->output_multiplier >= 0 &&
           between(SHIFT_MIN, header->output_shift, SHIFT_MAX) &&
           header->name[FW_IMAGE_NAME_MAX - 1] == 0;
}

enum fw_image_fault fw_image_check_size(const void *image, uint32_t size)
{
    const struct fw_image_header *header = (const struct fw_image_header *)image;
    if (size < sizeof *header)
        return FW_IMAGE_BAD_SIZE;
    if (header->magic != FW_IMAGE_MAGIC)
        return FW_IMAGE_NO_MAGIC;
    if (header->version != FW_IMAGE_VERSION)
        return FW_IMAGE_BAD_VERSION;
    if (header->size < sizeof *header || header->size > size || header->layers_offset % 4 != 0 ||
        !fits(header->layers_offset, header->layer_count * sizeof(struct fw_layer), header->size))
        return FW_IMAGE_BAD_SIZE;
    return FW_IMAGE_OK;
}

enum fw_image_fault fw_image_check_fields(const void *image)
{
    const struct fw_image_header *header = (const struct fw_image_header *)image;
    if (!header_fits(header))
        return FW_IMAGE_BAD_LAYER;
    for (uint32_t i = 0; i < header->layer_count; i++)
        if (!layer_fits(header, fw_image_layer(image, i)))
            return FW_IMAGE_BAD_LAYER;
    return FW_IMAGE_OK;
}

enum fw_image_fault fw_image_check(const void *image, uint32_t size)
{
    const struct fw_image_header *header = (const struct fw_image_header *)image;
    const enum fw_image_fault fault = fw_image_check_size(image, size);
    if (fault != FW_IMAGE_OK)
        return fault;
    if (fw_crc32(0, (const uint8_t *)image + CRC_FROM, header->size - CRC_FROM) != header->crc32)
        return FW_IMAGE_BAD_CRC;
    return fw_image_check_fields(image);
}
