/* The second command set: what a device says to the runner of the benchmark MLPerf Tiny. Commands
 * are text that ends with '%'; every answer ends with "m-ready". In the mode `mlperf-performance`
 * timestamps are text in microseconds, in `mlperf-energy` falling edges of FW_MARK_TIMESTAMP. */
#ifndef FW_APP_MLPERF_H
#define FW_APP_MLPERF_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FW_MLPERF_LINE_MAX = 80 };

struct fw_state;
struct fw_inputs_header;

/* Zero-initialised it has heard nothing. */
struct fw_mlperf {
    char line[FW_MLPERF_LINE_MAX]; /* the command so far */
    uint32_t used;                 /* characters of it; more than there is room for when too long */
    struct fw_inputs_header *input; /* in working memory, with its bytes behind it */
    uint32_t received;              /* bytes of it */
    uint32_t ticks;                 /* at the last look */
    uint64_t elapsed;               /* ticks since power-up, which do not wrap */
};

/* Whether the board was told to answer to this set, and can. */
bool fw_mlperf_is_on(const struct fw_state *state);
/* Sets the line's speed (115,200 baud, or 9,600 in the mode `mlperf-energy`) and says hello. The
 * network is that of the run configuration, executed with its strategy. */
void fw_mlperf_begin(struct fw_state *state);
/* Takes a byte of the line that the server's frame reader has taken. */
void fw_mlperf_take(struct fw_state *state, uint8_t byte);

#ifdef __cplusplus
}
#endif

#endif
