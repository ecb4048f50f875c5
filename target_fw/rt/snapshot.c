#include "target_fw/rt/snapshot.h"

#include "target_fw/protocol/live_activations.h"
#include "target_fw/rt/commit.h"
#include "target_fw/rt/defect.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/report.h"
#include "target_fw/rt/tile.h"

enum {
    HYSTERESIS = 16,       /* 1/16 of snapshot_mv, an eighth of the energy up to there */
    LOOKS_PER_SECOND = 256 /* at the storage voltage, while asleep */
};

/* The place that goes with a slot of the progress record. */
static uint32_t place_of(const struct fw_state *state, uint32_t slot)
{
    return FW_NV_ARENA + slot * fw_words(state->network->arena_bytes);
}

void fw_snapshot_restore(struct fw_state *state)
{
    struct fw_live live;
    fw_live_find(&live, state->network, state->progress.layer, state->progress.tile);
    const uint32_t place = place_of(state, 1 - state->progress_slots.next);
    for (uint32_t i = 0; i < live.count; i++)
        fw_hal_nv_read(state->board->working + live.ranges[i].offset, place + live.ranges[i].offset,
                       live.ranges[i].bytes);
}

static void take_snapshot(struct fw_state *state, uint32_t layer, uint32_t tile)
{
    const uint32_t began = fw_hal_ticks();
    struct fw_live live;
    fw_live_find(&live, state->network, layer, tile);
    const uint32_t next = state->progress_slots.next;
    const uint32_t place = place_of(state, FW_DEFECT(SNAPSHOT_OVER_NEWEST) ? 1 - next : next);
    if (FW_DEFECT(SNAPSHOT_EARLY))
        fw_commit(state, state->progress.inference, layer, tile);
    for (uint32_t i = 0; i < live.count; i++)
        fw_hal_nv_write(place + live.ranges[i].offset,
                        state->board->working + live.ranges[i].offset, live.ranges[i].bytes);
    state->writing.bytes += fw_live_bytes(&live);
    state->writing.ticks += fw_hal_ticks() - began;
    if (!FW_DEFECT(SNAPSHOT_EARLY))
        fw_commit(state, state->progress.inference, layer, tile);
}

static void sleep_until_supplied(struct fw_state *state)
{
    const uint32_t enough = state->config.snapshot_mv + state->config.snapshot_mv / HYSTERESIS;
    fw_report_idle(state);
    while (fw_hal_supply_mv() < enough) {
        while (fw_hal_uart_read() >= 0) {
        }
        fw_hal_sleep(state->board->ticks_per_second / LOOKS_PER_SECOND + 1);
    }
}

void fw_snapshot_run_layer(struct fw_state *state, uint32_t index, uint32_t first)
{
    const uint32_t tile_count = fw_image_layer(state->network, index)->tile_count;
    for (uint32_t done = first; done < tile_count;) {
        fw_tile_run(state, index, done++, state->board->working);
        if (fw_hal_supply_mv() >= state->config.snapshot_mv)
            continue;
        take_snapshot(state, index, done);
        sleep_until_supplied(state);
        if (done < tile_count)
            fw_report_position(state, FW_RECORD_LAYER_BEGIN, index, done);
    }
}
