/* What the virtual board and the MPS2 boards have in common: the map of virtual_board.h up to
 * FW_VB_COUNTER. */
#ifndef FW_BOARDS_CMSDK_CMSDK_H
#define FW_BOARDS_CMSDK_CMSDK_H

#include <stdbool.h>
#include <stdint.h>

struct fw_cmsdk_board {
    const char *name;
    uint32_t clock_hz; /* of counter and UART */
    uint32_t sram_bytes;
    uint32_t fram_bytes;
};

/* Starts the UART and fills in what fw_hal_board() says. */
void fw_cmsdk_start(const struct fw_cmsdk_board *parts);
/* Whether a byte from the host is waiting. */
bool fw_cmsdk_byte_waits(void);

#endif
