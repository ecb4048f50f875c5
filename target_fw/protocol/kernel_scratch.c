#include "target_fw/protocol/kernel_scratch.h"

/* Columns of int16 values in groups of taps (target_fw/nn/columns.h). */
enum {
    GROUP = 8,
    PLACES = 4,
    PLACES_TAPS_MAX = 640,
    TAPS_MAX = 1536,
    STRETCH = 1024,
    STRETCH_WIDE = 504 /* products of int16 elements that surely fit into 32 bits */
};

static uint32_t whole_groups(uint64_t taps)
{
    return ((uint32_t)taps + GROUP - 1) / GROUP * GROUP;
}

static uint64_t window_taps(const struct fw_layer *layer)
{
    return (uint64_t)layer->kernel_height * layer->kernel_width * layer->input.channels;
}

uint32_t fw_conv_places(const struct fw_layer *layer)
{
    const uint64_t taps = window_taps(layer);
    if (taps > TAPS_MAX)
        return 0;
    return taps > PLACES_TAPS_MAX ? 1 : PLACES;
}

uint32_t fw_fully_connected_stretch(const struct fw_layer *layer)
{
    return layer->input.element_bytes == 2 ? STRETCH_WIDE : STRETCH;
}

/* The columns, and a window that has to be put together first. */
static uint32_t conv_bytes(const struct fw_layer *layer)
{
    const uint32_t places = fw_conv_places(layer);
    if (places == 0)
        return 0;
    const uint32_t taps = whole_groups(window_taps(layer));
    const bool together = layer->input.channels % GROUP != 0;
    return places * 2 * taps + (together ? taps * layer->input.element_bytes : 0);
}

static uint32_t fully_connected_bytes(const struct fw_layer *layer)
{
    const struct fw_tensor *input = &layer->input;
    const uint64_t taps = (uint64_t)input->height * input->width * input->channels;
    const uint32_t stretch = fw_fully_connected_stretch(layer);
    return 2 * (taps < stretch ? whole_groups(taps) : stretch);
}

uint32_t fw_scratch_bytes(const struct fw_layer *layer)
{
    switch (layer->op) {
        case FW_OP_CONV_2D:
            return conv_bytes(layer);
        case FW_OP_FULLY_CONNECTED:
            return fully_connected_bytes(layer);
        default:
            return 0;
    }
}
