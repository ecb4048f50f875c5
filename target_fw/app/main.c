#include "target_fw/app/main.h"

#include <string.h>

#include "target_fw/rt/boot.h"
#include "target_fw/rt/defect.h"
#include "target_fw/rt/report.h"
#include "target_fw/rt/runtime.h"

/* Waits out what is left of the period that began at `began`. Returns false when the host changes
 * the work meanwhile. */
static bool wait_for_period(struct fw_state *state, uint32_t began)
{
    const uint32_t period = state->config.period_ticks;
    if (fw_serve_pause(state))
        return false;
    if (fw_hal_ticks() - began >= period)
        return true;
    fw_report_idle(state);
    for (uint32_t spent = fw_hal_ticks() - began; spent < period; spent = fw_hal_ticks() - began) {
        fw_hal_sleep(period - spent);
        if (fw_serve_pause(state))
            return false;
    }
    return true;
}

/* Works until all inferences are done or the host changes the work. */
static void run(struct fw_state *state)
{
    state->server.output_kept = fw_all_done(state) && fw_output_outlives_power(state);
    while (!fw_all_done(state)) {
        const uint32_t began = fw_hal_ticks();
        state->server.output_kept = false;
        fw_run_inference(state);
        state->server.output_kept = true;
        if (!fw_all_done(state) && !wait_for_period(state, began))
            return;
    }
    fw_report_idle(state);
}

/* What is done at power-up in each mode, before commands are served. */
static void work(struct fw_state *state)
{
    if (state->config.mode == FW_MODE_RUN)
        run(state);
    else if (fw_mlperf_is_on(state))
        fw_mlperf_begin(state);
}

void fw_main(struct fw_state *state)
{
    bool restarted = false;
    for (;;) {
        const struct fw_progress left_over = state->progress;
        memset(state, 0, sizeof *state);
        if (FW_DEFECT(RAM_NOT_CLEARED))
            state->progress = left_over;
        state->restarted = restarted;
        fw_hal_marks(0);
        if (fw_boot(state))
            work(state);
        fw_serve(state);
        restarted = true;
    }
}
