/* Inferences that outlive their power supply. */
#ifndef FW_RT_RUNTIME_H
#define FW_RT_RUNTIME_H

#include <stdbool.h>

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lays out working memory, and brings back into it what is needed to go on at state->progress. */
void fw_open(struct fw_state *state);

/* Takes the inference at which progress stands to its end: goes on where the configured strategy
 * left it, sends the result and commits the inference as done. Cannot fail once fw_boot() said that
 * all is well.
 *
 * The order is the guarantee. Outputs of a tile are written, or a snapshot is, then the commit
 * record; inputs of a running layer are never written; the result is sent, then the inference is
 * committed. Work after the last commit is done again after an outage, and gives the same bytes. */
void fw_run_inference(struct fw_state *state);

/* Reads `size` bytes of the last inference's output from `offset` on, while it is still where the
 * strategy put it: until the next inference, and until power is lost unless it outlives that. */
void fw_read_output(struct fw_state *state, void *to, uint32_t offset, uint32_t size);
bool fw_output_outlives_power(const struct fw_state *state);

#ifdef __cplusplus
}
#endif

#endif
