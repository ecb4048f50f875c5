/* Registers of the Cortex-M core itself that boards use.
 *
 * Source: ARM, ARMv7-M Architecture Reference Manual (DDI 0403), B3.2, B3.3, C1.6 and C1.8. */
#ifndef FW_BOARDS_CORTEX_M_CORE_H
#define FW_BOARDS_CORTEX_M_CORE_H

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

/* From now on an interrupt ends a WFI and is never served. */
static inline void fw_core_mask_interrupts(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

/* Until an interrupt is pending. */
static inline void fw_core_wait(void)
{
    __asm volatile("dsb; wfi" ::: "memory");
}

#endif
