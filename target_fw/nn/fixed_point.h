/* Fixed-point arithmetic of the 8-bit quantisation scheme, in the order of rounding that
 * TFLite-Micro's reference kernels use ("double rounding"). Nothing here overflows for any
 * argument.
 *
 * Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic- Only Inference" (2018), sections 2.2 and A.4. */
#ifndef FW_NN_FIXED_POINT_H
#define FW_NN_FIXED_POINT_H

#include <stdint.h>

/* The sum modulo 2^32; for numbers that only a made-up image can bring out of range. */
static inline int32_t fw_wrapping_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* a * b / 2^31, rounded to nearest with ties upwards; saturates at (-2^31)^2. */
static inline int32_t fw_high_product(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 30)) >> 31);
}

/* x / 2^exponent, rounded to nearest with ties away from zero; 0 <= exponent <= 31. */
static inline int32_t fw_divide_by_power(int32_t x, int32_t exponent)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << exponent) - 1);
    const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/* x * 2^shift modulo 2^32; 0 <= shift <= 31. */
static inline int32_t fw_shift_left(int32_t x, int32_t shift)
{
    return (int32_t)((uint32_t)x << shift);
}

/* x * multiplier * 2^(shift - 31): left shifts first, then the high product, then right shifts.
 * -31 <= shift <= 31; positive is left. */
static inline int32_t fw_requantise(int32_t x, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    return fw_divide_by_power(fw_high_product(fw_shift_left(x, left), multiplier), right);
}

/* A multiplier of 16 bits, which is what int16 elements have: Q15. */
static inline int32_t fw_reduced(int32_t multiplier)
{
    return multiplier < 0x7FFF0000 ? (multiplier + 0x8000) >> 16 : 0x7FFF;
}

/* The same as fw_requantise() for the 64-bit sums of int16 elements: the multiplier is rounded to
 * 16 bits, and there is one rounding, with ties upwards; modulo 2^32. -31 <= shift <= 14. Exact for
 * |x| < 2^47, modulo 2^64 beyond.
 *
 * Source: TFLite-Micro's 16x8 reference kernels. */
static inline int32_t fw_requantise_wide(int64_t x, int32_t multiplier, int32_t shift)
{
    const uint32_t total = (uint32_t)(15 - shift);
    const uint64_t nudge = UINT64_C(1) << (total - 1);
    const int64_t product =
        (int64_t)((uint64_t)x * (uint64_t)(int64_t)fw_reduced(multiplier) + nudge);
    return (int32_t)(product >> total);
}

#endif
