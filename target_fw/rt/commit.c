#include "target_fw/rt/commit.h"

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

void fw_commit(struct fw_state *state, uint32_t inference, uint32_t layer, uint32_t tile)
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
    state->fusion.tiles = 0;
}

/* Tiles between two commits: 1 or more. */
static uint32_t tiles_allowed(const struct fw_state *state, const struct fw_layer *layer)
{
    const struct fw_run_config *config = &state->config;
    uint32_t tiles = config->tiles_per_commit;
    if (tiles == FW_COMMIT_AS_PLANNED)
        tiles = layer->tiles_per_commit;
    else if (tiles == FW_COMMIT_BY_ENERGY)
        tiles = FW_FUSED_TILES_MAX;
    const bool last_attempt = state->boot.attempts + UINT32_C(1) >= config->attempts;
    tiles = last_attempt || state->boot.halvings > 31 ? 0 : tiles >> state->boot.halvings;
    return tiles == 0 ? 1 : tiles;
}

static uint32_t squared(uint32_t millivolts)
{
    return millivolts > UINT16_MAX ? UINT32_MAX : millivolts * millivolts;
}

/* Whether the storage holds too little to leave the next tile without a commit. Learns what the
 * last one took. */
static bool energy_runs_out(struct fw_state *state)
{
    struct fw_fusion *fusion = &state->fusion;
    const uint32_t now = squared(fw_hal_supply_mv());
    if (fusion->supply > now && fusion->supply - now > fusion->cost)
        fusion->cost = fusion->supply - now;
    fusion->supply = now;
    const uint32_t off = squared(state->config.off_mv);
    const uint64_t needed = (uint64_t)FW_FUSED_TILES_RESERVE * fusion->cost;
    return now <= off || now - off < needed;
}

bool fw_commit_is_due(struct fw_state *state, const struct fw_layer *layer)
{
    const bool by_energy = state->config.tiles_per_commit == FW_COMMIT_BY_ENERGY;
    const bool short_of_energy = by_energy && energy_runs_out(state);
    return ++state->fusion.tiles >= tiles_allowed(state, layer) || short_of_energy;
}
