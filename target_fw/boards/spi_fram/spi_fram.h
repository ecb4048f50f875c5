/* An FRAM on an SPI bus as the non-volatile memory: the nv functions of hal.h over two functions
 * of the board. */
#ifndef FW_BOARDS_SPI_FRAM_SPI_FRAM_H
#define FW_BOARDS_SPI_FRAM_SPI_FRAM_H

#include <stdbool.h>
#include <stdint.h>

/* From the board: drives the FRAM's chip select, low when selected; returns when the last byte of
 * the bus is through. */
void fw_spi_select(bool selected);
/* From the board: sends `size` bytes in mode 0, most significant bit first, and takes as many in.
 * Zeros are sent where `out` is null, and what comes is dropped where `in` is. */
void fw_spi_exchange(const uint8_t *out, uint8_t *in, uint32_t size);

/* Size of the FRAM that answers, in bytes; 0 when none does that is known. Waits for one that was
 * switched on with the board. */
uint32_t fw_spi_fram_bytes(void);

#endif
