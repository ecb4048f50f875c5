/* How the nRF52840 is wired, and what lies where in its flash. The pins are those of the nRF52840
 * DK: UART on the debugger's serial port, SPI and marks on the Arduino headers. Pins of port 1
 * count from 32 on. */
#ifndef FW_BOARDS_NRF52840_BOARD_H
#define FW_BOARDS_NRF52840_BOARD_H

enum {
    FW_NRF_PIN_TXD = 6,     /* P0.06 */
    FW_NRF_PIN_RXD = 8,     /* P0.08 */
    FW_NRF_PIN_SCK = 47,    /* P1.15, D13 */
    FW_NRF_PIN_MISO = 46,   /* P1.14, D12 */
    FW_NRF_PIN_MOSI = 45,   /* P1.13, D11 */
    FW_NRF_PIN_CS = 44,     /* P1.12, D10 */
    FW_NRF_FIRST_MARK = 33, /* P1.01 to P1.08, D0 to D7 */
    FW_NRF_MARKS = 8,
    FW_NRF_ANALOG_INPUT = 1, /* P0.03, A0 */

    /* Resistors of the divider from the storage capacitor to the analogue input and on to ground.
     */
    FW_NRF_DIVIDER_UPPER_KOHM = 1000,
    FW_NRF_DIVIDER_LOWER_KOHM = 1000,

    /* 1 MB of flash: firmware, what is written with it, what is loaded by command. */
    FW_NRF_NETWORK = 0x10000,
    FW_NRF_INPUTS = 0x70000,
    FW_NRF_LOADED_NETWORK = 0x80000,
    FW_NRF_LOADED_INPUTS = 0xE0000,
    FW_NRF_FLASH_END = 0x100000
};

#endif
