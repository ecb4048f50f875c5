/* Softmax in fixed point. A number "Qm.n" is an int32 with n fraction bits and m = 31 - n integer
 * bits; the constants are round(c * 2^n).
 *
 * Source: the exponential and the reciprocal of gemmlowp's fixedpoint.h (public interface and
 * documentation), as TFLite's reference softmax for int8 puts them together. */
#include "target_fw/nn/fixed_point.h"
#include "target_fw/nn/job.h"
#include "target_fw/nn/kernels.h"

enum {
    INPUT_INTEGER_BITS = 5,
    INPUT_FRACTION_BITS = 31 - INPUT_INTEGER_BITS,
    SUM_INTEGER_BITS = 12,
    OUTPUT_BITS = 8
};

/* x * 2^exponent, saturating. */
static int32_t saturating_shift(int32_t x, int32_t exponent)
{
    const int32_t limit = INT32_MAX >> exponent;
    if (x > limit)
        return INT32_MAX;
    if (x < -limit - 1)
        return INT32_MIN;
    return fw_shift_left(x, exponent);
}

/* exp(a) for a in [-1/4, 0), both Q0.31: a Taylor series around -1/8. */
static int32_t exp_small(int32_t a)
{
    const int32_t exp_of_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    const int32_t x = fw_wrapping_add(a, 1 << 28);
    const int32_t x2 = fw_high_product(x, x);
    const int32_t x3 = fw_high_product(x2, x);
    const int32_t x4 = fw_high_product(x2, x2);
    const int32_t x4_over_4 = fw_divide_by_power(x4, 2);
    const int32_t high_terms = fw_divide_by_power(
        fw_wrapping_add(fw_high_product(fw_wrapping_add(x4_over_4, x3), third), x2), 1);
    return fw_wrapping_add(exp_of_minus_eighth,
                           fw_high_product(exp_of_minus_eighth, fw_wrapping_add(x, high_terms)));
}

/* exp(a) as Q0.31 for a <= 0 in Q5.26: the part below 1/4 by exp_small(), the rest by a factor
 * exp(-2^k) for each of its bits. */
static int32_t exp_on_negative(int32_t a)
{
    static const int32_t factors[] = {
        1672461947, /* exp(-1/4) */
        1302514674, /* exp(-1/2) */
        790015084,  /* exp(-1) */
        290630308,  /* exp(-2) */
        39332535,   /* exp(-4) */
        720401,     /* exp(-8) */
        242,        /* exp(-16) */
    };
    const int32_t quarter = 1 << (INPUT_FRACTION_BITS - 2);
    if (a == 0)
        return INT32_MAX;
    const int32_t fraction = (a & (quarter - 1)) - quarter; /* in [-1/4, 0) */
    int32_t result = exp_small(saturating_shift(fraction, INPUT_INTEGER_BITS));
    const int32_t rest = fw_wrapping_add(fraction, (int32_t)(0U - (uint32_t)a));
    for (uint32_t k = 0; k < sizeof factors / sizeof factors[0]; k++)
        if (rest & fw_shift_left(quarter, (int32_t)k))
            result = fw_high_product(result, factors[k]);
    return result;
}

/* 1 / (1 + a) for a in [0, 1), both Q0.31: three steps of Newton-Raphson in Q2.29. */
static int32_t reciprocal_of_one_plus(int32_t a)
{
    const int32_t one = 1 << 29;
    const int32_t half_denominator = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = fw_wrapping_add(1515870810, fw_high_product(half_denominator, -1010580540));
    for (int i = 0; i < 3; i++) {
        const int32_t error = fw_wrapping_add(one, -fw_high_product(half_denominator, x));
        x = fw_wrapping_add(x, saturating_shift(fw_high_product(x, error), 2));
    }
    return saturating_shift(x, 1);
}

static int32_t leading_zeros(uint32_t x)
{
    int32_t count = 0;
    for (; count < 32 && (x & 0x80000000U) == 0; count++)
        x <<= 1;
    return count;
}

/* exp of a difference to the greatest input, as Q0.31. */
static int32_t exp_of(const struct fw_layer *layer, int32_t difference)
{
    return exp_on_negative(fw_high_product(fw_shift_left(difference, layer->softmax_shift),
                                           layer->softmax_multiplier));
}

/* A quotient with `exponent` bits too many, as an output; beyond 31 bits it is less than a half. */
static int8_t probability(int32_t quotient, int32_t exponent)
{
    const int32_t value = exponent > 31 ? 0 : fw_divide_by_power(quotient, exponent);
    return (int8_t)(value > INT8_MAX - INT8_MIN ? INT8_MAX : value + INT8_MIN);
}

static void softmax_of(const struct fw_layer *layer, uint32_t channels, const int8_t *input,
                       int8_t *output)
{
    int32_t greatest = INT8_MIN;
    for (uint32_t c = 0; c < channels; c++)
        greatest = input[c] > greatest ? input[c] : greatest;

    int32_t sum = 0; /* Q12.19; at least 1, from the greatest input */
    for (uint32_t c = 0; c < channels; c++)
        if (input[c] - greatest >= layer->softmax_diff_min)
            sum += fw_divide_by_power(exp_of(layer, input[c] - greatest), SUM_INTEGER_BITS);

    const int32_t headroom = leading_zeros((uint32_t)sum);
    const int32_t mantissa = (int32_t)(((uint32_t)sum << headroom) - 0x80000000U);
    const int32_t scale = reciprocal_of_one_plus(mantissa);
    const int32_t exponent = SUM_INTEGER_BITS - headroom + 31 - OUTPUT_BITS;
    for (uint32_t c = 0; c < channels; c++) {
        const int32_t difference = input[c] - greatest;
        output[c] = INT8_MIN;
        if (difference >= layer->softmax_diff_min)
            output[c] = probability(fw_high_product(scale, exp_of(layer, difference)), exponent);
    }
}

void fw_softmax(const struct fw_layer *layer, uint32_t count, uint32_t channels,
                const int8_t *input, int8_t *output)
{
    for (uint32_t i = 0; i < count; i++)
        softmax_of(layer, channels, input + (size_t)i * channels, output + (size_t)i * channels);
}

void fw_softmax_tile(const struct fw_job *job)
{
    const uint32_t channels = job->layer->output.channels;
    fw_softmax(job->layer, fw_tile_output_bytes(job->layer, job->tile) / channels, channels,
               (const int8_t *)job->input, (int8_t *)job->output);
}
