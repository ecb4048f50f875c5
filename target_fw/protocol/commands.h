/* Commands: what a host asks of a board over the UART, in the same frames as records.
 *
 * A request is one payload: 0x80 | command, a request number of two bytes, the command's body. The
 * board answers each with a REPLY record that repeats command and number. Both may be lost, come
 * twice or come late, so a host repeats a request under its number until it is answered, and every
 * command may be executed twice. A board ignores requests with a number before the newest one it
 * has seen since power-up (modulo 2^16); IDENTIFY is never ignored and sets the newest, so a host
 * begins with it.
 *
 * All numbers are little-endian; the structures below are bodies, byte for byte. */
#ifndef FW_PROTOCOL_COMMANDS_H
#define FW_PROTOCOL_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target_fw/protocol/messages.h"
#include "target_fw/protocol/network_image.h"
#include "target_fw/protocol/run_config.h"

#ifdef __cplusplus
extern "C" {
#endif

enum fw_command {
    FW_COMMAND_IDENTIFY = 1,    /* no body; struct fw_identity */
    FW_COMMAND_LOAD_BEGIN = 2,  /* struct fw_load; struct fw_load_state */
    FW_COMMAND_LOAD_CHUNK = 3,  /* struct fw_load_chunk and bytes; struct fw_load_state */
    FW_COMMAND_LOAD_END = 4,    /* struct fw_load; struct fw_load_state */
    FW_COMMAND_RUN = 5,         /* struct fw_run_config; struct fw_run_answer */
    FW_COMMAND_STOP = 6,        /* no body; none */
    FW_COMMAND_STATUS = 7,      /* no body; struct fw_work_status */
    FW_COMMAND_READ_RESULT = 8, /* struct fw_result_request; struct fw_result_piece and bytes */
    FW_COMMAND_MEASURE = 9,     /* struct fw_measure; struct fw_measured */
    FW_COMMAND_SELF_TEST = 10   /* no body; struct fw_self_test */
};

enum fw_status {
    FW_STATUS_OK = 0,
    FW_STATUS_UNKNOWN = 1,      /* no such command */
    FW_STATUS_BAD_BODY = 2,     /* a wrong length, or a number that is out of range */
    FW_STATUS_NO_ROOM = 3,      /* larger than the board's memory for it */
    FW_STATUS_OTHER_LOAD = 4,   /* not the object that is being loaded: begin again */
    FW_STATUS_STORE_FAILED = 5, /* writing failed; what was held is forgotten: begin again */
    FW_STATUS_BAD_OBJECT = 6,   /* loaded whole, but its checksum is wrong; it is forgotten */
    FW_STATUS_NOT_THERE = 7,    /* nothing of the kind: no network, no result, nothing to measure */
    FW_STATUS_IN_USE = 8 /* work goes on that reads what would be overwritten: stop it first */
};

enum { FW_REQUEST_HEADER_BYTES = 3, FW_LOAD_CHUNK_MAX = 192, FW_RESULT_PIECE_MAX = 192 };
enum { FW_FIRMWARE_ID_BYTES = 20, FW_BOARD_NAME_MAX = 16 };

/* Of a network image or of inputs; all zero when there are none. */
struct fw_network_name {
    uint32_t crc32;               /* of the image header */
    char name[FW_IMAGE_NAME_MAX]; /* zero-terminated */
};

struct fw_inputs_name {
    uint32_t crc32; /* of the inputs header */
    uint32_t count;
};

/* IDENTIFY. */
struct fw_identity {
    uint8_t firmware[FW_FIRMWARE_ID_BYTES]; /* the GNU build id of the firmware's ELF file */
    char board[FW_BOARD_NAME_MAX];          /* zero-terminated */
    uint32_t ticks_per_second;
    uint32_t working_bytes;   /* of RAM, for tiles or an arena */
    uint32_t nv_bytes;        /* of non-volatile memory, without the two regions: */
    uint32_t loaded_bytes[2]; /* by enum fw_object: room for what is loaded by command */
    struct fw_network_name networks[FW_SOURCES];
    struct fw_inputs_name inputs[FW_SOURCES];
    struct fw_run_config config; /* as it lies in non-volatile memory */
    uint32_t inference;          /* progress of the run: the first that is not done */
    uint16_t layer;
    uint16_t tile;
    uint16_t protocol;    /* FW_PROTOCOL_VERSION */
    uint8_t fast_kernels; /* 1: those for the core's SIMD instructions; 0: plain C */
    uint8_t reserved;
};

/* LOAD_BEGIN, LOAD_END: which object is meant. */
struct fw_load {
    uint32_t object; /* enum fw_object */
    uint32_t size;   /* of the whole, in bytes; 1 or more */
    uint32_t crc32;  /* of the whole */
};

/* LOAD_CHUNK, in order and at multiples of 8; all but the last hold a multiple of 8 bytes, at most
 * FW_LOAD_CHUNK_MAX. The bytes follow. */
struct fw_load_chunk {
    uint32_t object;
    uint32_t crc32; /* of the whole: tells loads apart */
    uint32_t offset;
};

/* The answer to all three, whatever the status: the board holds the first `held` bytes, and goes on
 * from there, also after a power failure. */
struct fw_load_state {
    uint32_t held;
    uint32_t room; /* for this object */
};

/* RUN. A configuration that differs from the present one in `mode` at most is no new run. */
struct fw_run_answer {
    uint32_t started;   /* 1 when this made a new run */
    uint32_t bad_field; /* BAD_BODY: offset of the first bad field in struct fw_run_config */
};

enum fw_work_state { FW_WORK_NONE = 0, FW_WORK_RUNNING = 1, FW_WORK_DONE = 2, FW_WORK_FAULT = 3 };

/* STATUS. */
struct fw_work_status {
    uint32_t run_id;
    uint32_t inference; /* the first that is not done */
    uint16_t layer;
    uint16_t tile;
    uint32_t fault_detail;
    uint8_t state; /* enum fw_work_state */
    uint8_t fault; /* enum fw_fault_code of this power cycle; 0 none */
    uint8_t mode;  /* enum fw_mode */
    uint8_t strategy;
    uint16_t boot;
    uint16_t attempts;
    uint32_t supply_mv;
};

/* READ_RESULT, of the last inference that was done. */
struct fw_result_request {
    uint32_t offset;
};

/* As many bytes as there are from the offset on, at most FW_RESULT_PIECE_MAX, follow. */
struct fw_result_piece {
    uint32_t inference;
    uint16_t total;
    uint16_t offset;
};

enum fw_measurable {
    FW_MEASURE_KERNEL = 0,   /* `count` times a tile, or all, of a layer, in RAM */
    FW_MEASURE_NV_READ = 1,  /* of `count` bytes, in blocks of FW_MEASURE_BLOCK */
    FW_MEASURE_NV_WRITE = 2, /* likewise */
    FW_MEASURE_COMMIT = 3,   /* `count` records in two slots */
    FW_MEASURE_SLEEP = 4     /* of `count` ticks; a byte from the host ends it */
};

enum { FW_MEASURE_BLOCK = 1024, FW_MEASURE_WHOLE_LAYER = 0xFFFF };

/* MEASURE. A pin, FW_MARK_MEASURE, is high while what is measured goes on. */
struct fw_measure {
    uint8_t what;   /* enum fw_measurable */
    uint8_t source; /* enum fw_source, of the network */
    uint16_t layer;
    uint16_t tile; /* or FW_MEASURE_WHOLE_LAYER */
    uint16_t reserved;
    uint32_t count; /* 1 or more */
};

struct fw_measured {
    uint32_t ticks;  /* of all of it */
    uint32_t needed; /* kernel: bytes of working memory, NO_ROOM or not */
};

enum fw_self_tested {
    FW_TESTED_RAM = 1,    /* every word of working memory */
    FW_TESTED_NV = 2,     /* a block of non-volatile memory */
    FW_TESTED_SLOTS = 4,  /* a record outlives the tearing of the next one */
    FW_TESTED_CRC = 8,    /* "123456789" */
    FW_TESTED_TICKS = 16, /* they count */
    FW_TESTED_ADC = 32,   /* the supply voltage is plausible */
    FW_TESTED_KERNEL = 64 /* a layer gives the answer that was worked out by hand */
};

/* SELF_TEST: a mask each of what passed, what failed and what the board does not have. */
struct fw_self_test {
    uint32_t passed;
    uint32_t failed;
    uint32_t absent;
};

/* One request, taken apart; `body` points into the payload. */
struct fw_request {
    uint8_t command;
    uint16_t number;
    const uint8_t *body;
    size_t size;
};

/* Returns the payload's length, or 0 when the command is above 127 or the body too long. */
size_t fw_request_write(uint8_t payload[FW_RECORD_MAX], const struct fw_request *request);
/* False when `payload` is no request. */
bool fw_request_read(struct fw_request *request, const uint8_t *payload, size_t size);

#ifdef __cplusplus
}
#endif

#endif
