/* Registers of the Cortex-M core itself that boards use.
 *
 * Source: ARM, ARMv7-M Architecture Reference Manual (DDI 0403), B3.2, B3.3, C1.6 and C1.8. */
#ifndef FW_BOARDS_CORTEX_M_CORE_H
#define FW_BOARDS_CORTEX_M_CORE_H

#include <stdbool.h>
#include <stdint.h>

#define FW_DWT_CTRL UINT32_C(0xE0001000) /* bit 0: CYCCNT counts */
#define FW_DWT_CYCCNT UINT32_C(0xE0001004)
#define FW_SYSTICK_CSR UINT32_C(0xE000E010) /* bit 0: on; bit 1: interrupt; bit 2: core clock */
#define FW_SYSTICK_RVR UINT32_C(0xE000E014)
#define FW_SYSTICK_CVR UINT32_C(0xE000E018)
#define FW_NVIC_ISER UINT32_C(0xE000E100) /* a bit for each interrupt: enable */
#define FW_NVIC_ICPR UINT32_C(0xE000E280) /* no longer pending */
#define FW_SCB_ICSR UINT32_C(0xE000ED04)
#define FW_SCB_ICSR_PENDSTCLR (UINT32_C(1) << 25) /* SysTick is no longer pending */
#define FW_DEMCR UINT32_C(0xE000EDFC)
#define FW_DEMCR_TRCENA (UINT32_C(1) << 24) /* the DWT has a clock */

/* A register of a peripheral, or of the core. */
static inline volatile uint32_t *fw_reg(uint32_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

/* Whether all bits of `mask` were seen set in a register before CYCCNT went on by `patience`. */
static inline bool fw_core_await(uint32_t address, uint32_t mask, uint32_t patience)
{
    const uint32_t began = *fw_reg(FW_DWT_CYCCNT);
    while ((*fw_reg(address) & mask) != mask)
        if (*fw_reg(FW_DWT_CYCCNT) - began > patience)
            return false;
    return true;
}

/* From now on an interrupt ends a WFI and is never served. */
static inline void fw_core_mask_interrupts(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

/* The interrupt may end a WFI. */
static inline void fw_core_wake_on(uint32_t interrupt)
{
    *fw_reg(FW_NVIC_ISER + interrupt / 32 * 4) = UINT32_C(1) << interrupt % 32;
}

/* What made the interrupt pending is over, or will make it pending anew. */
static inline void fw_core_not_pending(uint32_t interrupt)
{
    *fw_reg(FW_NVIC_ICPR + interrupt / 32 * 4) = UINT32_C(1) << interrupt % 32;
}

/* CYCCNT counts core clock cycles from 0 on; not while the core waits. */
static inline void fw_core_count_cycles(void)
{
    *fw_reg(FW_DEMCR) |= FW_DEMCR_TRCENA;
    *fw_reg(FW_DWT_CYCCNT) = 0;
    *fw_reg(FW_DWT_CTRL) |= 1;
}

/* Until an interrupt is pending. */
static inline void fw_core_wait(void)
{
    __asm volatile("dsb; wfi" ::: "memory");
}

#endif
