/* ST's STM32L476: a Cortex-M4 at 24 MHz, by the PLL from its RC oscillator of 1 %: of the clocks
 * with little current for small capacitors the slowest that gives 921600 Bd, to 0.2 %. */
#include <stddef.h>

#include "target_fw/boards/cortex_m/core.h"
#include "target_fw/boards/cortex_m/startup.h"
#include "target_fw/boards/spi_fram/spi_fram.h"
#include "target_fw/boards/stm32l4/board.h"
#include "target_fw/boards/stm32l4/registers.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/messages.h"

enum {
    CLOCK_HZ = 24000000,
    REGULATOR_CYCLES = CLOCK_HZ / 50000, /* 20 us from switching it on to its use */
    ADC_PATIENCE = CLOCK_HZ / 1000,
    ADC_CODES = 4096,
    PATIENCE_BITS = 200 /* a byte that has not left in 20 times its length never will */
};

static struct fw_board board;
static uint32_t patience_cycles;

/* One of the fields of equal width that a register has for each pin. */
static void set_field(uint32_t address, uint32_t index, uint32_t bits, uint32_t value)
{
    const uint32_t mask = ((UINT32_C(1) << bits) - 1) << index * bits;
    *fw_reg(address) = (*fw_reg(address) & ~mask) | value << index * bits;
}

static void set_mode(uint32_t port, uint32_t pin, uint32_t mode)
{
    set_field(port + STM_GPIO_MODER, pin, 2, mode);
}

static void set_alternate(uint32_t pin, uint32_t function)
{
    set_field(STM_GPIOA + STM_GPIO_AFRL, pin, 4, function);
    set_field(STM_GPIOA + STM_GPIO_OSPEEDR, pin, 2, STM_GPIO_HIGH_SPEED);
    set_mode(STM_GPIOA, pin, STM_GPIO_ALTERNATE);
}

static uint8_t take_boot_cause(void)
{
    const uint32_t flags = *fw_reg(STM_RCC_CSR);
    *fw_reg(STM_RCC_CSR) = flags | STM_RCC_RMVF;
    if (flags & STM_RCC_BORRSTF) /* set by power-up, which sets the pin's flag too */
        return FW_BOOT_POWER_ON;
    if (flags & (STM_RCC_IWDGRSTF | STM_RCC_WWDGRSTF))
        return FW_BOOT_WATCHDOG;
    return flags & (STM_RCC_PINRSTF | STM_RCC_SFTRSTF) ? FW_BOOT_RESET : FW_BOOT_UNKNOWN;
}

/* For what a chip that works does in microseconds. */
static void await_bits(uint32_t address, uint32_t mask)
{
    while ((*fw_reg(address) & mask) != mask) {
    }
}

static void start_clocks(void)
{
    *fw_reg(STM_RCC_CR) |= STM_RCC_HSION;
    await_bits(STM_RCC_CR, STM_RCC_HSIRDY);
    *fw_reg(STM_RCC_PLLCFGR) = STM_RCC_PLL_HSI16_TO_24_MHZ;
    *fw_reg(STM_RCC_CR) |= STM_RCC_PLLON;
    *fw_reg(STM_FLASH_ACR) |= STM_FLASH_ONE_WAIT_STATE;
    await_bits(STM_FLASH_ACR, STM_FLASH_ONE_WAIT_STATE);
    await_bits(STM_RCC_CR, STM_RCC_PLLRDY);
    *fw_reg(STM_RCC_CFGR) = STM_RCC_SW_PLL;
    await_bits(STM_RCC_CFGR, STM_RCC_SWS_PLL);
    *fw_reg(STM_RCC_CR) &= ~(uint32_t)STM_RCC_MSION;
    *fw_reg(STM_RCC_AHB2ENR) |= STM_RCC_GPIOA | STM_RCC_GPIOB | STM_RCC_GPIOC | STM_RCC_ADC;
    *fw_reg(STM_RCC_APB1ENR1) |= STM_RCC_TIM2 | STM_RCC_USART2;
    *fw_reg(STM_RCC_APB2ENR) |= STM_RCC_SPI1;
    (void)*fw_reg(STM_RCC_APB2ENR); /* a peripheral has its clock two cycles after this is set */
    fw_core_count_cycles();
}

static void start_uart(void)
{
    set_field(STM_GPIOA + STM_GPIO_PUPDR, FW_STM_PIN_RXD, 2, STM_GPIO_PULLUP);
    set_alternate(FW_STM_PIN_TXD, 7);
    set_alternate(FW_STM_PIN_RXD, 7);
    *fw_reg(STM_USART2_CR3) = STM_USART_OVRDIS;
    *fw_reg(STM_USART2_CR1) = STM_USART_TE | STM_USART_RE | STM_USART_RXNEIE;
    fw_hal_uart_speed(FW_UART_BAUD);
    fw_core_wake_on(STM_USART2_INTERRUPT);
}

static void start_spi(void)
{
    fw_spi_select(false);
    set_mode(STM_GPIOB, FW_STM_PIN_CS, STM_GPIO_OUTPUT);
    set_field(STM_GPIOB + STM_GPIO_OSPEEDR, FW_STM_PIN_CS, 2, STM_GPIO_HIGH_SPEED);
    set_field(STM_GPIOA + STM_GPIO_PUPDR, FW_STM_PIN_MISO, 2, STM_GPIO_PULLUP);
    set_alternate(FW_STM_PIN_SCK, 5);
    set_alternate(FW_STM_PIN_MISO, 5);
    set_alternate(FW_STM_PIN_MOSI, 5);
    *fw_reg(STM_SPI1_CR2) = STM_SPI_8_BITS | STM_SPI_FRXTH;
    *fw_reg(STM_SPI1_CR1) =
        STM_SPI_MSTR | STM_SPI_SSM | STM_SPI_SSI | STM_SPI_HALF_CLOCK | STM_SPI_SPE;
}

/* Leaves deep power-down, calibrates and stays on. */
static void start_adc(void)
{
    set_mode(STM_GPIOA, FW_STM_PIN_SUPPLY, STM_GPIO_ANALOG);
    *fw_reg(STM_GPIOA + STM_GPIO_ASCR) = UINT32_C(1) << FW_STM_PIN_SUPPLY;
    *fw_reg(STM_ADC_COMMON_CCR) = STM_ADC_BUS_CLOCK;
    *fw_reg(STM_ADC1_CR) = 0;
    *fw_reg(STM_ADC1_CR) = STM_ADC_ADVREGEN;
    const uint32_t began = fw_hal_ticks();
    while (fw_hal_ticks() - began < REGULATOR_CYCLES) {
    }
    *fw_reg(STM_ADC1_CR) = STM_ADC_ADVREGEN | STM_ADC_ADCAL;
    while (*fw_reg(STM_ADC1_CR) & STM_ADC_ADCAL) {
    }
    set_field(STM_ADC1_SMPR1, FW_STM_ADC_CHANNEL, 3, 7);
    *fw_reg(STM_ADC1_SQR1) = FW_STM_ADC_CHANNEL << 6;
    /* Switching it on right after the calibration may go unheard. */
    while ((*fw_reg(STM_ADC1_ISR) & STM_ADC_ADRDY) == 0)
        *fw_reg(STM_ADC1_CR) = STM_ADC_ADVREGEN | STM_ADC_ADEN;
}

static struct fw_region region(uint32_t from, uint32_t to)
{
    return (struct fw_region){.at = (const void *)(uintptr_t)from, .bytes = to - from};
}

void fw_board_start(void)
{
    fw_core_mask_interrupts();
    start_clocks();
    for (uint32_t pin = 0; pin < FW_STM_MARKS; pin++)
        set_mode(STM_GPIOC, pin, STM_GPIO_OUTPUT);
    start_uart();
    start_spi();
    start_adc();
    fw_core_wake_on(STM_TIM2_INTERRUPT);
    board = (struct fw_board){
        .name = "stm32l4",
        .network = {region(FW_STM_NETWORK, FW_STM_INPUTS),
                    region(FW_STM_LOADED_NETWORK, FW_STM_LOADED_INPUTS)},
        .inputs = {region(FW_STM_INPUTS, FW_STM_SECOND_BANK),
                   region(FW_STM_LOADED_INPUTS, FW_STM_FLASH_END)},
        .working = fw_ram_free,
        .working_bytes = (uint32_t)(fw_ram_end - fw_ram_free),
        .nv_bytes = fw_spi_fram_bytes(),
        .ticks_per_second = CLOCK_HZ,
        .boot_cause = take_boot_cause(),
    };
}

const struct fw_board *fw_hal_board(void)
{
    return &board;
}

uint32_t fw_hal_ticks(void)
{
    return *fw_reg(FW_DWT_CYCCNT);
}

bool fw_hal_uart_write(const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (!fw_core_await(STM_USART2_ISR, STM_USART_TXE, patience_cycles))
            return false;
        *fw_reg(STM_USART2_TDR) = bytes[i];
    }
    return true;
}

/* The speed changes while the UART is off. */
void fw_hal_uart_speed(uint32_t baud)
{
    if (*fw_reg(STM_USART2_CR1) & STM_USART_UE)
        fw_core_await(STM_USART2_ISR, STM_USART_TC, patience_cycles);
    *fw_reg(STM_USART2_CR1) &= ~(uint32_t)STM_USART_UE;
    *fw_reg(STM_USART2_BRR) = (CLOCK_HZ + baud / 2) / baud;
    *fw_reg(STM_USART2_CR1) |= STM_USART_UE;
    patience_cycles = PATIENCE_BITS * (CLOCK_HZ / baud);
}

static bool byte_waits(void)
{
    return (*fw_reg(STM_USART2_ISR) & STM_USART_RXNE) != 0;
}

int fw_hal_uart_read(void)
{
    return byte_waits() ? (int)(*fw_reg(STM_USART2_RDR) & 0xFF) : -1;
}

void fw_spi_select(bool selected)
{
    const uint32_t pin = UINT32_C(1) << FW_STM_PIN_CS;
    *fw_reg(STM_GPIOB + STM_GPIO_BSRR) = selected ? pin << 16 : pin;
}

/* One byte is under way and another waits behind it, so that the clock does not pause. */
void fw_spi_exchange(const uint8_t *out, uint8_t *in, uint32_t size)
{
    volatile uint8_t *data = (volatile uint8_t *)(uintptr_t)STM_SPI1_DR;
    uint32_t sent = 0;
    for (uint32_t taken = 0; taken < size; taken++) {
        for (; sent < size && sent < taken + 2; sent++)
            *data = out ? out[sent] : 0;
        while ((*fw_reg(STM_SPI1_SR) & STM_SPI_RXNE) == 0) {
        }
        const uint8_t byte = *data;
        if (in)
            in[taken] = byte;
    }
    while (*fw_reg(STM_SPI1_SR) & STM_SPI_BSY) {
    }
}

uint32_t fw_hal_supply_mv(void)
{
    *fw_reg(STM_ADC1_CR) = STM_ADC_ADVREGEN | STM_ADC_ADSTART;
    if (!fw_core_await(STM_ADC1_ISR, STM_ADC_EOC, ADC_PATIENCE))
        return 0;
    const uint32_t input_mv = *fw_reg(STM_ADC1_DR) * FW_STM_RAIL_MV / ADC_CODES;
    return input_mv * (FW_STM_DIVIDER_UPPER_KOHM + FW_STM_DIVIDER_LOWER_KOHM) /
           FW_STM_DIVIDER_LOWER_KOHM;
}

void fw_hal_marks(uint32_t pins)
{
    const uint32_t all = (UINT32_C(1) << FW_STM_MARKS) - 1;
    *fw_reg(STM_GPIOC + STM_GPIO_BSRR) = (pins & all) | (~pins & all) << 16;
}

/* The cycle counter stands still while the core waits; the timer, which counts the same clock, says
 * by how much. */
void fw_hal_sleep(uint32_t ticks)
{
    const uint32_t began = fw_hal_ticks();
    *fw_reg(STM_TIM2_CNT) = 0;
    *fw_reg(STM_TIM2_CCR1) = ticks;
    *fw_reg(STM_TIM2_SR) = 0;
    *fw_reg(STM_TIM2_DIER) = ticks != 0 ? STM_TIM2_CC1 : 0;
    *fw_reg(STM_TIM2_CR1) = 1;
    while (!byte_waits() && (ticks == 0 || (*fw_reg(STM_TIM2_SR) & STM_TIM2_CC1) == 0)) {
        fw_core_wait();
        fw_core_not_pending(STM_USART2_INTERRUPT);
        fw_core_not_pending(STM_TIM2_INTERRUPT);
    }
    *fw_reg(STM_TIM2_CR1) = 0;
    *fw_reg(FW_DWT_CYCCNT) = began + *fw_reg(STM_TIM2_CNT);
}
