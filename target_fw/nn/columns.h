/* The multiplication of the fast kernels: columns, which are windows of the input laid out for the
 * multiplier, times filters, as they lie in the image. Only nn includes this.
 *
 * A column holds values as int16, less their zero point, eight taps to a group, in the pairs that
 * SXTB16 takes weights apart into: (0, 2) (1, 3) (4, 6) (5, 7) or, for weights of four bits,
 * (0, 4) (2, 6) (1, 5) (3, 7). Columns of several places are interleaved: a pair of each, then the
 * next pair. The last group is filled up with zeroes, so that it does not matter which weights are
 * read for it. */
#ifndef FW_NN_COLUMNS_H
#define FW_NN_COLUMNS_H

#include "target_fw/nn/dsp.h"
#include "target_fw/nn/job.h"

enum {
    FW_PLACES = 4, /* interleaved columns; fw_conv_places() says so too */
    FW_GROUP = 8,  /* taps */
    /* The taps of int16 elements whose products, of at most 2^22 each, surely fit into 32 bits. */
    FW_WIDE_TAPS = 504
};

/* Appends `groups` groups of the elements at `values` to one of `places` interleaved columns.
 * Returns where the next group goes. */
uint32_t *fw_append(const struct fw_job *job, uint32_t *column, uint32_t places, const void *values,
                    uint32_t groups);
/* The same with zeroes, which is what padding is. */
uint32_t *fw_append_padding(uint32_t *column, uint32_t places, uint32_t groups);

/* Bytes that a group takes of a filter. */
static inline uint32_t fw_group_bytes(const struct fw_layer *layer)
{
    return layer->weight_bits == 4 ? FW_GROUP / 2 : FW_GROUP;
}

/* Columns and the filters that they are multiplied with. */
struct fw_factors {
    const uint32_t *columns; /* from a group on */
    const int8_t *filter;    /* the weights of that group */
    size_t next;             /* bytes to the filter of the next output channel */
    uint32_t groups;         /* 1 or more */
    uint32_t places;         /* 1 or FW_PLACES */
    uint32_t filters;        /* 4, 2 or 1 with one place; 2 with FW_PLACES */
    uint32_t weight_bits;
};

/* How many filters, of `left` ones, one place is multiplied with at once. */
static inline uint32_t fw_filters_at_once(uint32_t left)
{
    return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

/* Sums the products: those of a place with each filter, then those of the next place. There is room
 * for 8 sums. */
void fw_multiply(const struct fw_factors *factors, int32_t *sums);

#endif
