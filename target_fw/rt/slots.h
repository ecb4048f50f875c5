/* A record in two slots of non-volatile memory. The newest valid slot is the record; writing goes
 * to the other one, so that power may be lost at any byte without losing the record that was there.
 */
#ifndef FW_RT_SLOTS_H
#define FW_RT_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fw_slots {
    uint32_t offset;   /* of the first slot */
    uint32_t sequence; /* of the newest record; 0 and `next` 0 when there was none */
    uint32_t next;     /* slot that the next write goes to */
};

/* Finds the newest valid record of `size` <= FW_SLOT_PAYLOAD_MAX bytes; false, leaving `payload` as
 * it is, when there is none. Sequence numbers are compared modulo 2^32. */
bool fw_slots_open(struct fw_slots *slots, uint32_t offset, void *payload, uint32_t size);
/* Writes the next record and returns the bytes written to non-volatile memory. */
uint32_t fw_slots_write(struct fw_slots *slots, const void *payload, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
