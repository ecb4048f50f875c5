#include "target_fw/nn/columns.h"

/* `zeroes` is the negative zero point in both halves. */
FW_INLINE void append_narrow(uint32_t *column, size_t places, const int8_t *values,
                             uint32_t groups, uint32_t zeroes)
{
    for (; groups != 0; groups--) {
        const uint32_t first = fw_word(values);
        const uint32_t second = fw_word(values + 4);
        column[0] = fw_add_even(zeroes, first);
        column[places] = fw_add_odd(zeroes, first);
        column[2 * places] = fw_add_even(zeroes, second);
        column[3 * places] = fw_add_odd(zeroes, second);
        column += 4 * places;
        values += FW_GROUP;
    }
}

FW_INLINE void append_wide(uint32_t *column, size_t places, const int16_t *values, uint32_t groups)
{
    for (uint32_t half = 0; half < 2 * groups; half++) {
        const uint32_t first = fw_word(values);
        const uint32_t second = fw_word(values + 2);
        column[0] = fw_low_halves(first, second);
        column[places] = fw_high_halves(first, second);
        column += 2 * places;
        values += 4;
    }
}

/* Puts the pairs of groups in the order that weights of four bits have. */
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
    const uint32_t zero = (uint16_t)-job->layer->input.zero_point;
    const uint32_t zeroes = zero << 16 | zero;
    if (fw_wide(job) && places == 1)
        append_wide(column, 1, (const int16_t *)values, groups);
    else if (fw_wide(job))
        append_wide(column, FW_PLACES, (const int16_t *)values, groups);
    else if (places == 1)
        append_narrow(column, 1, (const int8_t *)values, groups, zeroes);
    else
        append_narrow(column, FW_PLACES, (const int8_t *)values, groups, zeroes);
    if (job->layer->weight_bits == 4)
        regroup(column, places, groups);
    return column + FW_GROUP / 2 * (size_t)places * groups;
}

uint32_t *fw_append_padding(uint32_t *column, uint32_t places, uint32_t groups)
{
    for (uint32_t i = 0; i < FW_GROUP / 2 * groups; i++, column += places)
        *column = 0;
    return column;
}

/* Each is straight code for its numbers of places and filters, which fit into the registers. */
#define MULTIPLY(name, count, channels, bits)                                \
    static void name(const struct fw_factors *factors, int32_t *sums)        \
    {                                                                        \
        struct fw_factors known = *factors;                                  \
        known.places = count;                                                \
        known.filters = channels;                                            \
        known.weight_bits = bits;                                            \
        fw_multiply_inline(&known, sums);                      \
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
