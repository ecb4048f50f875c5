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
    SHIFT_MAX = 30,
    SHIFT_MAX_WIDE = 14, /* of 64-bit sums */
    READ_BEYOND = 7,     /* of the image after weights, by kernels that read whole groups of taps */
    LEFT_SHIFT = 20,     /* ADD: 255 << 20 and its sum stay within 32 bits */
    LEFT_SHIFT_WIDE = 15
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

static uint64_t elements_of(const struct fw_tensor *tensor)
{
    return (uint64_t)tensor->height * tensor->width * tensor->channels;
}

/* Only of a tensor whose elements lie within the limits of an arena can it not overflow. */
static uint64_t bytes_of(const struct fw_tensor *tensor)
{
    return elements_of(tensor) * tensor->element_bytes;
}

static bool wide(const struct fw_tensor *tensor)
{
    return tensor->element_bytes == 2;
}

/* Every tensor begins at a word, so that kernels may read words where it lies. */
static bool tensor_fits(const struct fw_tensor *tensor, uint32_t arena_bytes)
{
    return between(1, tensor->element_bytes, 2) && tensor->offset % 4 == 0 &&
           elements_of(tensor) != 0 && elements_of(tensor) <= arena_bytes &&
           fits(tensor->offset, bytes_of(tensor), arena_bytes) &&
           (wide(tensor) ? tensor->zero_point == 0 : between(-128, tensor->zero_point, 127));
}

static bool bytes_fit(const struct fw_image_header *header, uint32_t offset, uint64_t bytes)
{
    return fits(offset, bytes, header->size);
}

/* Words are aligned; `count` is at most 2^33. */
static bool words_fit(const struct fw_image_header *header, uint32_t offset, uint64_t count)
{
    return offset % 4 == 0 && bytes_fit(header, offset, count * 4);
}

static const int32_t *words_at(const struct fw_image_header *header, uint32_t offset)
{
    const void *words = (const uint8_t *)header + offset;
    return (const int32_t *)words;
}

/* `count` multipliers, none of them negative, and as many shifts of at most `shift_max`. */
static bool scales_fit(const struct fw_image_header *header, const struct fw_layer *layer,
                       uint32_t count, int32_t shift_max)
{
    if (!words_fit(header, layer->multiplier_offset, count) ||
        !words_fit(header, layer->shift_offset, count))
        return false;
    const int32_t *multipliers = words_at(header, layer->multiplier_offset);
    const int32_t *shifts = words_at(header, layer->shift_offset);
    for (uint32_t i = 0; i < count; i++)
        if (multipliers[i] < 0 || !between(SHIFT_MIN, shifts[i], shift_max))
            return false;
    return true;
}

/* Weights, biases and requantisation of a layer that has `filters`, each of `taps` weights. Four
 * bits are packed by the filter. */
static bool constants_fit(const struct fw_image_header *header, const struct fw_layer *layer,
                          uint64_t taps, uint32_t filters)
{
    const uint64_t filter_bytes = layer->weight_bits == 4 ? (taps + 1) / 2 : taps;
    const bool is_wide = wide(&layer->input);
    return taps <= TAPS_MAX &&
           bytes_fit(header, layer->weights_offset, filter_bytes * filters + READ_BEYOND) &&
           words_fit(header, layer->bias_offset, (uint64_t)filters * (is_wide ? 2 : 1)) &&
           scales_fit(header, layer, filters, is_wide ? SHIFT_MAX_WIDE : SHIFT_MAX);
}

static bool packable(const struct fw_layer *layer)
{
    return layer->weight_bits == 8 || layer->weight_bits == 4;
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

static bool pool_fits(const struct fw_layer *layer)
{
    return layer->weight_bits == 0 && windows_fit(layer) &&
           layer->input.channels == layer->output.channels;
}

/* The first two shifts are to the right, so that the sum of both inputs stays within 32 bits. */
static bool add_fits(const struct fw_image_header *header, const struct fw_layer *layer)
{
    if (layer->weight_bits != 0 || !same_shape(&layer->input, &layer->output) ||
        !same_shape(&layer->input2, &layer->output) ||
        layer->input2.element_bytes != layer->output.element_bytes ||
        layer->left_shift != (wide(&layer->output) ? LEFT_SHIFT_WIDE : LEFT_SHIFT))
        return false;
    return scales_fit(header, layer, 3, 0);
}

static bool operator_fits(const struct fw_image_header *header, const struct fw_layer *layer)
{
    const struct fw_tensor *input = &layer->input;
    const struct fw_tensor *output = &layer->output;
    const uint64_t window = (uint64_t)layer->kernel_height * layer->kernel_width;
    switch (layer->op) {
        case FW_OP_CONV_2D:
            return packable(layer) && windows_fit(layer) && input->channels <= TAPS_MAX &&
                   constants_fit(header, layer, window * input->channels, output->channels);
        case FW_OP_DEPTHWISE_CONV_2D:
            return layer->weight_bits == 8 && windows_fit(layer) && layer->depth_multiplier != 0 &&
                   (uint64_t)input->channels * layer->depth_multiplier == output->channels &&
                   constants_fit(header, layer, window, output->channels);
        case FW_OP_FULLY_CONNECTED:
            return packable(layer) && output->height == 1 && output->width == 1 &&
                   constants_fit(header, layer, elements_of(input), output->channels);
        case FW_OP_AVERAGE_POOL_2D:
        case FW_OP_MAX_POOL_2D:
            return pool_fits(layer);
        case FW_OP_RESHAPE:
            return layer->weight_bits == 0 && input->offset == output->offset &&
                   elements_of(input) == elements_of(output);
        case FW_OP_SOFTMAX:
            return layer->weight_bits == 0 && !wide(input) && same_shape(input, output) &&
                   softmax_fits(layer);
        case FW_OP_ADD:
            return add_fits(header, layer);
        case FW_OP_QUANTIZE:
            return layer->weight_bits == 0 && same_shape(input, output) &&
                   scales_fit(header, layer, 1, SHIFT_MAX);
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
static bool apart(const struct fw_tensor *read, const struct fw_tensor *written)
{
    return read->offset + bytes_of(read) <= written->offset ||
           written->offset + bytes_of(written) <= read->offset;
}

static bool is_zero(const struct fw_tensor *tensor)
{
    return tensor->offset == 0 && tensor->height == 0 && tensor->width == 0 &&
           tensor->channels == 0 && tensor->zero_point == 0 && tensor->element_bytes == 0;
}

static bool tensors_fit(const struct fw_image_header *header, const struct fw_layer *layer)
{
    const struct fw_tensor *input2 = &layer->input2;
    if (!tensor_fits(&layer->input, header->arena_bytes) ||
        !tensor_fits(&layer->output, header->arena_bytes))
        return false;
    if (layer->op != FW_OP_QUANTIZE && layer->input.element_bytes != layer->output.element_bytes)
        return false;
    if (layer->op != FW_OP_RESHAPE && !apart(&layer->input, &layer->output))
        return false;
    if (layer->op == FW_OP_ADD)
        return tensor_fits(input2, header->arena_bytes) && apart(input2, &layer->output);
    return is_zero(input2);
}

static bool clamp_fits(const struct fw_layer *layer)
{
    const int32_t high = wide(&layer->output) ? INT16_MAX : INT8_MAX;
    return between(-high - 1, layer->activation_min, layer->activation_max) &&
           between(layer->activation_min, layer->activation_max, high);
}

/* Scratch memory is a function of what was found sound before. */
static bool layer_fits(const struct fw_image_header *header, const struct fw_layer *layer)
{
    return tensors_fit(header, layer) && clamp_fits(layer) && operator_fits(header, layer) &&
           tiles_fit(layer) && layer->tiles_per_commit != 0 &&
           fw_scratch_bytes(layer) <= header->scratch_bytes;
}

static bool header_fits(const struct fw_image_header *header)
{
    return header->layer_count != 0 && header->layer_count <= FW_IMAGE_LAYERS_MAX &&
           header->arena_bytes <= FW_IMAGE_ARENA_MAX &&
           header->scratch_bytes <= FW_IMAGE_ARENA_MAX && header->input_bytes != 0 &&
           fits(header->input_offset, header->input_bytes, header->arena_bytes) &&
           between(1, header->output_bytes, FW_IMAGE_OUTPUT_MAX) &&
           fits(header->output_offset, header->output_bytes, header->arena_bytes) &&
           header->output_multiplier >= 0 && between(SHIFT_MIN, header->output_shift, SHIFT_MAX) &&
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
