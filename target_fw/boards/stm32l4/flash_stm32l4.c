/* The loaded regions, in the second bank of the flash, while the core reads the first one. A double
 * word is written once after each erasure (22 ms a page, 90 us a double word). */
#include <string.h>

#include "target_fw/boards/cortex_m/core.h"
#include "target_fw/boards/stm32l4/board.h"
#include "target_fw/boards/stm32l4/registers.h"
#include "target_fw/hal/hal.h"

enum { PAGE_BYTES = 2048, UNIT_BYTES = 8 };

/* Waits for the end of an operation; whether it went well. */
static bool finish(void)
{
    while (*fw_reg(STM_FLASH_SR) & STM_FLASH_SR_BSY) {
    }
    *fw_reg(STM_FLASH_CR) = 0;
    return (*fw_reg(STM_FLASH_SR) & STM_FLASH_SR_ERRORS) == 0;
}

static bool erase_page(uint32_t page)
{
    const uint32_t number = (page - FW_STM_SECOND_BANK) / PAGE_BYTES;
    const uint32_t what = STM_FLASH_PER | STM_FLASH_BKER | number << STM_FLASH_PNB;
    *fw_reg(STM_FLASH_CR) = what;
    *fw_reg(STM_FLASH_CR) = what | STM_FLASH_STRT;
    return finish();
}

/* Erases the pages that begin in [from, to): those that a write in order enters. */
static bool erase_pages(uint32_t from, uint32_t to)
{
    bool done = true;
    for (uint32_t page = (from + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES; done && page < to;
         page += PAGE_BYTES)
        done = erase_page(page);
    return done;
}

static bool write_unit(uint32_t to, const uint32_t words[2])
{
    if (*fw_reg(to) == words[0] && *fw_reg(to + 4) == words[1])
        return true; /* a chunk that is written again after a power failure */
    *fw_reg(STM_FLASH_CR) = STM_FLASH_PG;
    *fw_reg(to) = words[0];
    *fw_reg(to + 4) = words[1];
    return finish();
}

static bool write_units(uint32_t to, const uint8_t *from, uint32_t size)
{
    bool done = true;
    for (uint32_t at = 0; done && at < size; at += UNIT_BYTES) {
        uint32_t words[2] = {UINT32_MAX, UINT32_MAX}; /* what lies behind the end stays erased */
        memcpy(words, from + at, size - at < UNIT_BYTES ? size - at : UNIT_BYTES);
        done = write_unit(to + at, words);
    }
    return done;
}

/* The data cache may hold what was there before. */
static void forget_cached(void)
{
    *fw_reg(STM_FLASH_ACR) &= ~(uint32_t)STM_FLASH_DCEN;
    *fw_reg(STM_FLASH_ACR) |= STM_FLASH_DCRST;
    *fw_reg(STM_FLASH_ACR) &= ~(uint32_t)STM_FLASH_DCRST;
    *fw_reg(STM_FLASH_ACR) |= STM_FLASH_DCEN;
}

bool fw_hal_store_write(enum fw_object object, uint32_t offset, const void *from, uint32_t size)
{
    const struct fw_board *board = fw_hal_board();
    const struct fw_region *region = object == FW_OBJECT_NETWORK ? &board->network[FW_SOURCE_LOADED]
                                                                 : &board->inputs[FW_SOURCE_LOADED];
    if (offset % UNIT_BYTES != 0 || offset > region->bytes || size > region->bytes - offset)
        return false;
    const uint32_t first = (uint32_t)(uintptr_t)region->at + offset;
    *fw_reg(STM_FLASH_KEYR) = STM_FLASH_KEY1;
    *fw_reg(STM_FLASH_KEYR) = STM_FLASH_KEY2;
    *fw_reg(STM_FLASH_SR) = STM_FLASH_SR_ERRORS;
    const bool erased = erase_pages(first, first + size);
    forget_cached();
    const bool written = erased && write_units(first, (const uint8_t *)from, size);
    *fw_reg(STM_FLASH_CR) = STM_FLASH_LOCK;
    forget_cached();
    return written && memcmp((const uint8_t *)region->at + offset, from, size) == 0;
}
