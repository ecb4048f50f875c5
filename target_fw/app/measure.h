/* Measurements that a host asks for: what a kernel, an access or a nap takes. */
#ifndef FW_APP_MEASURE_H
#define FW_APP_MEASURE_H

#include "target_fw/protocol/commands.h"
#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the kernels are those for the core's SIMD instructions. */
bool fw_kernels_are_fast(void);

/* Executes MEASURE. Working memory holds something else afterwards, and so does FW_NV_MEASURE. */
enum fw_status fw_measure_execute(struct fw_state *state, const struct fw_measure *asked,
                                  struct fw_measured *measured);

#ifdef __cplusplus
}
#endif

#endif
