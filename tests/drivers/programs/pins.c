/* Writes what it reads of the board's registers into FRAM, then sends back every byte it gets. */
#include <stdint.h>

#include "target_fw/protocol/virtual_board.h"

static volatile uint32_t *reg(uint32_t block, uint32_t offset)
{
    return (volatile uint32_t *)(uintptr_t)(block + offset);
}

void program(void)
{
    static const uint16_t offsets[] = {FW_VB_SUPPLY,   FW_VB_POWER_GOOD, FW_VB_RANDOM,
                                       FW_VB_RANDOM,   FW_VB_CLOCK_HZ,   FW_VB_SRAM_SIZE,
                                       FW_VB_FRAM_SIZE};
    for (uint32_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++)
        *reg(FW_VB_FRAM, 4 * i) = *reg(FW_VB_SYSTEM, offsets[i]);
    *reg(FW_VB_UART, FW_VB_UART_BAUDDIV) = 16;
    *reg(FW_VB_UART, FW_VB_UART_CTRL) = 3;
    for (;;)
        if (*reg(FW_VB_UART, FW_VB_UART_STATE) & 2)
            *reg(FW_VB_UART, FW_VB_UART_DATA) = *reg(FW_VB_UART, FW_VB_UART_DATA);
}
