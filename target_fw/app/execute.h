/* Requests of the host, executed and answered. */
#ifndef FW_APP_EXECUTE_H
#define FW_APP_EXECUTE_H

#include <stddef.h>
#include <stdint.h>

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Executes and answers the request in `payload`; does nothing when it is none, or an old one. */
void fw_execute(struct fw_state *state, const uint8_t *payload, size_t size);

#ifdef __cplusplus
}
#endif

#endif
