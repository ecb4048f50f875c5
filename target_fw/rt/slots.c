#include "target_fw/rt/slots.h"

#include <string.h>

#include "target_fw/hal/hal.h"
#include "target_fw/protocol/network_image.h"
#include "target_fw/rt/defect.h"
#include "target_fw/rt/nv_layout.h"

/* Sequence, payload, checksum of both; as many bytes as the payload asks for. */
struct slot {
    uint8_t bytes[FW_SLOT_STRIDE];
};

static uint32_t word_at(const struct slot *slot, uint32_t offset)
{
    uint32_t word;
    memcpy(&word, slot->bytes + offset, sizeof word);
    return word;
}

static bool read_slot(struct slot *slot, uint32_t offset, uint32_t size)
{
    fw_hal_nv_read(slot->bytes, offset, size + 8);
    if (FW_DEFECT(SLOT_WITHOUT_CHECKSUM) || FW_DEFECT(SEQUENCE_FIRST))
        return word_at(slot, 0) != 0;
    return fw_crc32(0, slot->bytes, size + 4) == word_at(slot, size + 4);
}

bool fw_slots_open(struct fw_slots *slots, uint32_t offset, void *payload, uint32_t size)
{
    struct slot found[2];
    bool valid[2];
    for (uint32_t i = 0; i < 2; i++)
        valid[i] = read_slot(&found[i], offset + i * FW_SLOT_STRIDE, size);
    *slots = (struct fw_slots){.offset = offset};
    if (!valid[0] && !valid[1])
        return false;

    const uint32_t lead = word_at(&found[1], 0) - word_at(&found[0], 0);
    bool second = valid[1] && (!valid[0] || (int32_t)lead > 0);
    if (FW_DEFECT(SEQUENCE_UNSIGNED))
        second = valid[1] && (!valid[0] || word_at(&found[1], 0) > word_at(&found[0], 0));
    const struct slot *newest = &found[second ? 1 : 0];
    slots->sequence = word_at(newest, 0);
    slots->next = second ? 0 : 1;
    memcpy(payload, newest->bytes + 4, size);
    return true;
}

uint32_t fw_slots_write(struct fw_slots *slots, const void *payload, uint32_t size)
{
    struct slot slot;
    slots->sequence++;
    memcpy(slot.bytes, &slots->sequence, 4);
    memcpy(slot.bytes + 4, payload, size);
    const uint32_t crc = fw_crc32(0, slot.bytes, size + 4);
    memcpy(slot.bytes + size + 4, &crc, 4);
    const uint32_t place = slots->offset + slots->next * FW_SLOT_STRIDE;
    if (FW_DEFECT(SEQUENCE_FIRST)) {
        fw_hal_nv_write(place, slot.bytes, 4);
        fw_hal_nv_write(place + 4, slot.bytes + 4, size + 4);
    } else {
        fw_hal_nv_write(place, slot.bytes, size + 8);
    }
    if (!FW_DEFECT(SINGLE_SLOT))
        slots->next = 1 - slots->next;
    return size + 8;
}
