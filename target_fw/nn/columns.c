#include "target_fw/nn/columns.h"

/* Four taps of int8 elements; `zeroes` is the negative zero point in both halves. */
static inline void append_narrow(uint32_t *column, uint32_t places, const int8_t *values,
                                 uint32_t groups, uint32_t zeroes)
{
    for (; groups != 0; groups--) {
        const uint32_t word = fw_word(values);
        column[0] = fw_add_even(zeroes, word);
        column[places] = fw_add_odd(zeroes, word);
        column += 2 * (size_t)places;
        values += 4;
    }
}

static inline void append_wide(uint32_t *column, uint32_t places, const int16_t *values,
                               uint32_t groups)
{
    for (; groups != 0; groups--) {
        const uint32_t first = fw_word(values);
        const uint32_t second = fw_word(values + 2);
        column[0] = fw_low_halves(first, second);
        column[places] = fw_high_halves(first, second);
        column += 2 * (size_t)places;
        values += 4;
    }
}

/* Puts the pairs of groups of four taps in the order that weights of four bits have. */
static void regroup(uint32_t *column, uint32_t places, uint32_t groups)
{
    for (; groups != 0; groups--) {
        const uint32_t pair02 = column[0];
        const uint32_t pair13 = column[places];
        const uint32_t pair46 = column[2 * (size_t)places];
        const uint32_t pair57 = column[3 * (size_t)places];
        column[0] = fw_low_halves(pair02, pair46);
        column[places] = fw_high_halves(pair02, pair46);
        column[2 * (size_t)places] = fw_low_halves(pair13, pair57);
        column[3 * (size_t)places] = fw_high_halves(pair13, pair57);
        column += 4 * (size_t)places;
    }
}

uint32_t *fw_append(const struct fw_job *job, uint32_t *column, uint32_t places,
                    const void *values, uint32_t groups)
{
    const uint32_t fours = groups * (fw_group_taps(job->layer) / 4);
    const uint32_t zero = (uint16_t)-job->layer->input.zero_point;
    if (fw_wide(job))
        append_wide(column, places, (const int16_t *)values, fours);
    else
        append_narrow(column, places, (const int8_t *)values, fours, zero << 16 | zero);
    if (fours != groups)
        regroup(column, places, groups);
    return column + 2 * (size_t)places * fours;
}

uint32_t *fw_append_padding(const struct fw_job *job, uint32_t *column, uint32_t places,
                            uint32_t groups)
{
    const uint32_t pairs = 2 * groups * (fw_group_taps(job->layer) / 4);
    for (uint32_t i = 0; i < pairs; i++, column += places)
        *column = 0;
    return column;
}

/* Two pairs of taps of all places with those weights of each filter. */
FW_INLINE const uint32_t *multiply_four_taps(const uint32_t *columns, uint32_t places,
                                             const uint32_t *weights, uint32_t filters,
                                             int32_t *sums)
{
    uint32_t even[4];
    uint32_t odd[4];
    FW_UNROLL
    for (uint32_t f = 0; f < filters; f++) {
        even[f] = fw_even(weights[f]);
        odd[f] = fw_odd(weights[f]);
    }
    FW_UNROLL
    for (uint32_t p = 0; p < places; p++) {
        const uint32_t pair = *columns++;
        FW_UNROLL
        for (uint32_t f = 0; f < filters; f++)
            sums[p * filters + f] = fw_two_products(pair, even[f], sums[p * filters + f]);
    }
    FW_UNROLL
    for (uint32_t p = 0; p < places; p++) {
        const uint32_t pair = *columns++;
        FW_UNROLL
        for (uint32_t f = 0; f < filters; f++)
            sums[p * filters + f] = fw_two_products(pair, odd[f], sums[p * filters + f]);
    }
    return columns;
}

FW_INLINE void multiply(const struct fw_factors *factors, uint32_t places, uint32_t filters,
                        uint32_t bits, int32_t *results)
{
    const uint32_t *columns = factors->columns;
    const int8_t *filter = factors->filter;
    const int8_t *const end = filter + 4 * (size_t)factors->groups;
    const size_t next = factors->next;
    int32_t sums[8] = {0};
    do {
        uint32_t weights[4];
        FW_UNROLL
        for (uint32_t f = 0; f < filters; f++)
            weights[f] = fw_word(filter + f * next);
        filter += 4;
        if (bits == 4) {
            /* The first weight of each byte, then the second, both times 16. */
            uint32_t first[4];
            FW_UNROLL
            for (uint32_t f = 0; f < filters; f++) {
                first[f] = weights[f] << 4 & 0xF0F0F0F0;
                weights[f] &= 0xF0F0F0F0;
            }
            columns = multiply_four_taps(columns, places, first, filters, sums);
        }
        columns = multiply_four_taps(columns, places, weights, filters, sums);
    } while (filter != end);
    FW_UNROLL
    for (uint32_t i = 0; i < places * filters; i++)
        results[i] = bits == 4 ? sums[i] >> 4 : sums[i];
}

/* Each is straight code for its numbers of places and filters, which fit into the registers. */
#define MULTIPLY(name, places, filters, bits)                                \
    static void name(const struct fw_factors *factors, int32_t *sums)        \
    {                                                                        \
        multiply(factors, places, filters, bits, sums);                      \
    }
MULTIPLY(one_by_1_of_8, 1, 1, 8)
MULTIPLY(one_by_2_of_8, 1, 2, 8)
MULTIPLY(one_by_4_of_8, 1, 4, 8)
MULTIPLY(places_by_1_of_8, FW_PLACES, 1, 8)
MULTIPLY(places_by_2_of_8, FW_PLACES, 2, 8)
MULTIPLY(one_by_1_of_4, 1, 1, 4)
MULTIPLY(one_by_2_of_4, 1, 2, 4)
MULTIPLY(one_by_4_of_4, 1, 4, 4)
MULTIPLY(places_by_1_of_4, FW_PLACES, 1, 4)
MULTIPLY(places_by_2_of_4, FW_PLACES, 2, 4)

typedef void multiply_function(const struct fw_factors *factors, int32_t *sums);

void fw_multiply(const struct fw_factors *factors, int32_t *sums)
{
    static multiply_function *const one[2][3] = {{one_by_1_of_8, one_by_2_of_8, one_by_4_of_8},
                                                 {one_by_1_of_4, one_by_2_of_4, one_by_4_of_4}};
    static multiply_function *const several[2][2] = {{places_by_1_of_8, places_by_2_of_8},
                                                     {places_by_1_of_4, places_by_2_of_4}};
    const uint32_t packed = factors->weight_bits == 4;
    const uint32_t filters = factors->filters / 2; /* 4, 2, 1: the third, second, first */
    (factors->places == 1 ? one[packed][filters] : several[packed][filters])(factors, sums);
}
