/* A board inside the process: the same firmware, compiled for the host, for tests and for losing
 * power at any byte. Each call of fw_host_power_up() is one power cycle. */
#ifndef FW_BOARDS_HOST_HOST_BOARD_H
#define FW_BOARDS_HOST_HOST_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "target_fw/hal/hal.h"
#include "target_fw/rt/defect.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FW_HOST_NEVER UINT64_MAX
#define FW_HOST_POWER_FAILS UINT32_MAX

enum fw_host_end {
    FW_HOST_SLEEPS,     /* until power is lost */
    FW_HOST_POWER_LOST, /* at the byte that was asked for, or when the supply said so */
    FW_HOST_TRAPPED,    /* by an access outside the non-volatile memory */
    FW_HOST_RETURNED    /* only fw_host_run(): the work came to its end */
};

enum fw_host_access { FW_HOST_READ, FW_HOST_WRITE };

/* The caller owns all memory. network, inputs and working are 4-aligned. */
struct fw_host_board {
    /* The board. */
    struct fw_region network;    /* built in */
    struct fw_region inputs;     /* built in; at least a struct fw_inputs_header of room */
    uint8_t *loaded[FW_OBJECTS]; /* room for what is loaded by command; null for none */
    uint32_t loaded_bytes[FW_OBJECTS];
    uint8_t *working; /* filled with noise at power-up */
    uint32_t working_bytes;
    uint8_t *nv;
    uint32_t nv_bytes;
    uint32_t supply_mv; /* 0: it cannot measure that */
    uint32_t ticks_per_second;

    /* What happens to it. */
    uint64_t write_budget; /* bytes that this power cycle may write to nv; the next one is lost */
    uint64_t cut_write; /* this write to nv, counted from 1 in each power cycle, is its last; 0: no
                         * such limit */
    uint32_t cut_bytes; /* of that write, if there are more */
    bool line_blocked;  /* the UART takes nothing */
    const uint8_t *uart_in; /* waiting bytes from the host; both move on as they are read */
    uint32_t uart_in_bytes;

    enum fw_defect defect; /* that the firmware has */
    uint32_t left_over;    /* RAM that is neither cleared nor noise at power-up */

    /* Who watches; null for nobody. `on_uart` may add waiting bytes. */
    void *context;
    /* In place of supply_mv, asked at each measurement: mV, or FW_HOST_POWER_FAILS, and power is
     * lost then and there. */
    uint32_t (*supply)(void *context);
    void (*on_uart)(void *context, const uint8_t *bytes, uint32_t size);
    /* `bytes` are what is read, or will be written. */
    void (*on_nv)(void *context, enum fw_host_access access, uint32_t offset, const uint8_t *bytes,
                  uint32_t size);

    /* What it does. `ticks` and `writes` restart at each power-up; the others count on. */
    uint32_t ticks; /* one a HAL call, one a byte of nv, ten a byte of UART, and what is slept */
    uint32_t marks;
    uint64_t writes; /* to nv, the one that is under way included */
    uint64_t nv_written;
    uint32_t power_ups;
};

/* Switches the board on and runs the firmware until it sleeps for good or power is lost. Nothing of
 * the firmware survives but what is in nv. Different threads may have boards of their own. */
enum fw_host_end fw_host_power_up(struct fw_host_board *host);
/* Switches the board on and runs `work` instead, which may call parts of the firmware. */
enum fw_host_end fw_host_run(struct fw_host_board *host, void (*work)(void *argument),
                             void *argument);

#ifdef __cplusplus
}
#endif

#endif
