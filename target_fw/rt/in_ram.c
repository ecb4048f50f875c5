#include "target_fw/rt/in_ram.h"

#include <string.h>

#include "target_fw/nn/kernels.h"
#include "target_fw/rt/report.h"
#include "target_fw/rt/tile.h"

void fw_ram_open(struct fw_state *state)
{
    state->tile_memory = state->board->working + fw_words(state->network->arena_bytes);
}

void fw_ram_put_input(struct fw_state *state, const void *input)
{
    memcpy(state->board->working + state->network->input_offset, input,
           state->network->input_bytes);
}

void fw_ram_read(struct fw_state *state, void *to, uint32_t offset, uint32_t size)
{
    memcpy(to, state->board->working + offset, size);
}

void fw_ram_run_layer(struct fw_state *state, uint32_t index, uint32_t first)
{
    const struct fw_layer *layer = fw_image_layer(state->network, index);
    const struct fw_tile whole = fw_whole_layer(layer);
    uint8_t *arena = state->board->working;
    fw_report_position(state, FW_RECORD_TILE_BEGIN, index, first);
    fw_run_tile(state->network, layer, &whole, arena + layer->input.offset,
                arena + layer->input2.offset, arena + layer->output.offset, state->tile_memory);
    fw_report_position(state, FW_RECORD_TILE_END, index, first);
}
