#include "target_fw/protocol/messages.h"

#include <string.h>

/* A number of a record: where it is in the struct, and its bytes there and on the wire. */
struct field {
    uint16_t offset;
    uint8_t size;
};

#define FIELD(member)                                                               \
    {                                                                               \
        offsetof(struct fw_record, member), sizeof(((struct fw_record *)0)->member) \
    }

enum { FIELDS_MAX = 8 };

/* A row lists the numbers in the order of the wire; a field of size 0 ends it. */
struct layout {
    struct field fields[FIELDS_MAX + 1];
};

static const struct layout header_layout = {{FIELD(header.type), FIELD(header.boot),
                                             FIELD(header.sequence), FIELD(header.ticks),
                                             FIELD(header.send_ticks)}};

static const struct layout inference_layout = {{FIELD(body.inference.inference)}};

static const struct layout position_layout = {
    {FIELD(body.position.inference), FIELD(body.position.layer), FIELD(body.position.tile)}};

static const struct layout boot_layout = {
    {FIELD(body.boot.protocol), FIELD(body.boot.cause), FIELD(body.boot.strategy),
     FIELD(body.boot.record_level), FIELD(body.boot.ticks_per_second),
     FIELD(body.boot.network_crc32), FIELD(body.boot.supply_mv), FIELD(body.boot.attempts)}};

static const struct layout restore_layout = {{FIELD(body.restore.inference),
                                              FIELD(body.restore.layer), FIELD(body.restore.tile),
                                              FIELD(body.restore.duration_ticks)}};

static const struct layout checkpoint_layout = {
    {FIELD(body.checkpoint.inference), FIELD(body.checkpoint.layer), FIELD(body.checkpoint.tile),
     FIELD(body.checkpoint.duration_ticks), FIELD(body.checkpoint.written_bytes)}};

/* The chunk's bytes follow. */
static const struct layout result_layout = {{FIELD(body.result.inference), FIELD(body.result.total),
                                             FIELD(body.result.offset), FIELD(body.result.size)}};

static const struct layout fault_layout = {{FIELD(body.fault.code), FIELD(body.fault.inference),
                                            FIELD(body.fault.layer), FIELD(body.fault.tile),
                                            FIELD(body.fault.attempts), FIELD(body.fault.detail)}};

static const struct layout lost_layout = {{FIELD(body.lost.count)}};

static const struct layout idle_layout = {{FIELD(body.idle.inferences_done)}};

/* The reply's bytes follow. */
static const struct layout reply_layout = {{FIELD(body.reply.command), FIELD(body.reply.request),
                                            FIELD(body.reply.status), FIELD(body.reply.size)}};

static const struct layout *const bodies[] = {
    [FW_RECORD_BOOT] = &boot_layout,
    [FW_RECORD_RESTORE] = &restore_layout,
    [FW_RECORD_INFERENCE_BEGIN] = &inference_layout,
    [FW_RECORD_INFERENCE_END] = &inference_layout,
    [FW_RECORD_LAYER_BEGIN] = &position_layout,
    [FW_RECORD_LAYER_END] = &position_layout,
    [FW_RECORD_TILE_BEGIN] = &position_layout,
    [FW_RECORD_TILE_END] = &position_layout,
    [FW_RECORD_CHECKPOINT] = &checkpoint_layout,
    [FW_RECORD_RESULT] = &result_layout,
    [FW_RECORD_FAULT] = &fault_layout,
    [FW_RECORD_LOST] = &lost_layout,
    [FW_RECORD_IDLE] = &idle_layout,
    [FW_RECORD_REPLY] = &reply_layout,
};

static const struct layout *body_layout(uint8_t type)
{
    return type < sizeof bodies / sizeof bodies[0] ? bodies[type] : NULL;
}

static bool result_is_sound(const struct fw_result_record *result)
{
    return result->size <= FW_RESULT_CHUNK_MAX &&
           (uint32_t)result->offset + result->size <= result->total;
}

/* The bytes that a record carries behind its numbers. */
struct tail {
    uint16_t offset; /* in the record */
    uint8_t size;
};

/* False when the record's numbers allow no such bytes. */
static bool tail_of(const struct fw_record *record, struct tail *tail)
{
    *tail = (struct tail){0};
    switch (record->header.type) {
        case FW_RECORD_RESULT:
            tail->offset = offsetof(struct fw_record, body.result.bytes);
            tail->size = record->body.result.size;
            return result_is_sound(&record->body.result);
        case FW_RECORD_REPLY:
            tail->offset = offsetof(struct fw_record, body.reply.bytes);
            tail->size = record->body.reply.size;
            return tail->size <= FW_REPLY_BODY_MAX;
        default:
            return true;
    }
}

static uint32_t load(const uint8_t *member, uint8_t size)
{
    uint16_t half = 0;
    uint32_t word = 0;
    switch (size) {
        case 1:
            return *member;
        case 2:
            memcpy(&half, member, sizeof half);
            return half;
        default:
            memcpy(&word, member, sizeof word);
            return word;
    }
}

static void store(uint8_t *member, uint8_t size, uint32_t value)
{
    const uint16_t half = (uint16_t)value;
    switch (size) {
        case 1:
            *member = (uint8_t)value;
            break;
        case 2:
            memcpy(member, &half, sizeof half);
            break;
        default:
            memcpy(member, &value, sizeof value);
            break;
    }
}

/* Writes the numbers of `layout` to `to` and returns their length. */
static size_t write_fields(uint8_t *to, const struct fw_record *record, const struct layout *layout)
{
    size_t used = 0;
    for (const struct field *field = layout->fields; field->size != 0; field++) {
        const uint32_t value = load((const uint8_t *)record + field->offset, field->size);
        for (unsigned byte = 0; byte < field->size; byte++)
            to[used++] = (uint8_t)(value >> (8 * byte));
    }
    return used;
}

/* Reads the numbers of `layout` and returns their length, or 0 when `size` is less. */
static size_t read_fields(struct fw_record *record, const uint8_t *from, size_t size,
                          const struct layout *layout)
{
    size_t used = 0;
    for (const struct field *field = layout->fields; field->size != 0; field++) {
        if (size - used < field->size)
            return 0;
        uint32_t value = 0;
        for (unsigned byte = 0; byte < field->size; byte++)
            value |= (uint32_t)from[used++] << (8 * byte);
        store((uint8_t *)record + field->offset, field->size, value);
    }
    return used;
}

size_t fw_record_write(uint8_t payload[FW_RECORD_MAX], const struct fw_record *record)
{
    const struct layout *body = body_layout(record->header.type);
    struct tail tail;
    if (body == NULL || !tail_of(record, &tail))
        return 0;
    size_t size = write_fields(payload, record, &header_layout);
    size += write_fields(payload + size, record, body);
    memcpy(payload + size, (const uint8_t *)record + tail.offset, tail.size);
    return size + tail.size;
}

bool fw_record_read(struct fw_record *record, const uint8_t *payload, size_t size)
{
    if (size < FW_RECORD_HEADER_BYTES || size > FW_RECORD_MAX)
        return false;
    memset(record, 0, sizeof *record);
    size_t used = read_fields(record, payload, size, &header_layout);
    const struct layout *body = body_layout(record->header.type);
    if (body == NULL)
        return false;

    const size_t read = read_fields(record, payload + used, size - used, body);
    if (read == 0)
        return false;
    used += read;
    struct tail tail;
    if (!tail_of(record, &tail) || size - used != tail.size)
        return false;
    memcpy((uint8_t *)record + tail.offset, payload + used, tail.size);
    return true;
}
