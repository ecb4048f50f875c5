/* The strategy `voltage`: activations in RAM, and in non-volatile memory one snapshot of those that
 * are still needed, taken when the storage voltage falls.
 *
 * There are two places for snapshots, one for each slot of the progress record. A snapshot goes to
 * the place of the slot that is written next, and then that slot names it: the order is the
 * guarantee. A power failure before that leaves the older slot with its snapshot as they were. */
#ifndef FW_RT_SNAPSHOT_H
#define FW_RT_SNAPSHOT_H

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Brings back the newest snapshot. */
void fw_snapshot_restore(struct fw_state *state);
/* Runs a layer in RAM. After each tile it looks at the storage voltage; below snapshot_mv it takes
 * a snapshot, and sleeps until the voltage is a sixteenth above that, or power is lost. What a host
 * sends meanwhile is lost. */
void fw_snapshot_run_layer(struct fw_state *state, uint32_t index, uint32_t first);

#ifdef __cplusplus
}
#endif

#endif
