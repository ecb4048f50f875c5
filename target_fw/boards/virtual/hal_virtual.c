/* The board inside the bench: what it has in its own registers. */
#include "target_fw/boards/cmsdk/cmsdk.h"
#include "target_fw/boards/cortex_m/core.h"
#include "target_fw/boards/cortex_m/startup.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/virtual_board.h"

void fw_board_start(void)
{
    const struct fw_cmsdk_board parts = {
        .name = "virtual",
        .clock_hz = *fw_reg(FW_VB_SYSTEM + FW_VB_CLOCK_HZ),
        .sram_bytes = *fw_reg(FW_VB_SYSTEM + FW_VB_SRAM_SIZE),
        .fram_bytes = *fw_reg(FW_VB_SYSTEM + FW_VB_FRAM_SIZE),
    };
    fw_cmsdk_start(&parts);
}

uint32_t fw_hal_supply_mv(void)
{
    return *fw_reg(FW_VB_SYSTEM + FW_VB_SUPPLY);
}

void fw_hal_sleep(uint32_t ticks)
{
    *fw_reg(FW_VB_SYSTEM + FW_VB_WAKE_AFTER) = ticks;
    __asm volatile("wfi" ::: "memory");
}
