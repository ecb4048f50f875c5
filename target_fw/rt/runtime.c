#include "target_fw/rt/runtime.h"

#include <string.h>

#include "target_fw/nn/kernels.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/patch.h"
#include "target_fw/rt/report.h"

/* How activations are kept. To add a strategy, add a row to `strategies`. */
struct strategy {
    void (*put_input)(struct fw_state *state, const void *input);
    void (*run_layer)(struct fw_state *state, uint32_t index);
    void (*read)(struct fw_state *state, void *to, uint32_t offset, uint32_t size);
};

static void report_checkpoint(struct fw_state *state, uint32_t now)
{
    struct fw_record record = {.header = {.type = FW_RECORD_CHECKPOINT},
                               .body.checkpoint = {.inference = state->progress.inference,
                                                   .layer = state->progress.layer,
                                                   .tile = state->progress.tile,
                                                   .duration_ticks = state->writing.ticks,
                                                   .written_bytes = state->writing.bytes}};
    fw_telemetry_send(&state->telemetry, &record, now);
}

static void commit(struct fw_state *state, uint32_t inference, uint32_t layer, uint32_t tile)
{
    const uint32_t began = fw_hal_ticks();
    struct fw_progress *progress = &state->progress;
    progress->inference = inference;
    progress->layer = (uint16_t)layer;
    progress->tile = (uint16_t)tile;
    state->writing.bytes += fw_slots_write(&state->progress_slots, progress, sizeof *progress);
    state->marks ^= FW_MARK_COMMIT;
    fw_hal_marks(state->marks);

    const uint32_t now = fw_hal_ticks();
    state->writing.ticks += now - began;
    if (fw_telemetry_wants(&state->telemetry, FW_RECORD_CHECKPOINT))
        report_checkpoint(state, now);
    state->writing = (struct fw_writing){0};
}

/* Activations in RAM, each layer one tile that works where they lie. */

static void put_input_in_ram(struct fw_state *state, const void *input)
{
    memcpy(state->board->working + state->network->input_offset, input,
           state->network->input_bytes);
}

static void run_layer_in_ram(struct fw_state *state, uint32_t index)
{
    const struct fw_layer *layer = fw_image_layer(state->network, index);
    const struct fw_tile tile = fw_whole_layer(layer);
    int8_t *arena = (int8_t *)state->board->working;
    fw_report_position(state, FW_RECORD_TILE_BEGIN, index, 0);
    fw_run_tile(state->network, layer, &tile, arena + layer->input.offset,
                arena + layer->input2.offset, arena + layer->output.offset,
                arena + state->network->arena_bytes);
    fw_report_position(state, FW_RECORD_TILE_END, index, 0);
}

static void read_from_ram(struct fw_state *state, void *to, uint32_t offset, uint32_t size)
{
    memcpy(to, state->board->working + offset, size);
}

/* Activations in non-volatile memory, tiles of them in RAM. */

static void put_input_in_nv(struct fw_state *state, const void *input)
{
    fw_hal_nv_write(FW_NV_ARENA + state->network->input_offset, input, state->network->input_bytes);
}

static void run_tile(struct fw_state *state, uint32_t index, uint32_t tile_index)
{
    const struct fw_layer *layer = fw_image_layer(state->network, index);
    const struct fw_tile tile = fw_tile_of(layer, tile_index);
    const uint32_t patch_bytes = (fw_tile_input_bytes(layer, &tile) + 3) & ~UINT32_C(3);
    const uint32_t output_bytes = (fw_tile_output_bytes(layer, &tile) + 3) & ~UINT32_C(3);
    const uint32_t needed = fw_tile_working_bytes(layer, &tile);
    if (needed > state->board->working_bytes)
        fw_fault(state, FW_FAULT_TOO_LARGE, needed);
    int8_t *patch = (int8_t *)state->board->working;
    int8_t *output = patch + patch_bytes;
    int8_t *scratch = output + output_bytes;

    fw_report_position(state, FW_RECORD_TILE_BEGIN, index, tile_index);
    fw_patch_load(layer, &tile, patch);
    fw_run_tile(state->network, layer, &tile, patch, NULL, output, scratch);
    fw_report_position(state, FW_RECORD_TILE_END, index, tile_index);

    const uint32_t began = fw_hal_ticks();
    state->writing.bytes += fw_patch_store(layer, &tile, output);
    state->writing.ticks += fw_hal_ticks() - began;
}

static void run_layer_with_one_commit(struct fw_state *state, uint32_t index)
{
    const uint32_t tile_count = fw_image_layer(state->network, index)->tile_count;
    for (uint32_t tile = 0; tile < tile_count; tile++)
        run_tile(state, index, tile);
    commit(state, state->progress.inference, index, tile_count);
}

static void run_layer_with_commits(struct fw_state *state, uint32_t index)
{
    const uint32_t tile_count = fw_image_layer(state->network, index)->tile_count;
    const uint32_t first = index == state->progress.layer ? state->progress.tile : 0;
    for (uint32_t tile = first; tile < tile_count; tile++) {
        run_tile(state, index, tile);
        commit(state, state->progress.inference, index, tile + 1);
    }
}

static void read_from_nv(struct fw_state *state, void *to, uint32_t offset, uint32_t size)
{
    (void)state;
    fw_hal_nv_read(to, FW_NV_ARENA + offset, size);
}

static const struct strategy strategies[] = {
    [FW_STRATEGY_RESTART] = {put_input_in_ram, run_layer_in_ram, read_from_ram},
    [FW_STRATEGY_LAYER] = {put_input_in_nv, run_layer_with_one_commit, read_from_nv},
    [FW_STRATEGY_TILE] = {put_input_in_nv, run_layer_with_commits, read_from_nv},
};

static void run_layers(struct fw_state *state, const struct strategy *strategy)
{
    for (uint32_t i = state->progress.layer; i < state->network->layer_count; i++) {
        const struct fw_layer *layer = fw_image_layer(state->network, i);
        const uint32_t first = i == state->progress.layer ? state->progress.tile : 0;
        if (first >= layer->tile_count)
            continue;
        fw_report_position(state, FW_RECORD_LAYER_BEGIN, i, first);
        if (layer->op != FW_OP_RESHAPE)
            strategy->run_layer(state, i);
        fw_report_position(state, FW_RECORD_LAYER_END, i, layer->tile_count);
    }
}

static void send_result(struct fw_state *state, const struct strategy *strategy)
{
    const struct fw_image_header *network = state->network;
    struct fw_record record = {.header = {.type = FW_RECORD_RESULT}};
    struct fw_result_record *result = &record.body.result;
    result->inference = state->progress.inference;
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
    const struct strategy *strategy = &strategies[state->config.strategy];
    const struct fw_inputs_header *inputs = state->inputs;
    const uint32_t inference = state->progress.inference;
    state->marks |= FW_MARK_INFERENCE;
    fw_hal_marks(state->marks);

    if (state->progress.layer == 0 && state->progress.tile == 0) {
        fw_report_inference(state, FW_RECORD_INFERENCE_BEGIN, inference);
        const size_t which = inference % inputs->count;
        strategy->put_input(state, (const uint8_t *)(inputs + 1) + which * inputs->bytes_each);
    }
    run_layers(state, strategy);
    send_result(state, strategy);
    commit(state, inference + 1, 0, 0);

    state->marks &= ~(uint32_t)FW_MARK_INFERENCE;
    fw_hal_marks(state->marks);
    fw_report_inference(state, FW_RECORD_INFERENCE_END, inference);
}

void fw_read_output(struct fw_state *state, void *to, uint32_t offset, uint32_t size)
{
    strategies[state->config.strategy].read(state, to, state->network->output_offset + offset,
                                            size);
}

struct fw_memory_needs fw_memory_needs(const struct fw_state *state)
{
    const struct fw_image_header *network = state->network;
    if (state->config.strategy == FW_STRATEGY_RESTART)
        return (struct fw_memory_needs){.ram = (uint64_t)network->arena_bytes +
                                               network->scratch_bytes};
    return (struct fw_memory_needs){.ram = network->working_bytes, .nv = network->arena_bytes};
}

bool fw_output_outlives_power(const struct fw_state *state)
{
    return strategies[state->config.strategy].read == read_from_nv;
}
