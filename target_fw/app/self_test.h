/* Whether the board is sound. */
#ifndef FW_APP_SELF_TEST_H
#define FW_APP_SELF_TEST_H

#include "target_fw/protocol/commands.h"
#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Executes SELF_TEST. Working memory holds something else afterwards, and so does FW_NV_MEASURE. */
struct fw_self_test fw_self_test_execute(struct fw_state *state);

#ifdef __cplusplus
}
#endif

#endif
