#include "target_fw/app/serve.h"

#include "target_fw/app/execute.h"
#include "target_fw/hal/hal.h"
#include "target_fw/rt/state.h"

enum { QUIET_SHARE = 10 }; /* of a second */

/* Returns whether the byte completed a sound frame. */
static bool take(struct fw_state *state, uint8_t byte)
{
    struct fw_frame_reader *reader = &state->server.reader;
    const bool ready = fw_frame_read(reader, byte) == FW_FRAME_READY;
    if (fw_mlperf_is_on(state))
        fw_mlperf_take(state, byte);
    if (ready)
        fw_execute(state, reader->bytes, reader->size);
    return ready;
}

void fw_serve(struct fw_state *state)
{
    while (!state->server.changed) {
        const int byte = fw_hal_uart_read();
        if (byte < 0)
            fw_hal_sleep(0);
        else
            take(state, (uint8_t)byte);
    }
}

bool fw_serve_pause(struct fw_state *state)
{
    const uint32_t second = state->board->ticks_per_second;
    int byte = fw_hal_uart_read();
    if (byte < 0)
        return false;
    uint32_t last = fw_hal_ticks(); /* of the line */
    uint32_t sound = last;
    for (uint32_t now = last; !state->server.changed && now - sound < second;
         now = fw_hal_ticks()) {
        if (byte >= 0) {
            last = now;
            if (take(state, (uint8_t)byte))
                last = sound = fw_hal_ticks();
        } else if (now - last < second / QUIET_SHARE) {
            fw_hal_sleep(second / QUIET_SHARE - (now - last));
        } else {
            break;
        }
        byte = fw_hal_uart_read();
    }
    return state->server.changed;
}
