/* Records to the host. What cannot be sent is counted, and the count is sent when the line is back.
 */
#ifndef FW_APP_TELEMETRY_H
#define FW_APP_TELEMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "target_fw/protocol/messages.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialised it sends at the level FW_RECORDS_RESULTS as boot 0. */
struct fw_telemetry {
    uint16_t boot;
    uint16_t sequence;   /* of the next record */
    uint16_t send_ticks; /* what sending the last record took */
    uint8_t level;       /* enum fw_record_level */
    bool replies_only;   /* the line belongs to another command set */
    bool in_step;        /* false until a zero has cut off what was on the line before */
    uint32_t lost;
};

/* Whether records of this type are sent at all; saves filling one in. */
bool fw_telemetry_wants(const struct fw_telemetry *telemetry, enum fw_record_type type);
/* Sends `record`, of which type and body are filled in, as of `ticks`; or counts it as lost. Does
 * nothing when its type is above the level. */
void fw_telemetry_send(struct fw_telemetry *telemetry, struct fw_record *record, uint32_t ticks);

#ifdef __cplusplus
}
#endif

#endif
