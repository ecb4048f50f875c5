/* hal.h on the parts that the virtual board and the MPS2 boards have in common: a CMSDK UART, a
 * counter of core clock cycles, mark pins, and memory that is (or plays) an FRAM on the bus. */
#include "target_fw/boards/cmsdk/cmsdk.h"

#include <stddef.h>
#include <string.h>

#include "target_fw/boards/cortex_m/core.h"
#include "target_fw/boards/cortex_m/startup.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/messages.h"
#include "target_fw/protocol/virtual_board.h"

enum {
    TRANSMIT_FULL = 1,
    RECEIVE_FULL = 2,
    TRANSMIT_ENABLE = 1,
    RECEIVE_ENABLE = 2,
    BAUD_DIVISOR_MIN = 16,
    PATIENCE_BITS = 200 /* a byte that was not taken in 20 times its length never is */
};

static struct fw_board board;
static uint32_t patience_cycles;

void fw_cmsdk_start(const struct fw_cmsdk_board *parts)
{
    const uint32_t used = (uint32_t)(uintptr_t)fw_ram_free - FW_VB_SRAM;
    const uint32_t network_bytes = parts->fram_bytes / 16 * FW_VB_LOADED_NETWORK_SIXTEENTHS;
    const uint32_t inputs_bytes = parts->fram_bytes / 16 * FW_VB_LOADED_INPUTS_SIXTEENTHS;
    const uint32_t nv_bytes = parts->fram_bytes - network_bytes - inputs_bytes;
    board = (struct fw_board){
        .name = parts->name,
        .network = {{(const void *)(uintptr_t)FW_VB_NETWORK, FW_VB_NETWORK_BYTES},
                    {(const void *)(uintptr_t)(FW_VB_FRAM + nv_bytes), network_bytes}},
        .inputs = {{(const void *)(uintptr_t)FW_VB_INPUTS, FW_VB_INPUTS_BYTES},
                   {(const void *)(uintptr_t)(FW_VB_FRAM + nv_bytes + network_bytes),
                    inputs_bytes}},
        .working = fw_ram_free,
        .working_bytes = parts->sram_bytes - used,
        .nv_bytes = nv_bytes,
        .ticks_per_second = parts->clock_hz,
        .boot_cause = FW_BOOT_POWER_ON,
    };
    fw_hal_uart_speed(FW_UART_BAUD);
    *fw_reg(FW_VB_UART + FW_VB_UART_CTRL) = TRANSMIT_ENABLE | RECEIVE_ENABLE;
}

const struct fw_board *fw_hal_board(void)
{
    return &board;
}

uint32_t fw_hal_ticks(void)
{
    return *fw_reg(FW_VB_SYSTEM + FW_VB_COUNTER);
}

static bool wait_for_room(void)
{
    const uint32_t began = fw_hal_ticks();
    while (*fw_reg(FW_VB_UART + FW_VB_UART_STATE) & TRANSMIT_FULL)
        if (fw_hal_ticks() - began > patience_cycles)
            return false;
    return true;
}

bool fw_hal_uart_write(const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (!wait_for_room())
            return false;
        *fw_reg(FW_VB_UART + FW_VB_UART_DATA) = bytes[i];
    }
    return true;
}

void fw_hal_uart_speed(uint32_t baud)
{
    const uint32_t divisor = board.ticks_per_second / baud;
    const uint32_t cycles_per_bit = divisor < BAUD_DIVISOR_MIN ? BAUD_DIVISOR_MIN : divisor;
    /* Two bytes may still be on their way: one in the shift register, one behind it. */
    const uint32_t began = fw_hal_ticks();
    while (fw_hal_ticks() - began < 2 * patience_cycles / (PATIENCE_BITS / 10)) {
    }
    *fw_reg(FW_VB_UART + FW_VB_UART_BAUDDIV) = cycles_per_bit;
    patience_cycles = PATIENCE_BITS * cycles_per_bit;
}

bool fw_cmsdk_byte_waits(void)
{
    return (*fw_reg(FW_VB_UART + FW_VB_UART_STATE) & RECEIVE_FULL) != 0;
}

int fw_hal_uart_read(void)
{
    if (!fw_cmsdk_byte_waits())
        return -1;
    return (int)(*fw_reg(FW_VB_UART + FW_VB_UART_DATA) & 0xFF);
}

/* The non-volatile side is accessed in aligned words where that is possible; a Cortex-M4 reads and
 * writes RAM at any address. `volatile` keeps the order in which bytes become permanent. */

void fw_hal_nv_read(void *to, uint32_t offset, uint32_t size)
{
    uint8_t *ram = (uint8_t *)to;
    uint32_t from = FW_VB_FRAM + offset;
    for (; size != 0 && from % 4 != 0; size--)
        *ram++ = *(volatile uint8_t *)(uintptr_t)from++;
    for (; size >= 4; size -= 4, from += 4, ram += 4) {
        const uint32_t word = *fw_reg(from);
        memcpy(ram, &word, sizeof word);
    }
    for (; size != 0; size--)
        *ram++ = *(volatile uint8_t *)(uintptr_t)from++;
}

void fw_hal_nv_write(uint32_t offset, const void *from, uint32_t size)
{
    const uint8_t *ram = (const uint8_t *)from;
    uint32_t to = FW_VB_FRAM + offset;
    for (; size != 0 && to % 4 != 0; size--)
        *(volatile uint8_t *)(uintptr_t)to++ = *ram++;
    for (; size >= 4; size -= 4, to += 4, ram += 4) {
        uint32_t word;
        memcpy(&word, ram, sizeof word);
        *fw_reg(to) = word;
    }
    for (; size != 0; size--)
        *(volatile uint8_t *)(uintptr_t)to++ = *ram++;
}

bool fw_hal_store_write(enum fw_object object, uint32_t offset, const void *from, uint32_t size)
{
    const struct fw_region *region = object == FW_OBJECT_NETWORK ? &board.network[FW_SOURCE_LOADED]
                                                                 : &board.inputs[FW_SOURCE_LOADED];
    if (offset > region->bytes || size > region->bytes - offset)
        return false;
    fw_hal_nv_write((uint32_t)(uintptr_t)region->at - FW_VB_FRAM + offset, from, size);
    return true;
}

void fw_hal_marks(uint32_t pins)
{
    *fw_reg(FW_VB_SYSTEM + FW_VB_MARKS) = pins;
}
