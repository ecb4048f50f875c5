/* The virtual board as its firmware and its emulator both know it.
 *
 * Memory, UART, counter and mark register lie where the MPS2 boards have them, so that the same
 * code runs there; the registers from FW_VB_SUPPLY on exist on the virtual board only. */
#ifndef FW_PROTOCOL_VIRTUAL_BOARD_H
#define FW_PROTOCOL_VIRTUAL_BOARD_H

enum {
    FW_VB_FLASH = 0x00000000,
    FW_VB_FLASH_BYTES = 0x00200000,
    FW_VB_NETWORK = 0x00040000, /* the network image, in flash */
    FW_VB_NETWORK_BYTES = 0x00140000,
    FW_VB_INPUTS = 0x00180000, /* struct fw_inputs_header and the inputs, in flash */
    FW_VB_INPUTS_BYTES = 0x00080000,
    FW_VB_SRAM = 0x20000000,
    FW_VB_SRAM_BYTES = 0x00010000, /* what the linker script counts on; a board may have more */
    FW_VB_FRAM = 0x21000000,
    FW_VB_FRAM_BYTES = 0x00040000,
    /* Of a FRAM's size, in sixteenths from its end: what is loaded by command. The rest, before it,
     * is the firmware's non-volatile memory. */
    FW_VB_LOADED_INPUTS_SIXTEENTHS = 1,
    FW_VB_LOADED_NETWORK_SIXTEENTHS = 7,

    FW_VB_UART = 0x40004000, /* CMSDK APB UART */
    FW_VB_UART_DATA = 0x00,
    FW_VB_UART_STATE = 0x04,   /* bit 0: transmit buffer full; bit 1: receive buffer full; bit 3:
                                receive overrun, cleared by writing 1; a byte in the receive
                                buffer ends WFI */
    FW_VB_UART_CTRL = 0x08,    /* bit 0: transmit enable; bit 1: receive enable */
    FW_VB_UART_BAUDDIV = 0x10, /* core clock cycles per bit, 16 or more */

    FW_VB_SYSTEM = 0x40028000,
    FW_VB_MARKS = 0x00,   /* write: the 8 mark pins that the bench records with their time */
    FW_VB_COUNTER = 0x18, /* read: core clock cycles since power-up, wraps at 2^32 */

    FW_VB_SUPPLY =
        0x800, /* read: storage voltage in mV, as the ADC ahead of the regulator sees it */
    FW_VB_POWER_GOOD = 0x804, /* read: 1 while the regulator says power good */
    FW_VB_WAKE_AFTER =
        0x808,               /* write: the next WFI lasts this many cycles; 0 until power is lost */
    FW_VB_RANDOM = 0x80C,    /* read: 32 random bits */
    FW_VB_CLOCK_HZ = 0x810,  /* read: core clock in Hz */
    FW_VB_SRAM_SIZE = 0x814, /* read: bytes of SRAM of this board */
    FW_VB_FRAM_SIZE = 0x818  /* read: bytes of FRAM of this board */
};

#endif
