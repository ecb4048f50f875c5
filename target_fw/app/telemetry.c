#include "target_fw/app/telemetry.h"

#include "target_fw/hal/hal.h"
#include "target_fw/protocol/frame.h"
#include "target_fw/protocol/run_config.h"

bool fw_telemetry_wants(const struct fw_telemetry *telemetry, enum fw_record_type type)
{
    /* The level from which on a type is sent; all others always are. */
    static const uint8_t levels[] = {
        [FW_RECORD_INFERENCE_BEGIN] = FW_RECORDS_LAYERS,
        [FW_RECORD_INFERENCE_END] = FW_RECORDS_LAYERS,
        [FW_RECORD_LAYER_BEGIN] = FW_RECORDS_LAYERS,
        [FW_RECORD_LAYER_END] = FW_RECORDS_LAYERS,
        [FW_RECORD_TILE_BEGIN] = FW_RECORDS_TILES,
        [FW_RECORD_TILE_END] = FW_RECORDS_TILES,
        [FW_RECORD_CHECKPOINT] = FW_RECORDS_CHECKPOINTS,
    };
    if (telemetry->replies_only)
        return type == FW_RECORD_REPLY;
    return type >= sizeof levels || levels[type] <= telemetry->level;
}

/* Hands one record over and measures that. */
static bool deliver(struct fw_telemetry *telemetry, struct fw_record *record, uint32_t ticks)
{
    const uint32_t began = fw_hal_ticks();
    record->header.boot = telemetry->boot;
    record->header.sequence = telemetry->sequence;
    record->header.ticks = ticks;
    record->header.send_ticks = telemetry->send_ticks;

    uint8_t payload[FW_RECORD_MAX];
    uint8_t wire[1 + FW_WIRE_MAX]; /* begins with the zero that brings the receiver into step */
    wire[0] = 0;
    const uint32_t size =
        (uint32_t)fw_frame_write(wire + 1, payload, fw_record_write(payload, record));
    telemetry->in_step =
        telemetry->in_step ? fw_hal_uart_write(wire + 1, size) : fw_hal_uart_write(wire, size + 1);

    const uint32_t took = fw_hal_ticks() - began;
    telemetry->send_ticks = took > UINT16_MAX ? UINT16_MAX : (uint16_t)took;
    return telemetry->in_step;
}

static bool deliver_count(struct fw_telemetry *telemetry)
{
    struct fw_record record = {.header = {.type = FW_RECORD_LOST},
                               .body.lost = {.count = telemetry->lost}};
    if (!deliver(telemetry, &record, fw_hal_ticks()))
        return false;
    telemetry->lost = 0;
    telemetry->sequence++;
    return true;
}

void fw_telemetry_send(struct fw_telemetry *telemetry, struct fw_record *record, uint32_t ticks)
{
    if (!fw_telemetry_wants(telemetry, (enum fw_record_type)record->header.type))
        return;
    const bool open = telemetry->lost == 0 || deliver_count(telemetry);
    if (!open || !deliver(telemetry, record, ticks))
        telemetry->lost++;
    telemetry->sequence++;
}
