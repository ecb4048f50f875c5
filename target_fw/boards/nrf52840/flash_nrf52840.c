/* The loaded regions, in the flash behind the firmware. The core stands still while its only flash
 * is erased (85 ms a page) or written (41 us a word). */
#include <string.h>

#include "target_fw/boards/cortex_m/core.h"
#include "target_fw/boards/nrf52840/registers.h"
#include "target_fw/hal/hal.h"

enum { PAGE_BYTES = 4096 };

static void await_ready(void)
{
    while ((*fw_reg(NRF_NVMC_READY) & 1) == 0) {
    }
}

static void set_mode(uint32_t mode)
{
    *fw_reg(NRF_NVMC_CONFIG) = mode;
    await_ready();
}

/* Erases the pages that begin in [from, to): those that a write in order enters. */
static void erase_pages(uint32_t from, uint32_t to)
{
    set_mode(NRF_NVMC_ERASES);
    for (uint32_t page = (from + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES; page < to;
         page += PAGE_BYTES) {
        *fw_reg(NRF_NVMC_ERASEPAGE) = page;
        await_ready();
    }
}

bool fw_hal_store_write(enum fw_object object, uint32_t offset, const void *from, uint32_t size)
{
    const struct fw_board *board = fw_hal_board();
    const struct fw_region *region = object == FW_OBJECT_NETWORK ? &board->network[FW_SOURCE_LOADED]
                                                                 : &board->inputs[FW_SOURCE_LOADED];
    if (offset % 8 != 0 || offset > region->bytes || size > region->bytes - offset)
        return false;
    const uint32_t first = (uint32_t)(uintptr_t)region->at + offset;
    erase_pages(first, first + size);
    set_mode(NRF_NVMC_WRITES);
    for (uint32_t done = 0; done < size; done += 4) {
        uint32_t word = UINT32_MAX; /* what lies behind the end stays erased */
        memcpy(&word, (const uint8_t *)from + done, size - done < 4 ? size - done : 4);
        *fw_reg(first + done) = word;
        await_ready();
    }
    set_mode(NRF_NVMC_READ_ONLY);
    return memcmp((const uint8_t *)region->at + offset, from, size) == 0;
}
