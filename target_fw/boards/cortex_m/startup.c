/* Power-up and traps of every board with a Cortex-M core. */
#include <stdint.h>

#include "target_fw/app/main.h"
#include "target_fw/boards/cortex_m/startup.h"
#include "target_fw/rt/report.h"

/* From the linker script. */
extern uint32_t fw_stack_top[];
extern uint32_t fw_data_start[];
extern uint32_t fw_data_end[];
extern const uint32_t fw_data_load[];
extern uint32_t fw_bss_start[];
extern uint32_t fw_bss_end[];

static struct fw_state state;

_Noreturn void fw_reset(void);
void fw_trap(void);
_Noreturn void fw_trapped(const uint32_t *frame);

void fw_reset(void)
{
    const uint32_t *from = fw_data_load;
    for (uint32_t *to = fw_data_start; to < fw_data_end; to++)
        *to = *from++;
    for (uint32_t *to = fw_bss_start; to < fw_bss_end; to++)
        *to = 0;
    fw_board_start();
    fw_main(&state);
}

/* The processor has put r0-r3, r12, lr, pc and psr on the stack; nothing else lies above them. */
__attribute__((naked)) void fw_trap(void)
{
    __asm volatile(
        "mov r0, sp\n"
        "b fw_trapped\n");
}

void fw_trapped(const uint32_t *frame)
{
    state.telemetry.in_step = false; /* it may have happened within a frame */
    fw_fault(&state, FW_FAULT_HARD, frame[6]);
    for (;;) {
        fw_hal_sleep(0);
        (void)fw_hal_uart_read(); /* one that waits ends each sleep */
    }
}

typedef void vector(void);

/* The processor's own exceptions. No handler of a peripheral ever runs: an interrupt that ends a
 * sleep is masked. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack_top;
    vector *reset;
    vector *exceptions[14];
} vectors = {
    .stack_top = fw_stack_top,
    .reset = fw_reset,
    .exceptions = {fw_trap, fw_trap, fw_trap, fw_trap, fw_trap, fw_trap, fw_trap, fw_trap, fw_trap,
                   fw_trap, fw_trap, fw_trap, fw_trap, fw_trap},
};
