#include "target_fw/rt/in_nv.h"

#include <stdbool.h>
#include <stddef.h>

#include "target_fw/rt/commit.h"
#include "target_fw/rt/defect.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/patch.h"
#include "target_fw/rt/tile.h"

void fw_nv_open(struct fw_state *state)
{
    state->tile_memory = fw_copy_open(state);
}

void fw_nv_put_input(struct fw_state *state, const void *input)
{
    const struct fw_image_header *network = state->network;
    fw_nv_open(state); /* between two inferences others may have used the memory */
    fw_hal_nv_write(FW_NV_ARENA + network->input_offset, input, network->input_bytes);
    if (state->copy.ram == NULL)
        return;
    const struct fw_box whole = {
        .offset = network->input_offset, .run_bytes = network->input_bytes, .runs = 1, .lines = 1};
    fw_box_store(&whole, state->copy.ram, (const uint8_t *)input);
    fw_copy_wrote(&state->copy, &whole);
}

void fw_nv_read(struct fw_state *state, void *to, uint32_t offset, uint32_t size)
{
    (void)state;
    fw_hal_nv_read(to, FW_NV_ARENA + offset, size);
}

void fw_nv_run_layer(struct fw_state *state, uint32_t index, uint32_t first)
{
    const struct fw_layer *layer = fw_image_layer(state->network, index);
    const bool between = state->config.strategy == FW_STRATEGY_TILE;
    if (FW_DEFECT(ACCUMULATE_IN_PLACE) && first == 0)
        fw_defect_clear(&layer->output);
    for (uint32_t done = first; done < layer->tile_count;) {
        if (FW_DEFECT(COMMIT_BEFORE_DATA))
            fw_commit(state, state->progress.inference, index, done + 1);
        fw_tile_run(state, index, done++, NULL);
        const bool due = between && fw_commit_is_due(state, layer);
        if (due || done == layer->tile_count)
            fw_commit(state, state->progress.inference, index, done);
    }
}
