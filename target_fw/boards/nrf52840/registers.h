/* The registers of the nRF52840 that its HAL uses.
 *
 * Source: Nordic Semiconductor, nRF52840 Product Specification, the register overview of each
 * peripheral. A task is triggered by writing 1, an event reads 1 and is cleared by writing 0. */
#ifndef FW_BOARDS_NRF52840_REGISTERS_H
#define FW_BOARDS_NRF52840_REGISTERS_H

enum {
    NRF_CLOCK_HFCLKSTART = 0x40000000,   /* task */
    NRF_CLOCK_HFCLKSTARTED = 0x40000100, /* event */
    NRF_POWER_RESETREAS = 0x40000400,    /* of all resets since it was cleared, by writing ones */
    NRF_RESETREAS_PIN = 1 << 0,
    NRF_RESETREAS_WATCHDOG = 1 << 1,
    NRF_RESETREAS_SOFTWARE = 1 << 2,
    NRF_RESETREAS_LOCKUP = 1 << 3,

    NRF_UART_STARTRX = 0x40002000, /* task */
    NRF_UART_STARTTX = 0x40002008, /* task */
    NRF_UART_RXDRDY = 0x40002108,  /* event */
    NRF_UART_TXDRDY = 0x4000211C,  /* event */
    NRF_UART_INTENSET = 0x40002304,
    NRF_UART_INT_RXDRDY = 1 << 2,
    NRF_UART_ENABLE = 0x40002500,
    NRF_UART_ENABLED = 4,
    NRF_UART_PSEL_RTS = 0x40002508,
    NRF_UART_PSEL_TXD = 0x4000250C,
    NRF_UART_PSEL_CTS = 0x40002510,
    NRF_UART_PSEL_RXD = 0x40002514,
    NRF_UART_RXD = 0x40002518,
    NRF_UART_TXD = 0x4000251C,
    NRF_UART_BAUDRATE = 0x40002524,
    NRF_UART_CONFIG = 0x4000256C, /* 0: no parity, no flow control */
    NRF_UART_INTERRUPT = 2,

    NRF_SPI_READY = 0x40003108, /* event */
    NRF_SPI_ENABLE = 0x40003500,
    NRF_SPI_ENABLED = 1,
    NRF_SPI_PSEL_SCK = 0x40003508,
    NRF_SPI_PSEL_MOSI = 0x4000350C,
    NRF_SPI_PSEL_MISO = 0x40003510,
    NRF_SPI_RXD = 0x40003518,
    NRF_SPI_TXD = 0x4000351C,
    NRF_SPI_FREQUENCY = 0x40003524,
    NRF_SPI_CONFIG = 0x40003554, /* 0: mode 0, most significant bit first */

    NRF_SAADC_START = 0x40007000,   /* task */
    NRF_SAADC_SAMPLE = 0x40007004,  /* task */
    NRF_SAADC_STOP = 0x40007008,    /* task */
    NRF_SAADC_STARTED = 0x40007100, /* event */
    NRF_SAADC_END = 0x40007104,     /* event */
    NRF_SAADC_STOPPED = 0x40007114, /* event */
    NRF_SAADC_ENABLE = 0x40007500,
    NRF_SAADC_CH0_PSELP = 0x40007510, /* 1 + number of the analogue input */
    NRF_SAADC_CH0_CONFIG = 0x40007518,
    NRF_SAADC_GAIN_SIXTH = 0 << 8, /* with the reference of 0.6 V: 3.6 V full scale */
    NRF_SAADC_TACQ_40US = 5 << 16,
    NRF_SAADC_RESOLUTION = 0x400075F0,
    NRF_SAADC_12_BITS = 2,
    NRF_SAADC_RESULT_PTR = 0x4000762C,
    NRF_SAADC_RESULT_MAXCNT = 0x40007630,

    NRF_TIMER_START = 0x40008000,    /* task */
    NRF_TIMER_STOP = 0x40008004,     /* task */
    NRF_TIMER_CLEAR = 0x4000800C,    /* task */
    NRF_TIMER_CAPTURE1 = 0x40008044, /* task */
    NRF_TIMER_COMPARE0 = 0x40008140, /* event */
    NRF_TIMER_INTENSET = 0x40008304,
    NRF_TIMER_INTENCLR = 0x40008308,
    NRF_TIMER_INT_COMPARE0 = 1 << 16,
    NRF_TIMER_BITMODE = 0x40008508,
    NRF_TIMER_32_BITS = 3,
    NRF_TIMER_PRESCALER = 0x40008510, /* 0: counts at 16 MHz */
    NRF_TIMER_CC0 = 0x40008540,
    NRF_TIMER_CC1 = 0x40008544,
    NRF_TIMER_INTERRUPT = 8,

    NRF_NVMC_READY = 0x4001E400, /* bit 0 */
    NRF_NVMC_CONFIG = 0x4001E504,
    NRF_NVMC_READ_ONLY = 0,
    NRF_NVMC_WRITES = 1,
    NRF_NVMC_ERASES = 2,
    NRF_NVMC_ERASEPAGE = 0x4001E508, /* write: address of the page */
    NRF_NVMC_ICACHECNF = 0x4001E540, /* bit 0: instruction cache on */

    NRF_P0_OUTSET = 0x50000508,
    NRF_P0_PIN_CNF = 0x50000700, /* of pin 0; P1 follows 0x300 later */
    NRF_P1 = 0x300,
    NRF_P1_OUTSET = 0x50000808,
    NRF_P1_OUTCLR = 0x5000080C,
    NRF_PIN_OUTPUT = 3,         /* direction out, input buffer off */
    NRF_PIN_CLOCK = 1 | 3 << 8, /* direction out, input buffer on, high drive */
    NRF_PIN_INPUT_PULLUP = 3 << 2
};

#define NRF_NOT_CONNECTED UINT32_C(0xFFFFFFFF) /* PSEL */
#define NRF_SPI_8_MHZ UINT32_C(0x80000000)     /* FREQUENCY */

#endif
