#include "target_fw/rt/tile.h"

#include <stdbool.h>
#include <stddef.h>

#include "target_fw/nn/kernels.h"
#include "target_fw/rt/defect.h"
#include "target_fw/rt/patch.h"
#include "target_fw/rt/report.h"

uint32_t fw_words(uint32_t bytes)
{
    return (bytes + 3) & ~UINT32_C(3);
}

/* What is dense and aligned in RAM needs no copy. */
static bool lies_ready(const struct fw_box *box, const uint8_t *ram)
{
    return ram != NULL && box->runs * box->lines == 1 && box->offset % 4 == 0;
}

/* Where a tile finds activations and memory. */
struct place {
    bool in_nv;     /* the arena lies in non-volatile memory, */
    uint8_t *ram;   /* and in RAM: all of it, or what there is of a copy; null for neither */
    uint8_t *spare; /* memory that is not yet taken */
};

static struct place place_of(const struct fw_state *state, uint8_t *arena)
{
    const struct place in_ram = {.ram = arena, .spare = state->tile_memory};
    const struct place in_nv = {true, state->copy.ram, state->tile_memory};
    return arena != NULL ? in_ram : in_nv;
}

/* The tile's patch of an input, in spare memory when it has to be put together. */
static const uint8_t *take_patch(const struct fw_state *state, const struct fw_tensor *input,
                                 const struct fw_tile *extent, struct place *place)
{
    const struct fw_box box = fw_input_box(input, extent);
    if (place->in_nv && place->ram != NULL)
        fw_copy_fetch(&state->copy, input, &box);
    if (lies_ready(&box, place->ram))
        return place->ram + box.offset;
    uint8_t *patch = place->spare;
    if (!FW_DEFECT(STATIC_LEFT_OVER) || !fw_defect_patch_is_there(&box))
        fw_box_load(&box, place->ram, patch);
    place->spare += fw_words(fw_box_bytes(&box));
    return patch;
}

/* Writes a tile to its place; into non-volatile memory it is a part of the next commit. */
static void put_tile(struct fw_state *state, const struct fw_box *box, const struct place *place,
                     const uint8_t *tile)
{
    if (place->ram != NULL && tile != place->ram + box->offset)
        fw_box_store(box, place->ram, tile);
    if (!place->in_nv)
        return;
    const uint32_t began = fw_hal_ticks();
    if (FW_DEFECT(ACCUMULATE_IN_PLACE))
        fw_defect_add(box, tile);
    else
        fw_box_store(box, NULL, tile);
    state->writing.bytes += fw_box_bytes(box);
    state->writing.ticks += fw_hal_ticks() - began;
    if (place->ram != NULL)
        fw_copy_wrote(&state->copy, box);
}

void fw_tile_run(struct fw_state *state, uint32_t index, uint32_t tile, uint8_t *arena)
{
    const struct fw_layer *layer = fw_image_layer(state->network, index);
    const struct fw_tile extent = fw_tile_of(layer, tile);
    struct place place = place_of(state, arena);

    fw_report_position(state, FW_RECORD_TILE_BEGIN, index, tile);
    const uint8_t *input = take_patch(state, &layer->input, &extent, &place);
    const uint8_t *input2 = NULL;
    if (layer->op == FW_OP_ADD)
        input2 = take_patch(state, &layer->input2, &extent, &place);
    const struct fw_box result = fw_output_box(&layer->output, &extent);
    if (FW_DEFECT(INPUT_IN_PLACE) && place.in_nv)
        fw_defect_invert(&layer->input, &extent);
    const bool in_place = lies_ready(&result, place.ram);
    uint8_t *output = in_place ? place.ram + result.offset : place.spare;
    uint8_t *scratch = in_place ? place.spare : place.spare + fw_words(fw_box_bytes(&result));
    fw_run_tile(state->network, layer, &extent, input, input2, output, scratch);
    if (FW_DEFECT(INPUT_IN_PLACE) && place.in_nv)
        fw_defect_invert(&layer->input, &extent);
    fw_report_position(state, FW_RECORD_TILE_END, index, tile);
    put_tile(state, &result, &place, output);
}
