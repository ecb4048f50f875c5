/* A copy in RAM of activations that lie in non-volatile memory, for boards with room for it: what
 * was written or read since power-up is not read again. Writes go to both, so that the copy is a
 * copy at each moment and losing it costs nothing but reading. */
#ifndef FW_RT_COPY_H
#define FW_RT_COPY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fw_box;
struct fw_state;
struct fw_tensor;

struct fw_copy {
    uint8_t *ram;      /* like the arena; null when there is no room */
    uint32_t *valid;   /* a bit for each block of it */
    uint32_t run_from; /* the latest writes, one behind the other, */
    uint32_t run_end;  /* filled this range of the arena */
};

/* Takes the RAM that a copy needs if tiles still fit behind it, in FW_MODE_RUN: other modes have
 * inputs there. Nothing is in the copy then. Returns where the memory of tiles begins. */
uint8_t *fw_copy_open(struct fw_state *state);
/* Reads what is missing of a box of `tensor`. */
void fw_copy_fetch(const struct fw_copy *copy, const struct fw_tensor *tensor,
                   const struct fw_box *box);
/* Says that a box was written, in RAM and in non-volatile memory. */
void fw_copy_wrote(struct fw_copy *copy, const struct fw_box *box);

#ifdef __cplusplus
}
#endif

#endif
