/* What the host asks of the firmware: strategy, records, how many inferences. It lies at the start
 * of the non-volatile memory, where the host writes it before a run, or the firmware when a command
 * brings it. */
#ifndef FW_PROTOCOL_RUN_CONFIG_H
#define FW_PROTOCOL_RUN_CONFIG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FW_RUN_CONFIG_MAGIC = 0x43524653, FW_RUN_CONFIG_VERSION = 2 }; /* "SFRC" */

/* Of the non-volatile memory: what lies before are the firmware's own records. */
enum { FW_NV_ARENA = 0x1000 }; /* activations, of the strategies that keep them here */

enum fw_strategy {
    FW_STRATEGY_RESTART = 0, /* activations in RAM; an inference that loses power starts anew */
    FW_STRATEGY_LAYER = 1,   /* a checkpoint after each layer */
    FW_STRATEGY_TILE = 2,    /* a checkpoint after each output tile, or after each few */
    FW_STRATEGY_VOLTAGE = 3  /* activations in RAM; a snapshot when the storage voltage falls */
};

/* Tiles between two commits of `tile`; any other number is that many. */
enum { FW_COMMIT_AS_PLANNED = 0, FW_COMMIT_BY_ENERGY = 0xFFFF };

/* Where the network image and the inputs are read. */
enum fw_source {
    FW_SOURCE_BUILT_IN = 0, /* written with the firmware */
    FW_SOURCE_LOADED = 1,   /* loaded by command */
    FW_SOURCES = 2
};

/* What a host loads by command. */
enum fw_object { FW_OBJECT_NETWORK = 0, FW_OBJECT_INPUTS = 1, FW_OBJECTS = 2 };

enum fw_mode {
    FW_MODE_RUN = 0,                /* at power-up: go on with the run; then serve commands */
    FW_MODE_MLPERF_PERFORMANCE = 1, /* the command set of MLPerf Tiny, timestamps as text */
    FW_MODE_MLPERF_ENERGY = 2,      /* the same, timestamps as edges of a pin */
    FW_MODE_IDLE = 3                /* nothing but commands: a run that was stopped */
};

enum fw_record_level {
    FW_RECORDS_RESULTS = 0,     /* boot, restore, result, fault, lost, idle */
    FW_RECORDS_LAYERS = 1,      /* and inferences and layers, begin and end */
    FW_RECORDS_CHECKPOINTS = 2, /* and each checkpoint */
    FW_RECORDS_TILES = 3        /* and each tile's begin and end */
};

struct fw_run_config {
    uint32_t magic;
    uint16_t version;
    uint8_t strategy;          /* enum fw_strategy */
    uint8_t record_level;      /* enum fw_record_level */
    uint32_t run_id;           /* tells runs apart that are otherwise the same */
    uint32_t inferences;       /* sleep after this many; 0 runs on */
    uint32_t attempts;         /* power cycles without progress before a fault record; 1 or more */
    uint32_t period_ticks;     /* from the begin of one inference to the next; 0 runs at once */
    uint16_t tiles_per_commit; /* FW_COMMIT_AS_PLANNED, FW_COMMIT_BY_ENERGY, or how many */
    uint16_t snapshot_mv;      /* `voltage`: snapshot when the storage voltage is below this */
    uint16_t off_mv;           /* storage voltage at which the rail fails; 0 is unknown */
    uint8_t source;            /* enum fw_source */
    uint8_t mode;              /* enum fw_mode */
    uint32_t crc32;            /* of the bytes before */
};

#ifdef __cplusplus
}
#endif

#endif
