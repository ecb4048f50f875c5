/* What the firmware needs of a board. A board is a folder with these functions, a start-up and a
 * linker script. None of them may be called from an interrupt. */
#ifndef FW_HAL_H
#define FW_HAL_H

#include <stdbool.h>
#include <stdint.h>

#include "target_fw/protocol/run_config.h"

struct fw_region {
    const void *at; /* memory-mapped, 4-aligned; null when the board has none */
    uint32_t bytes; /* room, not what is in it */
};

struct fw_board {
    const char *name;                     /* as the bench calls the board */
    struct fw_region network[FW_SOURCES]; /* by enum fw_source */
    struct fw_region inputs[FW_SOURCES];  /* struct fw_inputs_header and what follows it */
    uint8_t *working; /* RAM for tiles, and for the whole arena with `restart`; 4-aligned */
    uint32_t working_bytes;
    uint32_t nv_bytes; /* size of the non-volatile memory, without what is loaded into it */
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
/* Sets the line's speed, once what was written has left. */
void fw_hal_uart_speed(uint32_t baud);
/* Writes into the loaded region of an object. A write at offset 0 may erase all of the region;
 * else each byte is written once, in order, `offset` a multiple of 8. False when it failed. */
bool fw_hal_store_write(enum fw_object object, uint32_t offset, const void *from, uint32_t size);
/* Non-volatile memory, by offset. A write may tear at any byte when power is lost. */
void fw_hal_nv_read(void *to, uint32_t offset, uint32_t size);
void fw_hal_nv_write(uint32_t offset, const void *from, uint32_t size);
/* Storage voltage in mV, measured ahead of the regulator; 0 when the board cannot. */
uint32_t fw_hal_supply_mv(void);
/* Sets the mark pins; bit 0 is pin 0. */
void fw_hal_marks(uint32_t pins);
/* Sleeps for `ticks`, or until power is lost when 0. Returns early when a byte from the host is
 * waiting. */
void fw_hal_sleep(uint32_t ticks);

#endif
