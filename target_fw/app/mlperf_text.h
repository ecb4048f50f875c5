/* Words and numbers of the text command set, read and written. */
#ifndef FW_APP_MLPERF_TEXT_H
#define FW_APP_MLPERF_TEXT_H

#include <stdint.h>

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The next word of a text that single spaces divide, cut off and passed over; null at its end. */
const char *fw_next_word(char **rest);
/* A decimal number as C's atoi() reads it; what exceeds 999,999,999 is that. */
int32_t fw_number_of(const char *word);
/* The value of two hexadecimal digits, or -1. */
int fw_hex_of(const char *digits);
/* What the benchmark calls the network of this name, or the name itself. */
const char *fw_benchmark_model(const char *network);

void fw_text(struct fw_state *state, const char *text);
void fw_text_number(struct fw_state *state, uint64_t number);
/* `begin`, the number, and the end of the line. */
void fw_text_line(struct fw_state *state, const char *begin, uint32_t number);
void fw_text_hex(struct fw_state *state, uint8_t byte);
/* The real values of the last output with three decimals each, and commas between. */
void fw_text_output(struct fw_state *state);

/* Thousandths of an output quantum's real value: (quantum - zero_point) * multiplier *
 * 2^(shift - 31) * 1000, to the nearest, and to the even one of two as near.
 *
 *   multiplier  0 to 2^31 - 1
 *   shift       -31 to 30
 *   returns     at most 2^31 - 1 in magnitude */
int32_t fw_thousandths(int32_t quantum, int32_t zero_point, int32_t multiplier, int32_t shift);

#ifdef __cplusplus
}
#endif

#endif
