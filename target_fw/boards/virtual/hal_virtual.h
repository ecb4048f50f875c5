/* What start-up needs of this board's HAL. */
#ifndef FW_BOARDS_VIRTUAL_HAL_VIRTUAL_H
#define FW_BOARDS_VIRTUAL_HAL_VIRTUAL_H

enum { FW_UART_BAUD = 921600 };

/* Sets up the UART and learns what this board has; before anything else of the HAL. */
void fw_virtual_start(void);

#endif
