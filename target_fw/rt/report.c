#include "target_fw/rt/report.h"

void fw_report_inference(struct fw_state *state, enum fw_record_type type, uint32_t inference)
{
    struct fw_record record = {.header = {.type = (uint8_t)type},
                               .body.inference = {.inference = inference}};
    fw_telemetry_send(&state->telemetry, &record, fw_hal_ticks());
}

void fw_report_position(struct fw_state *state, enum fw_record_type type, uint32_t layer,
                        uint32_t tile)
{
    if (!fw_telemetry_wants(&state->telemetry, type))
        return;
    struct fw_record record = {.header = {.type = (uint8_t)type},
                               .body.position = {.inference = state->progress.inference,
                                                 .layer = (uint16_t)layer,
                                                 .tile = (uint16_t)tile}};
    fw_telemetry_send(&state->telemetry, &record, fw_hal_ticks());
}

void fw_report_idle(struct fw_state *state)
{
    struct fw_record record = {.header = {.type = FW_RECORD_IDLE},
                               .body.idle = {.inferences_done = state->progress.inference}};
    fw_telemetry_send(&state->telemetry, &record, fw_hal_ticks());
}

void fw_fault(struct fw_state *state, enum fw_fault_code code, uint32_t detail)
{
    struct fw_record record = {.header = {.type = FW_RECORD_FAULT},
                               .body.fault = {.code = (uint8_t)code,
                                              .inference = state->progress.inference,
                                              .layer = state->progress.layer,
                                              .tile = state->progress.tile,
                                              .attempts = state->boot.attempts,
                                              .detail = detail}};
    state->server.fault = (uint8_t)code;
    state->server.fault_detail = detail;
    state->telemetry.replies_only = false; /* no other command set can go on */
    fw_telemetry_send(&state->telemetry, &record, fw_hal_ticks());
}
