/* The telemetry records: one payload of a frame each. PROTOCOL.md has the byte tables.
 *
 * A record is a header of 11 bytes and a body whose layout its type gives; all numbers are
 * little-endian. (boot, sequence) grows strictly over the life of a board: `boot` counts power-ups
 * in non-volatile memory and `sequence` counts the records since then, so that a receiver sees
 * every lost, repeated or reordered record, across resets too. */
#ifndef FW_PROTOCOL_MESSAGES_H
#define FW_PROTOCOL_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    FW_PROTOCOL_VERSION = 1,
    FW_RECORD_HEADER_BYTES = 11,
    FW_RECORD_MAX = 250, /* the longest payload of a frame */
    FW_RESULT_CHUNK_MAX = 200,
    FW_REPLY_BODY_MAX = 200
};

enum fw_record_type {
    FW_RECORD_BOOT = 1,
    FW_RECORD_RESTORE = 2,
    FW_RECORD_INFERENCE_BEGIN = 3,
    FW_RECORD_INFERENCE_END = 4,
    FW_RECORD_LAYER_BEGIN = 5,
    FW_RECORD_LAYER_END = 6,
    FW_RECORD_TILE_BEGIN = 7,
    FW_RECORD_TILE_END = 8,
    FW_RECORD_CHECKPOINT = 9,
    FW_RECORD_RESULT = 10,
    FW_RECORD_FAULT = 11,
    FW_RECORD_LOST = 12,
    FW_RECORD_IDLE = 13,
    FW_RECORD_REPLY = 14
};

enum fw_boot_cause {
    FW_BOOT_POWER_ON = 1,
    FW_BOOT_RESET = 2,
    FW_BOOT_WATCHDOG = 3,
    FW_BOOT_UNKNOWN = 0
};

enum fw_fault_code {
    FW_FAULT_NO_PROGRESS = 1, /* the same work did not finish in `attempts` power cycles */
    FW_FAULT_BAD_NETWORK = 2, /* detail: enum fw_image_fault */
    FW_FAULT_BAD_INPUTS = 3,
    FW_FAULT_BAD_CONFIG = 4,
    FW_FAULT_TOO_LARGE = 5, /* arena or working memory exceeds the board; detail: bytes needed */
    FW_FAULT_HARD = 6,      /* the processor trapped */
    FW_FAULT_NO_SUPPLY = 7  /* strategy or commits go by the storage voltage: no ADC for it */
};

/* ticks: board ticks since power-up when the event happened, before this record was sent.
 * send_ticks: what sending the previous record of this boot took; 0xFFFF means that or more. */
struct fw_record_header {
    uint8_t type;
    uint16_t boot;
    uint16_t sequence;
    uint32_t ticks;
    uint16_t send_ticks;
};

struct fw_boot_record {
    uint8_t protocol;     /* FW_PROTOCOL_VERSION */
    uint8_t cause;        /* enum fw_boot_cause */
    uint8_t strategy;     /* enum fw_strategy */
    uint8_t record_level; /* enum fw_record_level */
    uint32_t ticks_per_second;
    uint32_t network_crc32; /* of the image header; 0 without a network */
    uint16_t supply_mv;     /* storage voltage at boot */
    uint16_t attempts;      /* power cycles without progress so far */
};

/* Progress was found in non-volatile memory; work goes on at this place. */
struct fw_restore_record {
    uint32_t inference;
    uint16_t layer;
    uint16_t tile;
    uint32_t duration_ticks; /* what finding it took, up to `ticks` */
};

/* Also INFERENCE_END. */
struct fw_inference_record {
    uint32_t inference; /* counts up from 0 over all power cycles of a run */
};

/* LAYER_BEGIN, TILE_BEGIN: `tile` is the first tile that will be run. LAYER_END: tile_count of the
 * layer. TILE_END: the tile that ended. */
struct fw_position_record {
    uint32_t inference;
    uint16_t layer;
    uint16_t tile;
};

/* Progress was committed: work before (layer, tile) need not be done again. Written after the
 * commit; writing outputs and commit took the `duration_ticks` before `ticks`. */
struct fw_checkpoint_record {
    uint32_t inference;
    uint16_t layer;
    uint16_t tile; /* first tile not yet done; the layer's tile_count at its end */
    uint32_t duration_ticks;
    uint32_t written_bytes; /* to non-volatile memory in that time */
};

/* An output, in chunks of at most FW_RESULT_CHUNK_MAX bytes. */
struct fw_result_record {
    uint32_t inference;
    uint16_t total;  /* bytes of the whole output */
    uint16_t offset; /* of this chunk */
    uint8_t size;
    uint8_t bytes[FW_RESULT_CHUNK_MAX];
};

struct fw_fault_record {
    uint8_t code; /* enum fw_fault_code */
    uint32_t inference;
    uint16_t layer;
    uint16_t tile;
    uint16_t attempts;
    uint32_t detail;
};

/* Records that could not be sent since the last one that was. */
struct fw_lost_record {
    uint32_t count;
};

/* The asked-for inferences are done, the period has not passed yet, or a snapshot was taken and the
 * storage is not charged again; the board sleeps. */
struct fw_idle_record {
    uint32_t inferences_done;
};

/* What a request asked for; commands.h has the bodies. */
struct fw_reply_record {
    uint8_t command;  /* enum fw_command */
    uint16_t request; /* number of the request, as it came */
    uint8_t status;   /* enum fw_status */
    uint8_t size;
    uint8_t bytes[FW_REPLY_BODY_MAX];
};

struct fw_record {
    struct fw_record_header header;
    union {
        struct fw_boot_record boot;
        struct fw_restore_record restore;
        struct fw_inference_record inference;
        struct fw_position_record position;
        struct fw_checkpoint_record checkpoint;
        struct fw_result_record result;
        struct fw_fault_record fault;
        struct fw_lost_record lost;
        struct fw_idle_record idle;
        struct fw_reply_record reply;
    } body;
};

/* Returns the payload's length, or 0 for an unknown type or for bytes that are too many. */
size_t fw_record_write(uint8_t payload[FW_RECORD_MAX], const struct fw_record *record);
/* Returns false, leaving `record` undefined, unless `payload` is one record of exactly its length.
 */
bool fw_record_read(struct fw_record *record, const uint8_t *payload, size_t size);

#ifdef __cplusplus
}
#endif

#endif
