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
uint32_t *fw_append(const struct fw_job *job, uint32_t *column, uint32_t places,
                    const void *values, uint32_t groups);
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
    uint32_t filters;        /* 4, 2 or 1 with one place; 2 or 1 with FW_PLACES */
    uint32_t weight_bits;
};

/* How many filters, of `left` ones, are multiplied at once. */
static inline uint32_t fw_filters_at_once(uint32_t places, uint32_t left)
{
    return left >= 4 && places == 1 ? 4 : left >= 2 ? 2 : 1;
}

/* Sums the products: those of a place with each filter, then those of the next place. There is room
 * for 8 sums. */
void fw_multiply(const struct fw_factors *factors, int32_t *sums);

/* The weights of pair `pair` of a group, from the word that they are in; those of four bits times
 * 16. */
FW_INLINE uint32_t fw_weights(uint32_t word, uint32_t pair, uint32_t bits)
{
    if (bits == 4)
        word = (pair < 2 ? word << 4 : word) & 0xF0F0F0F0;
    return pair % 2 == 0 ? fw_even(word) : fw_odd(word);
}

/* Adds the products of pair `pair` of a group to the sums. `low` points at its weights in the first
 * two filters, `high` in the third and fourth. */
FW_INLINE const uint32_t *fw_multiply_pair(const uint32_t *columns, const int8_t *low,
                                           const int8_t *high,
                                           const struct fw_factors *factors, uint32_t pair,
                                           int32_t *sums)
{
    uint32_t weights[4];
    FW_UNROLL
    for (uint32_t f = 0; f < factors->filters; f++)
        weights[f] = fw_weights(fw_word((f < 2 ? low : high) + f % 2 * factors->next), pair,
                                factors->weight_bits);
    if (factors->places == FW_PLACES && factors->filters == 2)
        return fw_four_by_two(columns, weights[0], weights[1], sums);
    FW_UNROLL
    for (uint32_t p = 0; p < factors->places; p++) {
        const uint32_t values = *columns++;
        FW_UNROLL
        for (uint32_t f = 0; f < factors->filters; f++) {
            int32_t *sum = &sums[p * factors->filters + f];
            *sum = fw_two_products(values, weights[f], *sum);
        }
    }
    return columns;
}

/* fw_multiply() where the compiler knows the numbers of places, filters and bits: straight code with
 * all sums in registers. With several places there are none left to keep weights in, so that they
 * are loaded anew for each pair. */
FW_INLINE void fw_multiply_inline(const struct fw_factors *factors, int32_t *results)
{
    const struct fw_factors in = *factors;
    const uint32_t *columns = in.columns;
    const uint32_t *const end = columns + in.groups * (FW_GROUP / 2) * in.places;
    const int8_t *low = in.filter;
    const int8_t *high = low + 2 * in.next;
    int32_t sums[8] = {0};
    do {
        FW_UNROLL
        for (uint32_t pair = 0; pair < FW_GROUP / 2; pair++) {
            columns = fw_multiply_pair(columns, low, high, &in, pair, sums);
            if (pair == FW_GROUP / 2 - 1 || (pair % 2 == 1 && in.weight_bits == 8)) {
                low += 4;
                high += 4;
            }
            if (in.places > 1 || pair % 2 == 1)
                FW_LOADS_STAY();
        }
    } while (columns != end);
    FW_UNROLL
    for (uint32_t i = 0; i < 8; i++)
        if (i < in.places * in.filters)
            results[i] = in.weight_bits == 4 ? sums[i] >> 4 : sums[i];
}

#endif
