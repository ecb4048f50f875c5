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
static bool lies_ready(const struct fw_box *box, const uint8_t *arena)
{
    return arena != NULL && box->runs * box->lines == 1 && box->offset % 4 == 0;
}

/* The input patch that `box` is, at `*spare` when it has to be copied. */
static const uint8_t *take_patch(const struct fw_box *box, const uint8_t *arena, uint8_t **spare)
{
    if (lies_ready(box, arena))
        return arena + box->offset;
    uint8_t *patch = *spare;
    if (!FW_DEFECT(STATIC_LEFT_OVER) || !fw_defect_patch_is_there(box))
        fw_box_load(box, arena, patch);
    *spare += fw_words(fw_box_bytes(box));
    return patch;
}

/* Writes a tile to its place; into non-volatile memory it is a part of the next commit. */
static void put_tile(struct fw_state *state, const struct fw_box *box, uint8_t *arena,
                     const uint8_t *tile)
{
    if (arena != NULL) {
        fw_box_store(box, arena, tile);
        return;
    }
    const uint32_t began = fw_hal_ticks();
    if (FW_DEFECT(ACCUMULATE_IN_PLACE))
        fw_defect_add(box, tile);
    else
        fw_box_store(box, NULL, tile);
    state->writing.bytes += fw_box_bytes(box);
    state->writing.ticks += fw_hal_ticks() - began;
}

void fw_tile_run(struct fw_state *state, uint32_t index, uint32_t tile, uint8_t *arena)
{
    const struct fw_layer *layer = fw_image_layer(state->network, index);
    const struct fw_tile extent = fw_tile_of(layer, tile);
    uint8_t *spare =
        arena != NULL ? arena + fw_words(state->network->arena_bytes) : state->board->working;

    fw_report_position(state, FW_RECORD_TILE_BEGIN, index, tile);
    const struct fw_box box = fw_input_box(&layer->input, &extent);
    const uint8_t *input = take_patch(&box, arena, &spare);
    const uint8_t *input2 = NULL;
    if (layer->op == FW_OP_ADD) {
        const struct fw_box second = fw_input_box(&layer->input2, &extent);
        input2 = take_patch(&second, arena, &spare);
    }
    const struct fw_box result = fw_output_box(&layer->output, &extent);
    const bool in_place = lies_ready(&result, arena);
    if (FW_DEFECT(INPUT_IN_PLACE) && arena == NULL)
        fw_defect_invert(&box);
    uint8_t *output = in_place ? arena + result.offset : spare;
    uint8_t *scratch = in_place ? spare : spare + fw_words(fw_box_bytes(&result));
    fw_run_tile(state->network, layer, &extent, input, input2, output, scratch);
    if (FW_DEFECT(INPUT_IN_PLACE) && arena == NULL)
        fw_defect_invert(&box);
    fw_report_position(state, FW_RECORD_TILE_END, index, tile);
    if (!in_place)
        put_tile(state, &result, arena, output);
}
