#include "target_fw/app/main.h"

#include <stddef.h>
#include <string.h>

#include "target_fw/rt/boot.h"
#include "target_fw/rt/defect.h"
#include "target_fw/rt/report.h"
#include "target_fw/rt/runtime.h"

/* Sleeps out what is left of the period that began at `began`. */
static void wait_for_period(struct fw_state *state, uint32_t began)
{
    const uint32_t took = fw_hal_ticks() - began;
    if (took >= state->config.period_ticks)
        return;
    fw_report_idle(state);
    const uint32_t spent = fw_hal_ticks() - began;
    if (spent < state->config.period_ticks)
        fw_hal_sleep(state->config.period_ticks - spent);
}

static void run_inferences(struct fw_state *state)
{
    while (!fw_all_done(state)) {
        const uint32_t began = fw_hal_ticks();
        fw_run_inference(state);
        if (!fw_all_done(state))
            wait_for_period(state, began);
    }
    fw_report_idle(state);
}

void fw_main(struct fw_state *state)
{
    memset(state, 0,
           FW_DEFECT(RAM_NOT_CLEARED) ? offsetof(struct fw_state, progress) : sizeof *state);
    fw_hal_marks(0);
    if (fw_boot(state) && state->config.mode == FW_MODE_RUN)
        run_inferences(state);
    for (;;)
        fw_hal_sleep(0);
}
