/* Sends a text, moves the mark pins, sleeps, sends another text and sleeps for ever. */
#include <stdint.h>

#include "target_fw/protocol/virtual_board.h"

enum { CYCLES_PER_BIT = 139, NAP_CYCLES = 40000 };

static volatile uint32_t *reg(uint32_t block, uint32_t offset)
{
    return (volatile uint32_t *)(uintptr_t)(block + offset);
}

static void send(const char *text)
{
    for (; *text != 0; text++) {
        while (*reg(FW_VB_UART, FW_VB_UART_STATE) & 1)
            ;
        *reg(FW_VB_UART, FW_VB_UART_DATA) = (uint8_t)*text;
    }
}

static void sleep_for(uint32_t cycles)
{
    *reg(FW_VB_SYSTEM, FW_VB_WAKE_AFTER) = cycles;
    __asm volatile("wfi" ::: "memory");
}

void program(void)
{
    *reg(FW_VB_UART, FW_VB_UART_BAUDDIV) = CYCLES_PER_BIT;
    *reg(FW_VB_UART, FW_VB_UART_CTRL) = 3;
    *reg(FW_VB_SYSTEM, FW_VB_MARKS) = 0x05;
    send("hello\n");
    *reg(FW_VB_SYSTEM, FW_VB_MARKS) = 0x80;
    sleep_for(NAP_CYCLES);
    send("again\n");
    sleep_for(0);
    send("never\n");
}
