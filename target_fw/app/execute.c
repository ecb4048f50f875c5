#include "target_fw/app/execute.h"

#include <string.h>

#include "target_fw/app/load.h"
#include "target_fw/app/measure.h"
#include "target_fw/app/self_test.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/commands.h"
#include "target_fw/rt/boot.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/runtime.h"

/* From the linker script, or the host board: the GNU build id of the firmware's ELF file. */
extern const uint8_t fw_build_id[FW_FIRMWARE_ID_BYTES];

static void put(struct fw_reply_record *reply, const void *body, uint32_t size)
{
    memcpy(reply->bytes, body, size);
    reply->size = (uint8_t)size;
}

static void name_network(struct fw_network_name *name, const struct fw_region *region)
{
    const struct fw_image_header *header = (const struct fw_image_header *)region->at;
    if (header == NULL || fw_image_check_size(header, region->bytes) != FW_IMAGE_OK)
        return;
    name->crc32 = header->crc32;
    memcpy(name->name, header->name, sizeof name->name);
    name->name[sizeof name->name - 1] = 0;
}

static void name_inputs(struct fw_inputs_name *name, const struct fw_region *region)
{
    const struct fw_inputs_header *header = (const struct fw_inputs_header *)region->at;
    if (header == NULL || region->bytes < sizeof *header || header->magic != FW_INPUTS_MAGIC)
        return;
    name->crc32 = header->crc32;
    name->count = header->count;
}

static enum fw_status identify(struct fw_state *state, const struct fw_request *request,
                               struct fw_reply_record *reply)
{
    (void)request;
    const struct fw_board *board = state->board;
    struct fw_identity identity = {.ticks_per_second = board->ticks_per_second,
                                   .working_bytes = board->working_bytes,
                                   .nv_bytes = board->nv_bytes,
                                   .loaded_bytes = {board->network[FW_SOURCE_LOADED].bytes,
                                                    board->inputs[FW_SOURCE_LOADED].bytes},
                                   .config = state->config,
                                   .inference = state->progress.inference,
                                   .layer = state->progress.layer,
                                   .tile = state->progress.tile,
                                   .protocol = FW_PROTOCOL_VERSION,
                                   .fast_kernels = fw_kernels_are_fast()};
    memcpy(identity.firmware, fw_build_id, sizeof identity.firmware);
    for (uint32_t i = 0; i < sizeof identity.board - 1 && board->name[i] != 0; i++)
        identity.board[i] = board->name[i];
    for (uint32_t source = 0; source < FW_SOURCES; source++) {
        name_network(&identity.networks[source], &board->network[source]);
        name_inputs(&identity.inputs[source], &board->inputs[source]);
    }
    put(reply, &identity, sizeof identity);
    return FW_STATUS_OK;
}

static void write_config(struct fw_state *state, const struct fw_run_config *config)
{
    fw_hal_nv_write(FW_NV_RUN_CONFIG, config, sizeof *config);
    state->server.changed = true;
}

/* Whether `asked` is the present run, going on or stopped. */
static bool is_present(const struct fw_state *state, const struct fw_run_config *asked)
{
    struct fw_run_config present = state->config;
    if (fw_run_config_fault(&present) >= 0)
        return false;
    present.mode = asked->mode;
    return memcmp(&present, asked, offsetof(struct fw_run_config, crc32)) == 0;
}

static enum fw_status run(struct fw_state *state, const struct fw_request *request,
                          struct fw_reply_record *reply)
{
    struct fw_run_config asked;
    memcpy(&asked, request->body, sizeof asked);
    struct fw_run_answer answer = {0};
    const int32_t wrong = fw_run_config_fault(&asked);
    if (wrong >= 0)
        answer.bad_field = (uint32_t)wrong;
    else if (!is_present(state, &asked))
        answer.started = 1;
    if (answer.started)
        write_config(state, &asked);
    put(reply, &answer, sizeof answer);
    return wrong >= 0 ? FW_STATUS_BAD_BODY : FW_STATUS_OK;
}

static enum fw_status stop(struct fw_state *state, const struct fw_request *request,
                           struct fw_reply_record *reply)
{
    (void)request;
    (void)reply;
    struct fw_run_config stopped = state->config;
    if (fw_run_config_fault(&stopped) >= 0 || stopped.mode == FW_MODE_IDLE)
        return FW_STATUS_OK;
    stopped.mode = FW_MODE_IDLE;
    stopped.crc32 = fw_crc32(0, &stopped, offsetof(struct fw_run_config, crc32));
    write_config(state, &stopped);
    return FW_STATUS_OK;
}

static enum fw_work_state work_state(const struct fw_state *state)
{
    if (state->server.fault != 0)
        return FW_WORK_FAULT;
    if (state->config.mode != FW_MODE_RUN)
        return FW_WORK_NONE;
    return fw_all_done(state) ? FW_WORK_DONE : FW_WORK_RUNNING;
}

static enum fw_status status(struct fw_state *state, const struct fw_request *request,
                             struct fw_reply_record *reply)
{
    (void)request;
    const struct fw_work_status work = {.run_id = state->config.run_id,
                                        .inference = state->progress.inference,
                                        .layer = state->progress.layer,
                                        .tile = state->progress.tile,
                                        .fault_detail = state->server.fault_detail,
                                        .state = (uint8_t)work_state(state),
                                        .fault = state->server.fault,
                                        .mode = state->config.mode,
                                        .strategy = state->config.strategy,
                                        .boot = state->boot.boot,
                                        .attempts = state->boot.attempts,
                                        .supply_mv = fw_hal_supply_mv()};
    put(reply, &work, sizeof work);
    return FW_STATUS_OK;
}

static enum fw_status read_result(struct fw_state *state, const struct fw_request *request,
                                  struct fw_reply_record *reply)
{
    struct fw_result_request asked;
    memcpy(&asked, request->body, sizeof asked);
    if (!state->server.output_kept)
        return FW_STATUS_NOT_THERE;
    const uint32_t total = state->network->output_bytes;
    if (asked.offset >= total)
        return FW_STATUS_BAD_BODY;
    const uint32_t left = total - asked.offset;
    const uint32_t size = left < FW_RESULT_PIECE_MAX ? left : FW_RESULT_PIECE_MAX;
    const struct fw_result_piece piece = {.inference = state->progress.inference - 1,
                                          .total = (uint16_t)total,
                                          .offset = (uint16_t)asked.offset};
    put(reply, &piece, sizeof piece);
    fw_read_output(state, reply->bytes + sizeof piece, asked.offset, size);
    reply->size = (uint8_t)(sizeof piece + size);
    return FW_STATUS_OK;
}

static enum fw_status load(struct fw_state *state, const struct fw_request *request,
                           struct fw_reply_record *reply)
{
    struct fw_load_state held = {0};
    const enum fw_status ended = fw_load_execute(state, request, &held);
    put(reply, &held, sizeof held);
    return ended;
}

static enum fw_status measure(struct fw_state *state, const struct fw_request *request,
                              struct fw_reply_record *reply)
{
    struct fw_measure asked;
    struct fw_measured measured = {0};
    memcpy(&asked, request->body, sizeof asked);
    const enum fw_status ended = fw_measure_execute(state, &asked, &measured);
    put(reply, &measured, sizeof measured);
    return ended;
}

static enum fw_status self_test(struct fw_state *state, const struct fw_request *request,
                                struct fw_reply_record *reply)
{
    (void)request;
    const struct fw_self_test tested = fw_self_test_execute(state);
    put(reply, &tested, sizeof tested);
    return FW_STATUS_OK;
}

struct executor {
    enum fw_status (*execute)(struct fw_state *state, const struct fw_request *request,
                              struct fw_reply_record *reply);
    uint8_t least, most; /* bytes of the body */
};

static const struct executor executors[] = {
    [FW_COMMAND_IDENTIFY] = {identify, 0, 0},
    [FW_COMMAND_LOAD_BEGIN] = {load, sizeof(struct fw_load), sizeof(struct fw_load)},
    [FW_COMMAND_LOAD_CHUNK] = {load, sizeof(struct fw_load_chunk) + 1,
                               sizeof(struct fw_load_chunk) + FW_LOAD_CHUNK_MAX},
    [FW_COMMAND_LOAD_END] = {load, sizeof(struct fw_load), sizeof(struct fw_load)},
    [FW_COMMAND_RUN] = {run, sizeof(struct fw_run_config), sizeof(struct fw_run_config)},
    [FW_COMMAND_STOP] = {stop, 0, 0},
    [FW_COMMAND_STATUS] = {status, 0, 0},
    [FW_COMMAND_READ_RESULT] = {read_result, sizeof(struct fw_result_request),
                                sizeof(struct fw_result_request)},
    [FW_COMMAND_MEASURE] = {measure, sizeof(struct fw_measure), sizeof(struct fw_measure)},
    [FW_COMMAND_SELF_TEST] = {self_test, 0, 0},
};

static enum fw_status execute(struct fw_state *state, const struct fw_request *request,
                              struct fw_reply_record *reply)
{
    if (request->command >= sizeof executors / sizeof executors[0])
        return FW_STATUS_UNKNOWN;
    const struct executor *executor = &executors[request->command];
    if (executor->execute == NULL)
        return FW_STATUS_UNKNOWN;
    if (request->size < executor->least || request->size > executor->most)
        return FW_STATUS_BAD_BODY;
    return executor->execute(state, request, reply);
}

/* Whether the request is older than one that was executed: it was overtaken on its way. */
static bool is_old(const struct fw_server *server, const struct fw_request *request)
{
    return request->command != FW_COMMAND_IDENTIFY && server->heard &&
           (int16_t)(request->number - server->newest) < 0;
}

void fw_execute(struct fw_state *state, const uint8_t *payload, size_t size)
{
    struct fw_request request;
    if (!fw_request_read(&request, payload, size) || is_old(&state->server, &request))
        return;
    state->server.heard = true;
    state->server.newest = request.number;
    struct fw_record record = {
        .header = {.type = FW_RECORD_REPLY},
        .body.reply = {.command = request.command, .request = request.number}};
    record.body.reply.status = (uint8_t)execute(state, &request, &record.body.reply);
    fw_telemetry_send(&state->telemetry, &record, fw_hal_ticks());
}
