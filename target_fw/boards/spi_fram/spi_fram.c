/* Bytes are permanent one by one as they arrive at the FRAM, so a write that loses power is torn at
 * a byte; there is no page and no wait.
 *
 * Source: Fujitsu, MB85RS2MTA (DS501-00032) and MB85RS4MT; Infineon, CY15B104Q and FM25V20A:
 * op-codes, device IDs, 1 ms and less from power-up to the first access. */
#include "target_fw/boards/spi_fram/spi_fram.h"

#include <stddef.h>
#include <string.h>

#include "target_fw/hal/hal.h"

enum opcode { WRITE = 0x02, READ = 0x03, WRITE_ENABLE = 0x06, READ_ID = 0x9F };

enum { ID_MAX = 9, TRIES = 256 /* of 10 bytes at 8 MHz or less each: 2.5 ms or more */ };

struct chip {
    uint8_t id[ID_MAX];
    uint8_t id_bytes;
    uint32_t bytes;
};

static const struct chip chips[] = {
    {{0x04, 0x7F, 0x48, 0x03}, 4, 0x40000},                               /* MB85RS2MTA */
    {{0x04, 0x7F, 0x49, 0x03}, 4, 0x80000},                               /* MB85RS4MT */
    {{0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x25, 0x08}, 9, 0x40000}, /* FM25V20A */
    {{0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0xC2, 0x26, 0x08}, 9, 0x80000}, /* CY15B104Q */
};

static void send_opcode(uint8_t opcode)
{
    fw_spi_exchange(&opcode, NULL, 1);
}

/* Begins a READ or WRITE; the chip stays selected. */
static void open_at(uint8_t opcode, uint32_t offset)
{
    const uint8_t head[] = {opcode, (uint8_t)(offset >> 16), (uint8_t)(offset >> 8),
                            (uint8_t)offset};
    fw_spi_select(true);
    fw_spi_exchange(head, NULL, sizeof head);
}

uint32_t fw_spi_fram_bytes(void)
{
    for (uint32_t tried = 0; tried < TRIES; tried++) {
        uint8_t id[ID_MAX];
        fw_spi_select(true);
        send_opcode(READ_ID);
        fw_spi_exchange(NULL, id, sizeof id);
        fw_spi_select(false);
        for (uint32_t i = 0; i < sizeof chips / sizeof chips[0]; i++)
            if (memcmp(id, chips[i].id, chips[i].id_bytes) == 0)
                return chips[i].bytes;
    }
    return 0;
}

void fw_hal_nv_read(void *to, uint32_t offset, uint32_t size)
{
    open_at(READ, offset);
    fw_spi_exchange(NULL, (uint8_t *)to, size);
    fw_spi_select(false);
}

/* The chip forgets that writing is enabled at the end of each write. */
void fw_hal_nv_write(uint32_t offset, const void *from, uint32_t size)
{
    fw_spi_select(true);
    send_opcode(WRITE_ENABLE);
    fw_spi_select(false);
    open_at(WRITE, offset);
    fw_spi_exchange((const uint8_t *)from, NULL, size);
    fw_spi_select(false);
}
