/* What the firmware needs of a board. A board is a folder with these functions, a start-up and a
 * linker script. None of them may be called from an interrupt. */
#ifndef FW_HAL_H
#define FW_HAL_H

#include <stdbool.h>
#include <stdint.h>

struct fw_board {
    const void *network;    /* memory-mapped, 4-aligned */
    uint32_t network_bytes; /* room, not the image's size */
    const void *inputs;     /* struct fw_inputs_header, memory-mapped, 4-aligned */
    uint32_t inputs_bytes;
    uint8_t *working; /* RAM for tiles, or for the whole arena with `restart`; 4-aligned */
    uint32_t working_bytes;
    uint32_t nv_bytes; /* size of the non-volatile memory */
    uint32_t ticks_per_second;
    uint8_t boot_cause; /* enum fw_boot_cause */
};

const struct fw_board *fw_hal_board(void);
/* Free-running since power-up; wraps at 2^32. */
uint32_t fw_hal_ticks(void);
/* Blocks until the bytes are handed over; false when the line did not take them in time. */
bool fw_hal_uart_write(const uint8_t *bytes, uint32_t size);
/* One byte from the host, or -1 when none is waiting. */
int fw_hal_uart_read(void);
/* Non-volatile memory, by offset. A write may tear at any byte when power is lost. */
void fw_hal_nv_read(void *to, uint32_t offset, uint32_t size);
void fw_hal_nv_write(uint32_t offset, const void *from, uint32_t size);
/* Storage voltage in mV, measured ahead of the regulator. */
uint32_t fw_hal_supply_mv(void);
/* Sets the mark pins; bit 0 is pin 0. */
void fw_hal_marks(uint32_t pins);
/* Sleeps for `ticks`; for ever, that is until power is lost, when 0. */
void fw_hal_sleep(uint32_t ticks);

#endif
