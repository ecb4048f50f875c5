/* Network image and inputs from the host into the loaded regions. */
#ifndef FW_APP_LOAD_H
#define FW_APP_LOAD_H

#include "target_fw/protocol/commands.h"
#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Executes LOAD_BEGIN, LOAD_CHUNK or LOAD_END. How far a load is lies in a two-slot record, so that
 * it outlives power failures of the board and the host's death. */
enum fw_status fw_load_execute(struct fw_state *state, const struct fw_request *request,
                               struct fw_load_state *answer);

#ifdef __cplusplus
}
#endif

#endif
