/* The whole firmware as one function. */
#ifndef FW_APP_MAIN_H
#define FW_APP_MAIN_H

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From power-up until power is lost. `state` may hold anything; it is the firmware's only memory,
 * so that a board which calls this anew is a board which was switched on anew. */
_Noreturn void fw_main(struct fw_state *state);

#ifdef __cplusplus
}
#endif

#endif
