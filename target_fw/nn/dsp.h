/* The instructions of the DSP extension that the fast kernels are made of, each as it is named in
 * the Armv7-M Architecture Reference Manual (DDI 0403), section A7.7, or the same in C. A word
 * holds two halves (int16) or four bytes (int8), the first one lowest. */
#ifndef FW_NN_DSP_H
#define FW_NN_DSP_H

#include <stdint.h>

/* Makes a loop of a known, small number of turns straight code. */
#if defined(__ARM_FEATURE_DSP)
#define FW_UNROLL _Pragma("GCC unroll 8")
#else
#define FW_UNROLL
#endif
/* Keeps the compiler from moving loads across, which it does until registers run out, and from
 * keeping what was loaded. */
#define FW_LOADS_STAY() __asm volatile("" ::: "memory")
/* Keeps the compiler from foreseeing a pointer's value, which would take registers for each of its
 * offsets. */
#define FW_UNFORESEEN(pointer) __asm("" : "+r"(pointer))
/* A function whose registers are its own, and one that is part of its caller. */
#define FW_APART static __attribute__((noinline))
#define FW_INLINE static inline __attribute__((always_inline))

/* Four bytes from any address: one load. */
FW_INLINE uint32_t fw_word(const void *at)
{
    uint32_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

#if defined(__ARM_FEATURE_DSP)

/* LDRD: two words. Returns the place behind them. */
FW_INLINE const uint32_t *fw_two_words(const uint32_t *words, uint32_t *first, uint32_t *second)
{
    __asm volatile("ldrd %[first], %[second], [%[words]], #8"
                   : [first] "=&r"(*first), [second] "=&r"(*second), [words] "+r"(words)
                   :
                   : "memory");
    return words;
}

/* STRD: two words. Returns the place behind them. */
FW_INLINE uint32_t *fw_put_two_words(uint32_t *words, uint32_t first, uint32_t second)
{
    __asm volatile("strd %[first], %[second], [%[words]], #8"
                   : [words] "+r"(words)
                   : [first] "r"(first), [second] "r"(second)
                   : "memory");
    return words;
}

/* SXTB16: bytes 0 and 2 as halves. */
FW_INLINE uint32_t fw_even(uint32_t bytes)
{
    uint32_t halves;
    __asm("sxtb16 %0, %1" : "=r"(halves) : "r"(bytes));
    return halves;
}

/* SXTB16 with rotation: bytes 1 and 3. */
FW_INLINE uint32_t fw_odd(uint32_t bytes)
{
    uint32_t halves;
    __asm("sxtb16 %0, %1, ror #8" : "=r"(halves) : "r"(bytes));
    return halves;
}

/* SXTAB16: bytes 0 and 2 as halves, added to those of `to`. */
FW_INLINE uint32_t fw_add_even(uint32_t to, uint32_t bytes)
{
    uint32_t halves;
    __asm("sxtab16 %0, %1, %2" : "=r"(halves) : "r"(to), "r"(bytes));
    return halves;
}

/* SXTAB16 with rotation: bytes 1 and 3. */
FW_INLINE uint32_t fw_add_odd(uint32_t to, uint32_t bytes)
{
    uint32_t halves;
    __asm("sxtab16 %0, %1, %2, ror #8" : "=r"(halves) : "r"(to), "r"(bytes));
    return halves;
}

/* PKHBT: the low halves of both. */
FW_INLINE uint32_t fw_low_halves(uint32_t first, uint32_t second)
{
    uint32_t halves;
    __asm("pkhbt %0, %1, %2, lsl #16" : "=r"(halves) : "r"(first), "r"(second));
    return halves;
}

/* PKHTB: the high halves of both. */
FW_INLINE uint32_t fw_high_halves(uint32_t first, uint32_t second)
{
    uint32_t halves;
    __asm("pkhtb %0, %1, %2, asr #16" : "=r"(halves) : "r"(second), "r"(first));
    return halves;
}

/* SMLAD: adds both products of halves. */
FW_INLINE int32_t fw_two_products(uint32_t a, uint32_t b, int32_t sum)
{
    __asm("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* SMLABB, SMLATT, SMLATB, SMLABT: adds the product of one half of each, the low (l) or the high one
 * (h). */
FW_INLINE int32_t fw_product_ll(uint32_t a, uint32_t b, int32_t sum)
{
    __asm("smlabb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

FW_INLINE int32_t fw_product_hh(uint32_t a, uint32_t b, int32_t sum)
{
    __asm("smlatt %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

FW_INLINE int32_t fw_product_hl(uint32_t a, uint32_t b, int32_t sum)
{
    __asm("smlatb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

FW_INLINE int32_t fw_product_lh(uint32_t a, uint32_t b, int32_t sum)
{
    __asm("smlabt %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* SMLAD of four words, one after the other, with two: adds to sums 0 and 1, 2 and 3, 4 and 5, 6
 * and 7. Returns the place behind the words. One piece, because the compiler's own order of the
 * same instructions takes more registers than there are. */
FW_INLINE const uint32_t *fw_four_by_two(const uint32_t *words, uint32_t a, uint32_t b,
                                         int32_t *sums)
{
    uint32_t word;
    __asm volatile(
        "ldr %[word], [%[words]], #4\n\t"
        "smlad %[s0], %[word], %[a], %[s0]\n\t"
        "smlad %[s1], %[word], %[b], %[s1]\n\t"
        "ldr %[word], [%[words]], #4\n\t"
        "smlad %[s2], %[word], %[a], %[s2]\n\t"
        "smlad %[s3], %[word], %[b], %[s3]\n\t"
        "ldr %[word], [%[words]], #4\n\t"
        "smlad %[s4], %[word], %[a], %[s4]\n\t"
        "smlad %[s5], %[word], %[b], %[s5]\n\t"
        "ldr %[word], [%[words]], #4\n\t"
        "smlad %[s6], %[word], %[a], %[s6]\n\t"
        "smlad %[s7], %[word], %[b], %[s7]"
        : [words] "+r"(words), [word] "=&r"(word), [s0] "+r"(sums[0]), [s1] "+r"(sums[1]),
          [s2] "+r"(sums[2]), [s3] "+r"(sums[3]), [s4] "+r"(sums[4]), [s5] "+r"(sums[5]),
          [s6] "+r"(sums[6]), [s7] "+r"(sums[7])
        : [a] "r"(a), [b] "r"(b)
        : "memory");
    return words;
}

/* SMMULR: a * b / 2^32, rounded to nearest with ties upwards. */
FW_INLINE int32_t fw_top_product(int32_t a, int32_t b)
{
    int32_t product;
    __asm("smmulr %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
    return product;
}

/* SSAT: half of a number, rounded down, as an int8. */
FW_INLINE int32_t fw_saturated_half(int32_t twice)
{
    int32_t byte;
    __asm("ssat %0, #8, %1, asr #1" : "=r"(byte) : "r"(twice) : "cc");
    return byte;
}

/* SSAT: as an int16. */
FW_INLINE int32_t fw_saturated(int32_t number)
{
    int32_t half;
    __asm("ssat %0, #16, %1" : "=r"(half) : "r"(number) : "cc");
    return half;
}

#else

FW_INLINE const uint32_t *fw_two_words(const uint32_t *words, uint32_t *first, uint32_t *second)
{
    *first = words[0];
    *second = words[1];
    return words + 2;
}

FW_INLINE uint32_t *fw_put_two_words(uint32_t *words, uint32_t first, uint32_t second)
{
    words[0] = first;
    words[1] = second;
    return words + 2;
}

FW_INLINE int32_t fw_low(uint32_t halves)
{
    return (int16_t)(uint16_t)halves;
}

FW_INLINE int32_t fw_high(uint32_t halves)
{
    return (int16_t)(uint16_t)(halves >> 16);
}

FW_INLINE uint32_t fw_halves(int32_t low, int32_t high)
{
    return (uint32_t)(uint16_t)low | (uint32_t)high << 16;
}

FW_INLINE uint32_t fw_add_even(uint32_t to, uint32_t bytes)
{
    return fw_halves(fw_low(to) + (int8_t)(uint8_t)bytes,
                     fw_high(to) + (int8_t)(uint8_t)(bytes >> 16));
}

FW_INLINE uint32_t fw_add_odd(uint32_t to, uint32_t bytes)
{
    return fw_add_even(to, bytes >> 8);
}

FW_INLINE uint32_t fw_even(uint32_t bytes)
{
    return fw_add_even(0, bytes);
}

FW_INLINE uint32_t fw_odd(uint32_t bytes)
{
    return fw_add_odd(0, bytes);
}

FW_INLINE uint32_t fw_low_halves(uint32_t first, uint32_t second)
{
    return fw_halves(fw_low(first), fw_low(second));
}

FW_INLINE uint32_t fw_high_halves(uint32_t first, uint32_t second)
{
    return fw_halves(fw_high(first), fw_high(second));
}

FW_INLINE int32_t fw_product_ll(uint32_t a, uint32_t b, int32_t sum)
{
    return sum + fw_low(a) * fw_low(b);
}

FW_INLINE int32_t fw_product_hh(uint32_t a, uint32_t b, int32_t sum)
{
    return sum + fw_high(a) * fw_high(b);
}

FW_INLINE int32_t fw_product_hl(uint32_t a, uint32_t b, int32_t sum)
{
    return sum + fw_high(a) * fw_low(b);
}

FW_INLINE int32_t fw_product_lh(uint32_t a, uint32_t b, int32_t sum)
{
    return sum + fw_low(a) * fw_high(b);
}

FW_INLINE int32_t fw_two_products(uint32_t a, uint32_t b, int32_t sum)
{
    return fw_product_hh(a, b, fw_product_ll(a, b, sum));
}

FW_INLINE const uint32_t *fw_four_by_two(const uint32_t *words, uint32_t a, uint32_t b,
                                         int32_t *sums)
{
    for (int i = 0; i < 4; i++, words++) {
        sums[2 * i] = fw_two_products(*words, a, sums[2 * i]);
        sums[2 * i + 1] = fw_two_products(*words, b, sums[2 * i + 1]);
    }
    return words;
}

FW_INLINE int32_t fw_top_product(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 31)) >> 32);
}

FW_INLINE int32_t fw_saturated_half(int32_t twice)
{
    const int32_t half = twice >> 1;
    return half < INT8_MIN ? INT8_MIN : half > INT8_MAX ? INT8_MAX : half;
}

FW_INLINE int32_t fw_saturated(int32_t number)
{
    return number < INT16_MIN ? INT16_MIN : number > INT16_MAX ? INT16_MAX : number;
}

#endif

#endif
