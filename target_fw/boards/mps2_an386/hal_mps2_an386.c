/* ARM's MPS2 board with the image AN386, a Cortex-M4F, as `qemu-system-arm -M mps2-an386` has it:
 * its PSRAM, backed by a file, plays the FRAM, and there is no supply to be measured. Of the
 * registers of virtual_board.h it has those up to FW_VB_COUNTER; any other address traps.
 *
 * Source: ARM, Application Note 386; core, UART and FPGAIO's counter run at 25 MHz. */
#include "target_fw/boards/cmsdk/cmsdk.h"
#include "target_fw/boards/cortex_m/core.h"
#include "target_fw/boards/cortex_m/startup.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/virtual_board.h"

enum {
    CLOCK_HZ = 25000000,
    SRAM_BYTES = 0x40000, /* of 4 MB: as much as a board for intermittent power may have */
    PSRAM_BYTES = 0x1000000,
    CYCLES_PER_LOOK = CLOCK_HZ / 1000,

    UART_RECEIVE_INTERRUPT = 0,      /* its number */
    UART_RECEIVE_INTENABLE = 1 << 3, /* of the UART's CTRL */
    UART_INTCLEAR = 0x0C,
    UART_INTCLEAR_RECEIVE = 1 << 1
};

void fw_board_start(void)
{
    const struct fw_cmsdk_board parts = {
        .name = "mps2-an386",
        .clock_hz = CLOCK_HZ,
        .sram_bytes = SRAM_BYTES,
        .fram_bytes = PSRAM_BYTES,
    };
    fw_core_mask_interrupts();
    fw_cmsdk_start(&parts);
    *fw_reg(FW_VB_UART + FW_VB_UART_CTRL) |= UART_RECEIVE_INTENABLE;
    fw_core_wake_on(UART_RECEIVE_INTERRUPT);
}

uint32_t fw_hal_supply_mv(void)
{
    return 0;
}

/* A byte ends the wait, and SysTick, a thousand times a second, to look at the counter. */
void fw_hal_sleep(uint32_t ticks)
{
    const uint32_t began = fw_hal_ticks();
    *fw_reg(FW_SYSTICK_RVR) = CYCLES_PER_LOOK - 1;
    *fw_reg(FW_SYSTICK_CVR) = 0;
    *fw_reg(FW_SYSTICK_CSR) = 7;
    while ((ticks == 0 || fw_hal_ticks() - began < ticks) && !fw_cmsdk_byte_waits()) {
        fw_core_wait();
        *fw_reg(FW_SCB_ICSR) = FW_SCB_ICSR_PENDSTCLR;
        *fw_reg(FW_VB_UART + UART_INTCLEAR) = UART_INTCLEAR_RECEIVE;
        fw_core_not_pending(UART_RECEIVE_INTERRUPT);
    }
    *fw_reg(FW_SYSTICK_CSR) = 0;
}
