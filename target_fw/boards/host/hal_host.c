#include <setjmp.h>
#include <string.h>

#include "target_fw/app/main.h"
#include "target_fw/boards/host/host_board.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/commands.h"
#include "target_fw/protocol/messages.h"

/* One power cycle. The HAL has no argument that could say which board it is called for. */
struct power_cycle {
    struct fw_host_board *host;
    struct fw_board board;
    uint64_t budget;
    enum fw_host_end end;
    jmp_buf off;
};

static _Thread_local struct power_cycle *powered;

/* No ELF file of the firmware alone, so no build id. */
extern const uint8_t fw_build_id[];
const uint8_t fw_build_id[FW_FIRMWARE_ID_BYTES] = "host";

/* Noise of Marsaglia's 64-bit xorshift, eight bytes at a step. */
static void make_noise(void *bytes, size_t size, uint32_t seed)
{
    uint8_t *at = (uint8_t *)bytes;
    uint64_t noise = (seed + UINT64_C(1)) * UINT64_C(0x9E3779B97F4A7C15);
    while (size != 0) {
        const size_t step = size < sizeof noise ? size : sizeof noise;
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        memcpy(at, &noise, step);
        at += step;
        size -= step;
    }
}

static _Noreturn void switch_off(enum fw_host_end end)
{
    powered->end = end;
    longjmp(powered->off, 1);
}

enum fw_host_end fw_host_run(struct fw_host_board *host, void (*work)(void *argument),
                             void *argument)
{
    struct power_cycle cycle;
    host->power_ups++;
    host->ticks = 0;
    host->writes = 0;
    make_noise(host->working, host->working_bytes, ~host->power_ups);
    cycle.host = host;
    cycle.budget = host->write_budget;
    cycle.end = FW_HOST_RETURNED;
    cycle.board = (struct fw_board){
        .name = "host",
        .network = {host->network,
                    {host->loaded[FW_OBJECT_NETWORK], host->loaded_bytes[FW_OBJECT_NETWORK]}},
        .inputs = {host->inputs,
                   {host->loaded[FW_OBJECT_INPUTS], host->loaded_bytes[FW_OBJECT_INPUTS]}},
        .working = host->working,
        .working_bytes = host->working_bytes,
        .nv_bytes = host->nv_bytes,
        .ticks_per_second = host->ticks_per_second,
        .boot_cause = FW_BOOT_POWER_ON,
    };
    powered = &cycle;
    if (setjmp(cycle.off) == 0)
        work(argument);
    const enum fw_host_end end = powered->end;
    powered = NULL;
    return end;
}

static void run_firmware(void *state)
{
    fw_main((struct fw_state *)state);
}

enum fw_host_end fw_host_power_up(struct fw_host_board *host)
{
    struct fw_state state;
    make_noise(&state, sizeof state, host->power_ups);
    return fw_host_run(host, run_firmware, &state);
}

static struct fw_host_board *host_at(uint32_t ticks)
{
    powered->host->ticks += ticks;
    return powered->host;
}

const struct fw_board *fw_hal_board(void)
{
    return &powered->board;
}

uint32_t fw_hal_ticks(void)
{
    return host_at(1)->ticks;
}

bool fw_hal_uart_write(const uint8_t *bytes, uint32_t size)
{
    const struct fw_host_board *host = host_at(1 + 10 * size);
    if (host->line_blocked)
        return false;
    if (host->on_uart != NULL)
        host->on_uart(host->context, bytes, size);
    return true;
}

int fw_hal_uart_read(void)
{
    struct fw_host_board *host = host_at(1);
    if (host->uart_in_bytes == 0)
        return -1;
    host_at(10);
    host->uart_in_bytes--;
    return *host->uart_in++;
}

void fw_hal_nv_read(void *to, uint32_t offset, uint32_t size)
{
    const struct fw_host_board *host = host_at(1 + size);
    if (offset > host->nv_bytes || size > host->nv_bytes - offset)
        switch_off(FW_HOST_TRAPPED);
    if (host->on_nv != NULL)
        host->on_nv(host->context, FW_HOST_READ, offset, host->nv + offset, size);
    memcpy(to, host->nv + offset, size);
}

/* Bytes of a write of `size` that become permanent before power is lost. */
static uint32_t permanent(uint32_t size)
{
    return size > powered->budget ? (uint32_t)powered->budget : size;
}

/* Counts what a write of `size` made permanent; does not return when that was not all. */
static void spend(uint32_t size)
{
    const uint32_t written = permanent(size);
    if (powered->budget != FW_HOST_NEVER)
        powered->budget -= written;
    if (written < size)
        switch_off(FW_HOST_POWER_LOST);
}

void fw_hal_nv_write(uint32_t offset, const void *from, uint32_t size)
{
    struct fw_host_board *host = host_at(1 + size);
    if (offset > host->nv_bytes || size > host->nv_bytes - offset)
        switch_off(FW_HOST_TRAPPED);
    const bool last = ++host->writes == host->cut_write;
    uint32_t written = permanent(size);
    if (last && written > host->cut_bytes)
        written = host->cut_bytes;
    if (host->on_nv != NULL)
        host->on_nv(host->context, FW_HOST_WRITE, offset, (const uint8_t *)from, written);
    memcpy(host->nv + offset, from, written);
    host->nv_written += written;
    if (last)
        switch_off(FW_HOST_POWER_LOST);
    spend(size);
}

void fw_hal_uart_speed(uint32_t baud)
{
    (void)baud;
    host_at(1);
}

/* Torn by the loss of power like any write to non-volatile memory. */
bool fw_hal_store_write(enum fw_object object, uint32_t offset, const void *from, uint32_t size)
{
    struct fw_host_board *host = host_at(1 + size);
    if (host->loaded[object] == NULL || offset > host->loaded_bytes[object] ||
        size > host->loaded_bytes[object] - offset)
        return false;
    memcpy(host->loaded[object] + offset, from, permanent(size));
    spend(size);
    return true;
}

uint32_t fw_hal_supply_mv(void)
{
    const struct fw_host_board *host = host_at(1);
    if (host->supply == NULL)
        return host->supply_mv;
    const uint32_t supply_mv = host->supply(host->context);
    if (supply_mv == FW_HOST_POWER_FAILS)
        switch_off(FW_HOST_POWER_LOST);
    return supply_mv;
}

void fw_hal_marks(uint32_t pins)
{
    host_at(1)->marks = pins;
}

void fw_hal_sleep(uint32_t ticks)
{
    if (host_at(1)->uart_in_bytes != 0)
        return;
    if (ticks == 0)
        switch_off(FW_HOST_SLEEPS);
    host_at(ticks);
}

bool fw_defect_is(enum fw_defect defect)
{
    return powered != NULL && powered->host->defect == defect;
}

uint32_t *fw_defect_left_over(void)
{
    return &powered->host->left_over;
}
