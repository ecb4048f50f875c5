#include "target_fw/protocol/network_image.h"

#include <stddef.h>

_Static_assert(sizeof(struct fw_image_header) == 88, "the header's layout is the image's format");
_Static_assert(sizeof(struct fw_tensor) == 20, "the tensor's layout is the image's format");
_Static_assert(sizeof(struct fw_layer) == 132, "the layer's layout is the image's format");

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t parts(uint32_t whole, uint32_t part)
{
    return whole / part + (whole % part != 0);
}

/* The half-open range of part `index` when `whole` is cut into pieces of `part`. */
static void cut(uint32_t whole, uint32_t part, uint32_t index, uint32_t *from, uint32_t *to)
{
    *from = index * part;
    *to = *from + least(part, whole - *from);
}

/* What a sliding window reads along one axis to make outputs [out, out_end). */
static void window(uint32_t out, uint32_t out_end, uint32_t kernel, uint32_t stride, uint32_t pad,
                   uint32_t size, uint32_t *from, uint32_t *to)
{
    const uint32_t padded_from = out * stride;
    const uint32_t padded_to = (out_end - 1) * stride + kernel;
    *from = padded_from > pad ? padded_from - pad : 0;
    *to = padded_to > pad ? least(padded_to - pad, size) : 0;
}

static void add_input(const struct fw_layer *layer, struct fw_tile *tile)
{
    const struct fw_tensor *input = &layer->input;
    tile->in_y = tile->in_x = tile->in_c = 0;
    tile->in_y_end = input->height;
    tile->in_x_end = input->width;
    tile->in_c_end = input->channels;

    switch (layer->op) {
        case FW_OP_DEPTHWISE_CONV_2D:
            tile->in_c = tile->out_c / layer->depth_multiplier;
            tile->in_c_end = parts(tile->out_c_end, layer->depth_multiplier);
            break;
        case FW_OP_AVERAGE_POOL_2D:
        case FW_OP_MAX_POOL_2D:
            tile->in_c = tile->out_c;
            tile->in_c_end = tile->out_c_end;
            break;
        case FW_OP_ADD:
        case FW_OP_QUANTIZE:
        case FW_OP_SOFTMAX:
            tile->in_c = tile->out_c;
            tile->in_c_end = tile->out_c_end;
            tile->in_y = tile->out_y;
            tile->in_y_end = tile->out_y_end;
            tile->in_x = tile->out_x;
            tile->in_x_end = tile->out_x_end;
            return;
        case FW_OP_CONV_2D:
            break;
        default:
            return;
    }
    window(tile->out_y, tile->out_y_end, layer->kernel_height, layer->stride_height, layer->pad_top,
           input->height, &tile->in_y, &tile->in_y_end);
    window(tile->out_x, tile->out_x_end, layer->kernel_width, layer->stride_width, layer->pad_left,
           input->width, &tile->in_x, &tile->in_x_end);
}

struct fw_tile fw_tile_of(const struct fw_layer *layer, uint32_t index)
{
    const struct fw_tensor *output = &layer->output;
    const uint32_t columns = parts(output->width, layer->tile_width);
    const uint32_t slices = parts(output->channels, layer->tile_channels);

    struct fw_tile tile;
    cut(output->channels, layer->tile_channels, index % slices, &tile.out_c, &tile.out_c_end);
    cut(output->width, layer->tile_width, index / slices % columns, &tile.out_x, &tile.out_x_end);
    cut(output->height, layer->tile_height, index / slices / columns, &tile.out_y, &tile.out_y_end);
    add_input(layer, &tile);
    return tile;
}

struct fw_tile fw_whole_layer(const struct fw_layer *layer)
{
    const struct fw_tile tile = {.out_y_end = layer->output.height,
                                 .out_x_end = layer->output.width,
                                 .out_c_end = layer->output.channels,
                                 .in_y_end = layer->input.height,
                                 .in_x_end = layer->input.width,
                                 .in_c_end = layer->input.channels};
    return tile;
}

uint32_t fw_tile_input_bytes(const struct fw_layer *layer, const struct fw_tile *tile)
{
    return (tile->in_y_end - tile->in_y) * (tile->in_x_end - tile->in_x) *
           (tile->in_c_end - tile->in_c) * layer->input.element_bytes;
}

uint32_t fw_tile_output_bytes(const struct fw_layer *layer, const struct fw_tile *tile)
{
    return (tile->out_y_end - tile->out_y) * (tile->out_x_end - tile->out_x) *
           (tile->out_c_end - tile->out_c) * layer->output.element_bytes;
}

static uint32_t rounded(uint32_t bytes)
{
    return (bytes + 3) & ~UINT32_C(3);
}

uint32_t fw_tile_working_bytes(const struct fw_layer *layer, const struct fw_tile *tile)
{
    const uint32_t patches = layer->op == FW_OP_ADD ? 2 : 1;
    return patches * rounded(fw_tile_input_bytes(layer, tile)) +
           rounded(fw_tile_output_bytes(layer, tile)) + fw_scratch_bytes(layer);
}

const struct fw_layer *fw_image_layer(const void *image, uint32_t index)
{
    const struct fw_image_header *header = (const struct fw_image_header *)image;
    const void *layers = (const uint8_t *)image + header->layers_offset;
    return (const struct fw_layer *)layers + index;
}

uint32_t fw_crc32(uint32_t crc, const void *bytes, uint32_t size)
{
    /* The reflected polynomial 0xEDB88320, four bits at a step. */
    static const uint32_t steps[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
                                       0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
                                       0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                       0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
    const uint8_t *at = (const uint8_t *)bytes;
    crc = ~crc;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= at[i];
        crc = crc >> 4 ^ steps[crc & 15];
        crc = crc >> 4 ^ steps[crc & 15];
    }
    return ~crc;
}
