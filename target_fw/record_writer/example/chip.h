/* The few registers of an STM32F401-like chip that the example uses, and its UART.
 * Source: ST RM0368, USART, TIM2, GPIO. */
#ifndef EXAMPLE_CHIP_H
#define EXAMPLE_CHIP_H

#include <stdint.h>

#define CHIP_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define USART1_SR CHIP_REGISTER(0x40011000)
#define USART1_DR CHIP_REGISTER(0x40011004)
#define USART1_BRR CHIP_REGISTER(0x40011008)
#define USART1_CR1 CHIP_REGISTER(0x4001100C)
#define TIM2_CNT CHIP_REGISTER(0x40000024)
#define GPIOA_BSRR CHIP_REGISTER(0x40020018)

enum {
    CLOCK_HZ = 16000000,
    BAUD = 460800,
    TICKS_PER_SECOND = 1000000, /* TIM2 behind a prescaler of 16 */
    USART_TXE = 1 << 7,         /* room for a byte */
    USART_TC = 1 << 6,          /* all is sent */
    USART_ON = 1 << 13 | 1 << 3 /* and its transmitter */
};

static inline void chip_start(void)
{
    USART1_BRR = CLOCK_HZ / BAUD;
    USART1_CR1 = USART_ON;
}

static inline void chip_send(uint8_t byte)
{
    while ((USART1_SR & USART_TXE) == 0) {
    }
    USART1_DR = byte;
}

__attribute__((noreturn)) static inline void chip_sleep(void)
{
    while ((USART1_SR & USART_TC) == 0) {
    }
    for (;;)
        __asm volatile("wfi");
}

#endif
