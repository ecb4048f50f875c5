#include "target_fw/rt/copy.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "target_fw/rt/defect.h"
#include "target_fw/rt/patch.h"
#include "target_fw/rt/state.h"
#include "target_fw/rt/tile.h"

enum { BLOCK = 64 /* bytes */, BITS = 32, WORD = 4 };

uint8_t *fw_copy_open(struct fw_state *state)
{
    const struct fw_board *board = state->board;
    const uint32_t arena = fw_words(state->network->arena_bytes);
    const uint32_t bits = arena / BLOCK / BITS * WORD + WORD;
    state->copy = (struct fw_copy){.run_end = UINT32_MAX};
    if (state->config.mode != FW_MODE_RUN)
        return board->working;
    if ((uint64_t)arena + bits + state->network->working_bytes > board->working_bytes)
        return board->working;
    void *valid = board->working + arena;
    if (!FW_DEFECT(COPY_NOT_CLEARED))
        memset(valid, 0, bits);
    state->copy.ram = board->working;
    state->copy.valid = (uint32_t *)valid;
    return board->working + arena + bits;
}

static bool is_valid(const struct fw_copy *copy, uint32_t block)
{
    return (copy->valid[block / BITS] >> block % BITS & 1) != 0;
}

/* Reads what is missing of [from, end), in blocks of which neighbours are read together. Of a block
 * that reaches out of the tensor [tensor, tensor_end) only what lies in it is read, and each time:
 * what lies beside it may be an output, which is never read before it is written. */
static void fetch(const struct fw_copy *copy, uint32_t from, uint32_t end, uint32_t tensor,
                  uint32_t tensor_end)
{
    const uint32_t behind = (end + BLOCK - 1) / BLOCK;
    for (uint32_t block = from / BLOCK; block < behind; block++) {
        const uint32_t first = block;
        for (; block < behind && !is_valid(copy, block); block++)
            if (block * BLOCK >= tensor && (block + 1) * BLOCK <= tensor_end)
                copy->valid[block / BITS] |= UINT32_C(1) << block % BITS;
        if (block == first)
            continue;
        const uint32_t start = first * BLOCK > tensor ? first * BLOCK : tensor;
        const uint32_t stop = block * BLOCK < tensor_end ? block * BLOCK : tensor_end;
        fw_hal_nv_read(copy->ram + start, FW_NV_ARENA + start, stop - start);
    }
}

void fw_copy_fetch(const struct fw_copy *copy, const struct fw_tensor *tensor,
                   const struct fw_box *box)
{
    const uint32_t tensor_end = tensor->offset + (uint32_t)tensor->height * tensor->width *
                                                     tensor->channels * tensor->element_bytes;
    const uint32_t line = (box->runs - 1) * box->run_stride + box->run_bytes;
    for (uint32_t i = 0; i < box->lines; i++) {
        const uint32_t from = box->offset + i * box->line_stride;
        fetch(copy, from, from + line, tensor->offset, tensor_end);
    }
}

/* Blocks that are filled by this write, or by those before and this one. */
static void wrote(struct fw_copy *copy, uint32_t from, uint32_t end)
{
    if (from != copy->run_end)
        copy->run_from = from;
    copy->run_end = end;
    uint32_t block = from / BLOCK;
    if (block * BLOCK < copy->run_from)
        block++;
    for (; (block + 1) * BLOCK <= end; block++)
        copy->valid[block / BITS] |= UINT32_C(1) << block % BITS;
}

void fw_copy_wrote(struct fw_copy *copy, const struct fw_box *box)
{
    if (box->runs != 1 && box->run_bytes < BLOCK)
        return;
    for (uint32_t line = 0; line < box->lines; line++) {
        for (uint32_t run = 0; run < box->runs; run++) {
            const uint32_t from = box->offset + line * box->line_stride + run * box->run_stride;
            wrote(copy, from, from + box->run_bytes);
        }
    }
}
