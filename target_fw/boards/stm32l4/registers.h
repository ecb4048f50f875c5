/* The registers of the STM32L476 that its HAL uses.
 *
 * Source: STMicroelectronics, RM0351 (STM32L4x5 and STM32L4x6 reference manual), the register map
 * of each peripheral. */
#ifndef FW_BOARDS_STM32L4_REGISTERS_H
#define FW_BOARDS_STM32L4_REGISTERS_H

enum {
    STM_TIM2_CR1 = 0x40000000, /* bit 0: counts */
    STM_TIM2_DIER = 0x4000000C,
    STM_TIM2_SR = 0x40000010,
    STM_TIM2_CC1 = 1 << 1, /* of DIER: interrupt; of SR: counter and CCR1 were equal */
    STM_TIM2_CNT = 0x40000024,
    STM_TIM2_CCR1 = 0x40000034,
    STM_TIM2_INTERRUPT = 28,

    STM_USART2_CR1 = 0x40004400,
    STM_USART_UE = 1 << 0,
    STM_USART_RE = 1 << 2,
    STM_USART_TE = 1 << 3,
    STM_USART_RXNEIE = 1 << 5,
    STM_USART2_CR3 = 0x40004408,
    STM_USART_OVRDIS = 1 << 12, /* a byte that comes too soon replaces the one before */
    STM_USART2_BRR = 0x4000440C,
    STM_USART2_ISR = 0x4000441C,
    STM_USART_RXNE = 1 << 5,
    STM_USART_TC = 1 << 6,
    STM_USART_TXE = 1 << 7,
    STM_USART2_RDR = 0x40004424,
    STM_USART2_TDR = 0x40004428,
    STM_USART2_INTERRUPT = 38,

    STM_SPI1_CR1 = 0x40013000,
    STM_SPI_MSTR = 1 << 2,
    STM_SPI_HALF_CLOCK = 0 << 3,
    STM_SPI_SPE = 1 << 6,
    STM_SPI_SSI = 1 << 8,
    STM_SPI_SSM = 1 << 9,
    STM_SPI1_CR2 = 0x40013004,
    STM_SPI_8_BITS = 7 << 8,
    STM_SPI_FRXTH = 1 << 12, /* RXNE from the first byte on */
    STM_SPI1_SR = 0x40013008,
    STM_SPI_RXNE = 1 << 0,
    STM_SPI_BSY = 1 << 7,
    STM_SPI1_DR = 0x4001300C, /* accessed as a byte; a word would be two */

    STM_RCC_CR = 0x40021000,
    STM_RCC_MSION = 1 << 0,
    STM_RCC_HSION = 1 << 8,
    STM_RCC_HSIRDY = 1 << 10,
    STM_RCC_PLLON = 1 << 24,
    STM_RCC_PLLRDY = 1 << 25,
    STM_RCC_CFGR = 0x40021008,
    STM_RCC_SW_PLL = 3 << 0,
    STM_RCC_SWS_PLL = 3 << 2,
    STM_RCC_PLLCFGR = 0x4002100C,
    /* source HSI16; M 1, N 12: 192 MHz; R 8, its output on */
    STM_RCC_PLL_HSI16_TO_24_MHZ = 2 << 0 | 0 << 4 | 12 << 8 | 1 << 24 | 3 << 25,
    STM_RCC_AHB2ENR = 0x4002104C,
    STM_RCC_GPIOA = 1 << 0,
    STM_RCC_GPIOB = 1 << 1,
    STM_RCC_GPIOC = 1 << 2,
    STM_RCC_ADC = 1 << 13,
    STM_RCC_APB1ENR1 = 0x40021058,
    STM_RCC_TIM2 = 1 << 0,
    STM_RCC_USART2 = 1 << 17,
    STM_RCC_APB2ENR = 0x40021060,
    STM_RCC_SPI1 = 1 << 12,
    STM_RCC_CSR = 0x40021094,
    STM_RCC_RMVF = 1 << 23, /* clears the flags */
    STM_RCC_PINRSTF = 1 << 26,
    STM_RCC_BORRSTF = 1 << 27,
    STM_RCC_SFTRSTF = 1 << 28,
    STM_RCC_IWDGRSTF = 1 << 29,
    STM_RCC_WWDGRSTF = 1 << 30,

    STM_FLASH_ACR = 0x40022000,
    STM_FLASH_ONE_WAIT_STATE = 1 << 0, /* wanted above 16 MHz, enough up to 32 MHz */
    STM_FLASH_DCEN = 1 << 10,
    STM_FLASH_DCRST = 1 << 12,
    STM_FLASH_KEYR = 0x40022008,
    STM_FLASH_KEY1 = 0x45670123,
    STM_FLASH_SR = 0x40022010,
    STM_FLASH_SR_ERRORS = 0xC3FA, /* all error flags; cleared by writing ones */
    STM_FLASH_CR = 0x40022014,
    STM_FLASH_PG = 1 << 0,
    STM_FLASH_PER = 1 << 1,
    STM_FLASH_PNB = 3, /* first bit of the page's number in its bank */
    STM_FLASH_BKER = 1 << 11,
    STM_FLASH_STRT = 1 << 16,

    STM_GPIOA = 0x48000000,
    STM_GPIOB = 0x48000400,
    STM_GPIOC = 0x48000800,
    STM_GPIO_MODER = 0x00, /* two bits a pin */
    STM_GPIO_OUTPUT = 1,
    STM_GPIO_ALTERNATE = 2,
    STM_GPIO_ANALOG = 3,
    STM_GPIO_OSPEEDR = 0x08,
    STM_GPIO_HIGH_SPEED = 2,
    STM_GPIO_PUPDR = 0x0C,
    STM_GPIO_PULLUP = 1,
    STM_GPIO_BSRR = 0x18, /* sets the low 16, clears the high 16 */
    STM_GPIO_AFRL = 0x20, /* four bits a pin, pins 0 to 7 */
    STM_GPIO_ASCR = 0x2C, /* connects a pin to the converters */

    STM_ADC1_ISR = 0x50040000,
    STM_ADC_ADRDY = 1 << 0,
    STM_ADC_EOC = 1 << 2,
    STM_ADC1_CR = 0x50040008,
    STM_ADC_ADEN = 1 << 0,
    STM_ADC_ADSTART = 1 << 2,
    STM_ADC_ADVREGEN = 1 << 28,
    STM_ADC1_SMPR1 = 0x50040014, /* three bits a channel; 7: 640.5 clock cycles */
    STM_ADC1_SQR1 = 0x50040030,  /* from bit 6: the only channel */
    STM_ADC1_DR = 0x50040040,
    STM_ADC_COMMON_CCR = 0x50040308,
    STM_ADC_BUS_CLOCK = 1 << 16
};

#define STM_FLASH_KEY2 UINT32_C(0xCDEF89AB)
#define STM_FLASH_SR_BSY (UINT32_C(1) << 16)
#define STM_FLASH_LOCK (UINT32_C(1) << 31)
#define STM_ADC_ADCAL (UINT32_C(1) << 31) /* calibrates; reads 1 until done */

#endif
