/* What start-up needs of a board, and the symbols of the linker script that boards use. */
#ifndef FW_BOARDS_CORTEX_M_STARTUP_H
#define FW_BOARDS_CORTEX_M_STARTUP_H

#include <stdint.h>

/* Of the UART after power-up; 8 bits, no parity, one stop bit. */
enum { FW_UART_BAUD = 921600 };

/* The first byte behind stack, .data and .bss. */
extern uint8_t fw_ram_free[];
/* The first byte behind the RAM of link.ld. */
extern uint8_t fw_ram_end[];

/* Starts clock and peripherals and learns what this board has; after memory is set up, before
 * anything of hal.h. */
void fw_board_start(void);

#endif
