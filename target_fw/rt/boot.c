#include "target_fw/rt/boot.h"

#include <stddef.h>

#include "target_fw/protocol/memory_needs.h"
#include "target_fw/rt/defect.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/report.h"
#include "target_fw/rt/runtime.h"
#include "target_fw/rt/verify.h"

_Static_assert(sizeof(struct fw_run_config) == 36, "the configuration's layout is its format");
_Static_assert(sizeof(struct fw_progress) <= FW_SLOT_PAYLOAD_MAX, "progress fits its slot");
_Static_assert(sizeof(struct fw_boot_state) <= FW_SLOT_PAYLOAD_MAX, "boot state fits its slot");
_Static_assert(FW_NV_RUN_CONFIG + sizeof(struct fw_run_config) <= FW_NV_BOOT &&
                   FW_NV_BOOT + 2 * FW_SLOT_STRIDE <= FW_NV_PROGRESS &&
                   FW_NV_PROGRESS + 2 * FW_SLOT_STRIDE <= FW_NV_VERIFY,
               "the parts of the non-volatile memory do not overlap");

enum {
    NO_FAULT = -1,
    STEADY_POWER_UPS = 16 /* after which a halving is taken back */
};

static bool goes_by_energy(const struct fw_run_config *config)
{
    return config->strategy == FW_STRATEGY_TILE && config->tiles_per_commit == FW_COMMIT_BY_ENERGY;
}

int32_t fw_run_config_fault(const struct fw_run_config *config)
{
    if (config->magic != FW_RUN_CONFIG_MAGIC)
        return offsetof(struct fw_run_config, magic);
    if (config->version != FW_RUN_CONFIG_VERSION)
        return offsetof(struct fw_run_config, version);
    if (config->strategy > FW_STRATEGY_VOLTAGE)
        return offsetof(struct fw_run_config, strategy);
    if (config->record_level > FW_RECORDS_TILES)
        return offsetof(struct fw_run_config, record_level);
    if (config->attempts == 0)
        return offsetof(struct fw_run_config, attempts);
    if (config->strategy == FW_STRATEGY_VOLTAGE && config->snapshot_mv == 0)
        return offsetof(struct fw_run_config, snapshot_mv);
    if (goes_by_energy(config) && config->off_mv == 0)
        return offsetof(struct fw_run_config, off_mv);
    if (config->source >= FW_SOURCES)
        return offsetof(struct fw_run_config, source);
    if (config->mode > FW_MODE_IDLE)
        return offsetof(struct fw_run_config, mode);
    if (fw_crc32(0, config, offsetof(struct fw_run_config, crc32)) != config->crc32)
        return offsetof(struct fw_run_config, crc32);
    return NO_FAULT;
}

static void report_boot(struct fw_state *state, bool configured)
{
    const bool named = state->network->magic == FW_IMAGE_MAGIC;
    struct fw_record record = {
        .header = {.type = FW_RECORD_BOOT},
        .body.boot = {.protocol = FW_PROTOCOL_VERSION,
                      .cause = state->restarted ? FW_BOOT_RESET : state->board->boot_cause,
                      .strategy = configured ? state->config.strategy : UINT8_MAX,
                      .record_level = configured ? state->config.record_level : UINT8_MAX,
                      .ticks_per_second = state->board->ticks_per_second,
                      .network_crc32 = named ? state->network->crc32 : 0,
                      .supply_mv = (uint16_t)fw_hal_supply_mv(),
                      .attempts = state->boot.attempts}};
    fw_telemetry_send(&state->telemetry, &record, fw_hal_ticks());
}

/* Finds the progress of this run, or begins it. */
static void find_progress(struct fw_state *state, uint32_t run)
{
    struct fw_progress newest;
    const bool found =
        fw_slots_open(&state->progress_slots, FW_NV_PROGRESS, &newest, sizeof newest);
    if (found && (newest.run == run || FW_DEFECT(FOREIGN_PROGRESS)))
        state->progress = newest;
    else if (!FW_DEFECT(RAM_NOT_CLEARED))
        state->progress = (struct fw_progress){0};
    state->progress.run = run;
}

/* A power-up that found no new progress halves the tiles between two commits; many in a row that
 * did take that back. */
static void count_halvings(struct fw_boot_state *boot, bool stuck)
{
    boot->steady = stuck ? 0 : (uint16_t)(boot->steady + 1);
    if (stuck && boot->halvings < UINT16_MAX)
        boot->halvings++;
    if (boot->steady == STEADY_POWER_UPS) {
        boot->steady = 0;
        if (boot->halvings != 0)
            boot->halvings--;
    }
}

static void count_boot(struct fw_state *state, uint32_t run)
{
    struct fw_boot_state *boot = &state->boot;
    const bool found = fw_slots_open(&state->boot_slots, FW_NV_BOOT, boot, sizeof *boot);
    const uint32_t commits = state->progress_slots.sequence + state->verify_slots.sequence;
    const bool same_run = found && boot->run == run;
    const bool stuck = same_run && boot->commits == commits;
    if (!same_run)
        boot->halvings = boot->steady = 0;
    count_halvings(boot, stuck);
    if (!stuck)
        boot->attempts = 0;
    else if (boot->attempts < UINT16_MAX)
        boot->attempts++;
    boot->run = run;
    boot->commits = commits;
    boot->boot++;
    fw_slots_write(&state->boot_slots, boot, sizeof *boot);
}

static uint32_t saturated(uint64_t bytes)
{
    return bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
}

/* Whether the board has what strategy and network need; reports what it has not. */
static bool board_suffices(struct fw_state *state)
{
    const struct fw_board *board = state->board;
    const struct fw_memory needs = fw_memory_needs(state->network, state->config.strategy);
    const bool by_supply =
        state->config.strategy == FW_STRATEGY_VOLTAGE || goes_by_energy(&state->config);
    if (needs.ram > board->working_bytes)
        fw_fault(state, FW_FAULT_TOO_LARGE, saturated(needs.ram));
    else if (FW_NV_ARENA + needs.nv > board->nv_bytes)
        fw_fault(state, FW_FAULT_TOO_LARGE, saturated(needs.nv));
    else if (by_supply && fw_hal_supply_mv() == 0)
        fw_fault(state, FW_FAULT_NO_SUPPLY, 0);
    else
        return true;
    return false;
}

static void report_restore(struct fw_state *state, uint32_t began)
{
    const uint32_t now = fw_hal_ticks();
    struct fw_record record = {.header = {.type = FW_RECORD_RESTORE},
                               .body.restore = {.inference = state->progress.inference,
                                                .layer = state->progress.layer,
                                                .tile = state->progress.tile,
                                                .duration_ticks = now - began}};
    fw_telemetry_send(&state->telemetry, &record, now);
}

/* A finished layer means the begin of the next one, but for the last, whose result is not sent yet.
 */
static void step_over_finished_layer(struct fw_state *state)
{
    struct fw_progress *progress = &state->progress;
    const bool last = progress->layer + 1 >= state->network->layer_count;
    if (!last && progress->tile >= fw_image_layer(state->network, progress->layer)->tile_count) {
        progress->layer++;
        progress->tile = 0;
    }
    if (FW_DEFECT(RESTORE_OFF_BY_ONE) && progress->tile != 0)
        fw_defect_skip_tiles(state, 1);
    if (FW_DEFECT(BOOT_COUNTS_AS_WORK))
        fw_defect_skip_tiles(state, state->boot.attempts);
}

/* What the configuration asks for; where the board has no such region, an image without magic. */
static void find_work(struct fw_state *state)
{
    static const struct fw_image_header no_network;
    static const struct fw_inputs_header no_inputs;
    state->board = fw_hal_board();
    fw_hal_nv_read(&state->config, FW_NV_RUN_CONFIG, sizeof state->config);
    const uint8_t source = state->config.source < FW_SOURCES ? state->config.source : 0;
    const struct fw_region *network = &state->board->network[source];
    const struct fw_region *inputs = &state->board->inputs[source];
    state->network = network->bytes < sizeof no_network
                         ? &no_network
                         : (const struct fw_image_header *)network->at;
    state->inputs =
        inputs->bytes < sizeof no_inputs ? &no_inputs : (const struct fw_inputs_header *)inputs->at;
}

bool fw_all_done(const struct fw_state *state)
{
    return state->config.inferences != 0 && state->progress.inference >= state->config.inferences;
}

bool fw_boot(struct fw_state *state)
{
    find_work(state);
    const int32_t wrong = fw_run_config_fault(&state->config);
    const uint32_t run = fw_crc32(fw_headers_checksum(state), &state->config, sizeof state->config);
    find_progress(state, run);
    fw_verify_open(state);
    count_boot(state, run);
    state->telemetry.boot = state->boot.boot;
    state->telemetry.level = state->config.record_level;
    state->telemetry.replies_only = wrong == NO_FAULT && fw_mlperf_is_on(state);
    report_boot(state, wrong == NO_FAULT);

    const uint32_t began = fw_hal_ticks();
    if (wrong != NO_FAULT) {
        fw_fault(state, FW_FAULT_BAD_CONFIG, (uint32_t)wrong);
        return false;
    }
    if (!fw_verify(state) || !board_suffices(state))
        return false;
    const bool midway = state->progress.layer != 0 || state->progress.tile != 0;
    if (midway) {
        step_over_finished_layer(state);
        if (FW_DEFECT(RESTORE_OFF_BY_ONE) && state->progress.tile != 0)
            fw_defect_skip_tiles(state, 1);
        if (FW_DEFECT(BOOT_COUNTS_AS_WORK))
            fw_defect_skip_tiles(state, state->boot.attempts);
    }
    fw_open(state);
    if (state->config.mode != FW_MODE_RUN || fw_all_done(state))
        return true;
    if (state->boot.attempts >= state->config.attempts) {
        fw_fault(state, FW_FAULT_NO_PROGRESS, fw_hal_supply_mv());
        return false;
    }
    if (midway)
        report_restore(state, began);
    return true;
}
