/* How the STM32L476RG is wired, and what lies where in its flash. The pins are those of the
 * Nucleo-L476RG: UART on the debugger's serial port, SPI and analogue input on the Arduino headers,
 * marks on the outer ones. */
#ifndef FW_BOARDS_STM32L4_BOARD_H
#define FW_BOARDS_STM32L4_BOARD_H

enum {
    FW_STM_PIN_TXD = 2,    /* PA2, alternate function 7 */
    FW_STM_PIN_RXD = 3,    /* PA3, alternate function 7 */
    FW_STM_PIN_SCK = 5,    /* PA5, D13, alternate function 5 */
    FW_STM_PIN_MISO = 6,   /* PA6, D12, alternate function 5 */
    FW_STM_PIN_MOSI = 7,   /* PA7, D11, alternate function 5 */
    FW_STM_PIN_CS = 6,     /* PB6, D10 */
    FW_STM_MARKS = 8,      /* PC0 to PC7 */
    FW_STM_PIN_SUPPLY = 0, /* PA0, A0 */
    FW_STM_ADC_CHANNEL = 5,

    /* Of the converter's reference: the regulated rail on VDDA. */
    FW_STM_RAIL_MV = 3300,
    /* Resistors of the divider from the storage capacitor to the analogue input and on to ground.
     */
    FW_STM_DIVIDER_UPPER_KOHM = 1000,
    FW_STM_DIVIDER_LOWER_KOHM = 1000,

    /* 1 MB of flash: firmware, what is written with it, and in the second bank what is loaded by
     * command. */
    FW_STM_NETWORK = 0x08010000,
    FW_STM_INPUTS = 0x08070000,
    FW_STM_SECOND_BANK = 0x08080000,
    FW_STM_LOADED_NETWORK = FW_STM_SECOND_BANK,
    FW_STM_LOADED_INPUTS = 0x080E0000,
    FW_STM_FLASH_END = 0x08100000
};

#endif
