#include "target_fw/rt/runtime.h"

#include <stdbool.h>
#include <stddef.h>

#include "target_fw/rt/commit.h"
#include "target_fw/rt/defect.h"
#include "target_fw/rt/in_nv.h"
#include "target_fw/rt/in_ram.h"
#include "target_fw/rt/report.h"
#include "target_fw/rt/snapshot.h"
#include "target_fw/rt/tile.h"

/* How activations are kept. To add a strategy, add a row to `strategies`. */
struct strategy {
    void (*open)(struct fw_state *state);
    void (*put_input)(struct fw_state *state, const void *input);
    void (*restore)(struct fw_state *state); /* null: what is needed is there */
    void (*run_layer)(struct fw_state *state, uint32_t index, uint32_t first);
    void (*read)(struct fw_state *state, void *to, uint32_t offset, uint32_t size);
};

static const struct strategy strategies[] = {
    [FW_STRATEGY_RESTART] = {fw_ram_open, fw_ram_put_input, NULL, fw_ram_run_layer, fw_ram_read},
    [FW_STRATEGY_LAYER] = {fw_nv_open, fw_nv_put_input, NULL, fw_nv_run_layer, fw_nv_read},
    [FW_STRATEGY_TILE] = {fw_nv_open, fw_nv_put_input, NULL, fw_nv_run_layer, fw_nv_read},
    [FW_STRATEGY_VOLTAGE] = {fw_ram_open, fw_ram_put_input, fw_snapshot_restore,
                             fw_snapshot_run_layer, fw_ram_read},
};

static const struct strategy *strategy_of(const struct fw_state *state)
{
    return &strategies[state->config.strategy];
}

void fw_open(struct fw_state *state)
{
    const struct strategy *strategy = strategy_of(state);
    strategy->open(state);
    const bool midway = state->progress.layer != 0 || state->progress.tile != 0;
    if (midway && strategy->restore != NULL)
        strategy->restore(state);
}

static void run_layers(struct fw_state *state, const struct strategy *strategy)
{
    const uint32_t from = state->progress.layer;
    const uint32_t from_tile = state->progress.tile;
    for (uint32_t i = from; i < state->network->layer_count; i++) {
        const struct fw_layer *layer = fw_image_layer(state->network, i);
        const uint32_t first = i == from ? from_tile : 0;
        if (first >= layer->tile_count)
            continue;
        fw_report_position(state, FW_RECORD_LAYER_BEGIN, i, first);
        if (layer->op != FW_OP_RESHAPE)
            strategy->run_layer(state, i, first);
        fw_report_position(state, FW_RECORD_LAYER_END, i, layer->tile_count);
    }
}

static void send_result(struct fw_state *state, const struct strategy *strategy, uint32_t inference)
{
    const struct fw_image_header *network = state->network;
    struct fw_record record = {.header = {.type = FW_RECORD_RESULT}};
    struct fw_result_record *result = &record.body.result;
    result->inference = inference;
    result->total = (uint16_t)network->output_bytes;
    for (uint32_t offset = 0; offset < network->output_bytes; offset += FW_RESULT_CHUNK_MAX) {
        const uint32_t left = network->output_bytes - offset;
        result->offset = (uint16_t)offset;
        result->size = (uint8_t)(left < FW_RESULT_CHUNK_MAX ? left : FW_RESULT_CHUNK_MAX);
        strategy->read(state, result->bytes, network->output_offset + offset, result->size);
        fw_telemetry_send(&state->telemetry, &record, fw_hal_ticks());
    }
}

void fw_run_inference(struct fw_state *state)
{
    const struct strategy *strategy = strategy_of(state);
    const struct fw_inputs_header *inputs = state->inputs;
    const uint32_t inference = state->progress.inference;
    state->marks |= FW_MARK_INFERENCE;
    fw_hal_marks(state->marks);

    if (state->progress.layer == 0 && state->progress.tile == 0) {
        fw_report_inference(state, FW_RECORD_INFERENCE_BEGIN, inference);
        const size_t which = inference % inputs->count;
        if (!FW_DEFECT(INPUT_ASSUMED) || state->boot.attempts == 0)
            strategy->put_input(state, (const uint8_t *)(inputs + 1) + which * inputs->bytes_each);
    }
    run_layers(state, strategy);
    if (FW_DEFECT(RESULT_AFTER_COMMIT))
        fw_commit(state, inference + 1, 0, 0);
    send_result(state, strategy, inference);
    if (!FW_DEFECT(RESULT_AFTER_COMMIT))
        fw_commit(state, inference + 1, 0, 0);

    state->marks &= ~(uint32_t)FW_MARK_INFERENCE;
    fw_hal_marks(state->marks);
    fw_report_inference(state, FW_RECORD_INFERENCE_END, inference);
}

void fw_read_output(struct fw_state *state, void *to, uint32_t offset, uint32_t size)
{
    strategy_of(state)->read(state, to, state->network->output_offset + offset, size);
}

bool fw_output_outlives_power(const struct fw_state *state)
{
    return strategy_of(state)->read == fw_nv_read;
}
