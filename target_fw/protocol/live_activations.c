#include "target_fw/protocol/live_activations.h"

#include <stdbool.h>

static uint32_t end_of(const struct fw_range *range)
{
    return range->offset + range->bytes;
}

static bool covers(const struct fw_range *whole, const struct fw_range *part)
{
    return whole->offset <= part->offset && end_of(part) <= end_of(whole);
}

static struct fw_range range_of(const struct fw_tensor *tensor)
{
    const struct fw_range range = {tensor->offset, (uint32_t)tensor->height * tensor->width *
                                                       tensor->channels * tensor->element_bytes};
    return range;
}

/* When there is no room, the last range grows to hold this one too. */
static void add(struct fw_live *live, struct fw_range range)
{
    for (uint32_t i = 0; i < live->count; i++)
        if (covers(&live->ranges[i], &range))
            return;
    if (live->count < FW_LIVE_RANGES_MAX) {
        live->ranges[live->count++] = range;
        return;
    }
    struct fw_range *last = &live->ranges[FW_LIVE_RANGES_MAX - 1];
    const uint32_t end = end_of(last) > end_of(&range) ? end_of(last) : end_of(&range);
    last->offset = last->offset < range.offset ? last->offset : range.offset;
    last->bytes = end - last->offset;
}

/* Drops what is written before it is read. */
static void drop_written(struct fw_live *live, const struct fw_range *written)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < live->count; i++)
        if (!covers(written, &live->ranges[i]))
            live->ranges[kept++] = live->ranges[i];
    live->count = kept;
}

void fw_live_find(struct fw_live *live, const struct fw_image_header *network, uint32_t layer,
                  uint32_t tile)
{
    const struct fw_layer *now = fw_image_layer(network, layer);
    const uint32_t first = tile < now->tile_count ? layer : layer + 1;
    live->count = 0;
    add(live, (struct fw_range){network->output_offset, network->output_bytes});
    for (uint32_t i = network->layer_count; i > first; i--) {
        const struct fw_layer *later = fw_image_layer(network, i - 1);
        const struct fw_range written = range_of(&later->output);
        drop_written(live, &written);
        add(live, range_of(&later->input));
        if (later->op == FW_OP_ADD)
            add(live, range_of(&later->input2));
    }
    if (tile != 0 && first == layer) {
        struct fw_range made = range_of(&now->output);
        made.bytes = made.bytes / now->output.height * fw_tile_of(now, tile - 1).out_y_end;
        add(live, made);
    }
}

uint32_t fw_live_bytes(const struct fw_live *live)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < live->count; i++)
        bytes += live->ranges[i].bytes;
    return bytes;
}
