#include "target_fw/nn/columns.h"

FW_INLINE uint32_t *put_pairs(uint32_t *column, size_t places, uint32_t first, uint32_t second)
{
    if (places == 1)
        return fw_put_two_words(column, first, second);
    column[0] = first;
    column[places] = second;
    return column + 2 * places;
}

/* `zeroes` is the negative zero point in both halves. */
FW_INLINE void append_narrow(uint32_t *column, size_t places, const int8_t *values, uint32_t groups,
                             uint32_t zeroes)
{
    for (uint32_t half = 2 * groups; half != 0; half--) {
        const uint32_t word = fw_word(values);
        column = put_pairs(column, places, fw_add_even(zeroes, word), fw_add_odd(zeroes, word));
        values += 4;
    }
}

FW_INLINE void append_wide(uint32_t *column, size_t places, const int16_t *values, uint32_t groups)
{
    for (uint32_t half = 2 * groups; half != 0; half--) {
        const uint32_t first = fw_word(values);
        const uint32_t second = fw_word(values + 2);
        column =
            put_pairs(column, places, fw_low_halves(first, second), fw_high_halves(first, second));
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

uint32_t *fw_append(const struct fw_job *job, uint32_t *column, uint32_t places, const void *values,
                    uint32_t groups)
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

/* A group comes in two halves of two pairs. This is what the word of a filter at the group, or of
 * weights a byte apart at the half, holds of half `half`: as bytes, those of four bits times 16. */
FW_INLINE uint32_t half_of(uint32_t word, uint32_t half, uint32_t bits)
{
    if (bits == 8)
        return word;
    return (half == 0 ? word << 4 : word) & 0xF0F0F0F0;
}

FW_INLINE uint32_t bytes_after(uint32_t half, uint32_t bits)
{
    return bits == 8 || half == 1 ? 4 : 0;
}

/* One place with `filters` of them; as many sums. */
FW_INLINE void multiply_one(const struct fw_factors *factors, uint32_t filters, uint32_t bits,
                            int32_t *results)
{
    const uint32_t *columns = factors->columns;
    const uint32_t *const end = columns + (size_t)factors->groups * (FW_GROUP / 2);
    const size_t next = factors->next;
    const int8_t *low = factors->filter; /* of the first two filters */
    const int8_t *high = low + 2 * next; /* of the others */
    int32_t sums[4] = {0};
    do {
        FW_UNROLL
        for (uint32_t half = 0; half < 2; half++) {
            uint32_t first;
            uint32_t second;
            columns = fw_two_words(columns, &first, &second);
            FW_UNROLL
            for (uint32_t f = 0; f < filters; f++) {
                const uint32_t word =
                    half_of(fw_word((f < 2 ? low : high) + f % 2 * next), half, bits);
                sums[f] = fw_two_products(first, fw_even(word), sums[f]);
                sums[f] = fw_two_products(second, fw_odd(word), sums[f]);
            }
            low += bytes_after(half, bits);
            high += bytes_after(half, bits);
            FW_LOADS_STAY();
        }
    } while (columns != end);
    FW_UNROLL
    for (uint32_t f = 0; f < filters; f++)
        results[f] = bits == 4 ? sums[f] >> 4 : sums[f];
}

/* FW_PLACES places with two filters. No register is left to keep a
 * word of weights for the second pair, so that it is loaded anew. */
FW_INLINE void multiply_places(const struct fw_factors *factors, uint32_t bits, int32_t *results)
{
    const size_t next = factors->next;
    const uint32_t *columns = factors->columns;
    const uint32_t *const end = columns + (size_t)factors->groups * (FW_GROUP / 2) * FW_PLACES;
    const int8_t *filter = factors->filter;
    int32_t sums[2 * FW_PLACES] = {0};
    do {
        FW_UNROLL
        for (uint32_t half = 0; half < 2; half++) {
            columns = fw_four_by_two(columns, fw_even(half_of(fw_word(filter), half, bits)),
                                     fw_even(half_of(fw_word(filter + next), half, bits)), sums);
            columns = fw_four_by_two(columns, fw_odd(half_of(fw_word(filter), half, bits)),
                                     fw_odd(half_of(fw_word(filter + next), half, bits)), sums);
            filter += bytes_after(half, bits);
            FW_UNFORESEEN(filter);
        }
    } while (columns != end);
    FW_UNROLL
    for (uint32_t i = 0; i < 2 * FW_PLACES; i++)
        results[i] = bits == 4 ? sums[i] >> 4 : sums[i];
}

FW_APART void one_by_1(const struct fw_factors *factors, int32_t *sums)
{
    multiply_one(factors, 1, 8, sums);
}

FW_APART void one_by_2(const struct fw_factors *factors, int32_t *sums)
{
    multiply_one(factors, 2, 8, sums);
}

FW_APART void one_by_4(const struct fw_factors *factors, int32_t *sums)
{
    multiply_one(factors, 4, 8, sums);
}

FW_APART void places_by_2(const struct fw_factors *factors, int32_t *sums)
{
    multiply_places(factors, 8, sums);
}

FW_APART void packed_one_by_1(const struct fw_factors *factors, int32_t *sums)
{
    multiply_one(factors, 1, 4, sums);
}

FW_APART void packed_one_by_2(const struct fw_factors *factors, int32_t *sums)
{
    multiply_one(factors, 2, 4, sums);
}

FW_APART void packed_one_by_4(const struct fw_factors *factors, int32_t *sums)
{
    multiply_one(factors, 4, 4, sums);
}

FW_APART void packed_places_by_2(const struct fw_factors *factors, int32_t *sums)
{
    multiply_places(factors, 4, sums);
}

void fw_multiply(const struct fw_factors *factors, int32_t *sums)
{
    typedef void multiply(const struct fw_factors *factors, int32_t *sums);
    static multiply *const bytes[] = {one_by_1, one_by_2, one_by_4};
    static multiply *const packed[] = {packed_one_by_1, packed_one_by_2, packed_one_by_4};
    const bool nibbles = factors->weight_bits == 4;
    if (factors->places != 1)
        (nibbles ? packed_places_by_2 : places_by_2)(factors, sums);
    else /* 1, 2 or 4 filters */
        (nibbles ? packed : bytes)[factors->filters / 2](factors, sums);
}
