/* Nordic's nRF52840: a Cortex-M4 at 64 MHz, with its clock from the crystal so that the UART keeps
 * its speed. UART and SPI are those without DMA: their bytes may come from flash, and a power
 * failure finds no transfer that goes on without the core. */
#include <stddef.h>

#include "target_fw/boards/cortex_m/core.h"
#include "target_fw/boards/cortex_m/startup.h"
#include "target_fw/boards/nrf52840/board.h"
#include "target_fw/boards/nrf52840/registers.h"
#include "target_fw/boards/spi_fram/spi_fram.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/messages.h"

enum {
    CLOCK_HZ = 64000000,
    CYCLES_PER_TIMER_TICK = 4,
    CRYSTAL_PATIENCE = CLOCK_HZ / 100, /* it starts in 0.4 ms; without it the UART is inexact */
    ADC_PATIENCE = CLOCK_HZ / 1000,
    ADC_FULL_SCALE_MV = 3600,
    ADC_CODES = 4096,
    PATIENCE_BITS = 200 /* a byte that has not left in 20 times its length never will */
};

struct speed {
    uint32_t baud;
    uint32_t setting;
};

static const struct speed speeds[] = {
    {115200, 0x01D7E000}, {230400, 0x03AFB000},  {460800, 0x075F7000},
    {921600, 0x0EBEDFA4}, {1000000, 0x10000000},
};

static struct fw_board board;
static uint32_t patience_cycles;
static bool is_sending; /* a byte was written, and its TXDRDY is still to come */

static void configure_pin(uint32_t pin, uint32_t setting)
{
    *fw_reg(NRF_P0_PIN_CNF + pin / 32 * NRF_P1 + pin % 32 * 4) = setting;
}

static void set_high(uint32_t pin)
{
    *fw_reg(NRF_P0_OUTSET + pin / 32 * NRF_P1) = UINT32_C(1) << pin % 32;
}

static uint8_t take_boot_cause(void)
{
    const uint32_t reasons = *fw_reg(NRF_POWER_RESETREAS);
    *fw_reg(NRF_POWER_RESETREAS) = reasons;
    if (reasons & NRF_RESETREAS_WATCHDOG)
        return FW_BOOT_WATCHDOG;
    if (reasons & (NRF_RESETREAS_PIN | NRF_RESETREAS_SOFTWARE | NRF_RESETREAS_LOCKUP))
        return FW_BOOT_RESET;
    return reasons == 0 ? FW_BOOT_POWER_ON : FW_BOOT_UNKNOWN;
}

static void start_clock(void)
{
    fw_core_count_cycles();
    *fw_reg(NRF_NVMC_ICACHECNF) = 1;
    *fw_reg(NRF_CLOCK_HFCLKSTART) = 1;
    fw_core_await(NRF_CLOCK_HFCLKSTARTED, 1, CRYSTAL_PATIENCE);
}

static void start_uart(void)
{
    set_high(FW_NRF_PIN_TXD);
    configure_pin(FW_NRF_PIN_TXD, NRF_PIN_OUTPUT);
    configure_pin(FW_NRF_PIN_RXD, NRF_PIN_INPUT_PULLUP);
    *fw_reg(NRF_UART_PSEL_TXD) = FW_NRF_PIN_TXD;
    *fw_reg(NRF_UART_PSEL_RXD) = FW_NRF_PIN_RXD;
    *fw_reg(NRF_UART_PSEL_RTS) = NRF_NOT_CONNECTED;
    *fw_reg(NRF_UART_PSEL_CTS) = NRF_NOT_CONNECTED;
    *fw_reg(NRF_UART_CONFIG) = 0;
    fw_hal_uart_speed(FW_UART_BAUD);
    *fw_reg(NRF_UART_INTENSET) = NRF_UART_INT_RXDRDY;
    *fw_reg(NRF_UART_ENABLE) = NRF_UART_ENABLED;
    *fw_reg(NRF_UART_STARTTX) = 1;
    *fw_reg(NRF_UART_STARTRX) = 1;
}

static void start_spi(void)
{
    set_high(FW_NRF_PIN_CS);
    configure_pin(FW_NRF_PIN_CS, NRF_PIN_OUTPUT);
    configure_pin(FW_NRF_PIN_SCK, NRF_PIN_CLOCK);
    configure_pin(FW_NRF_PIN_MOSI, NRF_PIN_OUTPUT);
    configure_pin(FW_NRF_PIN_MISO, NRF_PIN_INPUT_PULLUP);
    *fw_reg(NRF_SPI_PSEL_SCK) = FW_NRF_PIN_SCK;
    *fw_reg(NRF_SPI_PSEL_MOSI) = FW_NRF_PIN_MOSI;
    *fw_reg(NRF_SPI_PSEL_MISO) = FW_NRF_PIN_MISO;
    *fw_reg(NRF_SPI_FREQUENCY) = NRF_SPI_8_MHZ;
    *fw_reg(NRF_SPI_CONFIG) = 0;
    *fw_reg(NRF_SPI_ENABLE) = NRF_SPI_ENABLED;
}

static void start_adc_and_timer(void)
{
    *fw_reg(NRF_SAADC_RESOLUTION) = NRF_SAADC_12_BITS;
    *fw_reg(NRF_SAADC_CH0_CONFIG) = NRF_SAADC_GAIN_SIXTH | NRF_SAADC_TACQ_40US;
    *fw_reg(NRF_SAADC_CH0_PSELP) = FW_NRF_ANALOG_INPUT + 1;
    *fw_reg(NRF_TIMER_BITMODE) = NRF_TIMER_32_BITS;
    *fw_reg(NRF_TIMER_PRESCALER) = 0;
}

static struct fw_region region(uint32_t from, uint32_t to)
{
    return (struct fw_region){.at = (const void *)(uintptr_t)from, .bytes = to - from};
}

void fw_board_start(void)
{
    fw_core_mask_interrupts();
    start_clock();
    for (uint32_t i = 0; i < FW_NRF_MARKS; i++)
        configure_pin(FW_NRF_FIRST_MARK + i, NRF_PIN_OUTPUT);
    start_uart();
    start_spi();
    start_adc_and_timer();
    fw_core_wake_on(NRF_UART_INTERRUPT);
    fw_core_wake_on(NRF_TIMER_INTERRUPT);
    board = (struct fw_board){
        .name = "nrf52840",
        .network = {region(FW_NRF_NETWORK, FW_NRF_INPUTS),
                    region(FW_NRF_LOADED_NETWORK, FW_NRF_LOADED_INPUTS)},
        .inputs = {region(FW_NRF_INPUTS, FW_NRF_LOADED_NETWORK),
                   region(FW_NRF_LOADED_INPUTS, FW_NRF_FLASH_END)},
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

static bool await_sent(void)
{
    if (is_sending && !fw_core_await(NRF_UART_TXDRDY, 1, patience_cycles))
        return false;
    *fw_reg(NRF_UART_TXDRDY) = 0;
    is_sending = false;
    return true;
}

bool fw_hal_uart_write(const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (!await_sent())
            return false;
        *fw_reg(NRF_UART_TXD) = bytes[i];
        is_sending = true;
    }
    return true;
}

/* A speed that the UART does not have is taken for the next lower one. */
void fw_hal_uart_speed(uint32_t baud)
{
    const struct speed *speed = &speeds[0];
    for (uint32_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
        if (speeds[i].baud <= baud)
            speed = &speeds[i];
    await_sent();
    *fw_reg(NRF_UART_BAUDRATE) = speed->setting;
    patience_cycles = PATIENCE_BITS * (CLOCK_HZ / speed->baud);
}

static bool byte_waits(void)
{
    return *fw_reg(NRF_UART_RXDRDY) != 0;
}

/* Taking a byte lets the next of up to six show itself by another event. */
int fw_hal_uart_read(void)
{
    if (!byte_waits())
        return -1;
    *fw_reg(NRF_UART_RXDRDY) = 0;
    return (int)(*fw_reg(NRF_UART_RXD) & 0xFF);
}

void fw_spi_select(bool selected)
{
    const uint32_t pin = UINT32_C(1) << FW_NRF_PIN_CS % 32;
    *fw_reg(selected ? NRF_P1_OUTCLR : NRF_P1_OUTSET) = pin;
}

/* One byte is under way and another waits behind it, so that the clock does not pause. */
void fw_spi_exchange(const uint8_t *out, uint8_t *in, uint32_t size)
{
    uint32_t sent = 0;
    for (uint32_t taken = 0; taken < size; taken++) {
        for (; sent < size && sent < taken + 2; sent++)
            *fw_reg(NRF_SPI_TXD) = out ? out[sent] : 0;
        while (*fw_reg(NRF_SPI_READY) == 0) {
        }
        *fw_reg(NRF_SPI_READY) = 0;
        const uint8_t byte = (uint8_t)*fw_reg(NRF_SPI_RXD);
        if (in)
            in[taken] = byte;
    }
}

/* Triggers a task and waits for the event that ends it. */
static bool run_adc(uint32_t task, uint32_t event)
{
    *fw_reg(event) = 0;
    *fw_reg(task) = 1;
    return fw_core_await(event, 1, ADC_PATIENCE);
}

/* The converter writes its result to RAM by itself, and is off but for this. */
uint32_t fw_hal_supply_mv(void)
{
    static volatile int16_t code;
    *fw_reg(NRF_SAADC_ENABLE) = 1;
    *fw_reg(NRF_SAADC_RESULT_PTR) = (uint32_t)(uintptr_t)&code;
    *fw_reg(NRF_SAADC_RESULT_MAXCNT) = 1;
    const bool measured =
        run_adc(NRF_SAADC_START, NRF_SAADC_STARTED) && run_adc(NRF_SAADC_SAMPLE, NRF_SAADC_END);
    run_adc(NRF_SAADC_STOP, NRF_SAADC_STOPPED);
    *fw_reg(NRF_SAADC_ENABLE) = 0;
    if (!measured || code < 0)
        return 0;
    const uint32_t input_mv = (uint32_t)code * ADC_FULL_SCALE_MV / ADC_CODES;
    return input_mv * (FW_NRF_DIVIDER_UPPER_KOHM + FW_NRF_DIVIDER_LOWER_KOHM) /
           FW_NRF_DIVIDER_LOWER_KOHM;
}

void fw_hal_marks(uint32_t pins)
{
    const uint32_t all = (UINT32_C(1) << FW_NRF_MARKS) - 1;
    *fw_reg(NRF_P1_OUTSET) = (pins & all) << FW_NRF_FIRST_MARK % 32;
    *fw_reg(NRF_P1_OUTCLR) = (~pins & all) << FW_NRF_FIRST_MARK % 32;
}

/* The cycle counter stands still while the core waits; the timer says by how much. */
void fw_hal_sleep(uint32_t ticks)
{
    const uint32_t began = fw_hal_ticks();
    *fw_reg(NRF_TIMER_CLEAR) = 1;
    *fw_reg(NRF_TIMER_COMPARE0) = 0;
    *fw_reg(NRF_TIMER_CC0) = ticks / CYCLES_PER_TIMER_TICK + 1;
    if (ticks != 0)
        *fw_reg(NRF_TIMER_INTENSET) = NRF_TIMER_INT_COMPARE0;
    *fw_reg(NRF_TIMER_START) = 1;
    while (!byte_waits() && (ticks == 0 || *fw_reg(NRF_TIMER_COMPARE0) == 0)) {
        fw_core_wait();
        fw_core_not_pending(NRF_UART_INTERRUPT);
        fw_core_not_pending(NRF_TIMER_INTERRUPT);
    }
    *fw_reg(NRF_TIMER_CAPTURE1) = 1;
    *fw_reg(NRF_TIMER_STOP) = 1;
    *fw_reg(NRF_TIMER_INTENCLR) = NRF_TIMER_INT_COMPARE0;
    *fw_reg(FW_DWT_CYCCNT) = began + *fw_reg(NRF_TIMER_CC1) * CYCLES_PER_TIMER_TICK;
}
