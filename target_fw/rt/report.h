/* Records about the work, with the present time and progress filled in. */
#ifndef FW_RT_REPORT_H
#define FW_RT_REPORT_H

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* INFERENCE_BEGIN or INFERENCE_END. */
void fw_report_inference(struct fw_state *state, enum fw_record_type type, uint32_t inference);
/* A record of a layer's or a tile's begin or end. */
void fw_report_position(struct fw_state *state, enum fw_record_type type, uint32_t layer,
                        uint32_t tile);
void fw_report_idle(struct fw_state *state);
/* Sends a FAULT about the work at which progress stands. */
void fw_fault(struct fw_state *state, enum fw_fault_code code, uint32_t detail);

#ifdef __cplusplus
}
#endif

#endif
