#include "target_fw/app/self_test.h"

#include <string.h>

#include "target_fw/hal/hal.h"
#include "target_fw/nn/kernels.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/slots.h"

enum { NV_BLOCK = 64, SUPPLY_LEAST_MV = 500, SUPPLY_MOST_MV = 20000, TICK_PATIENCE = 100000 };

enum outcome { FAILED, PASSED, ABSENT };

/* Each word holds what tells it from all others, and then the inverse of that. */
static enum outcome test_ram(const struct fw_state *state)
{
    volatile uint32_t *const words = (volatile uint32_t *)(void *)state->board->working;
    const uint32_t count = state->board->working_bytes / 4;
    for (uint32_t inverse = 0; inverse < 2; inverse++) {
        const uint32_t mask = 0 - inverse;
        for (uint32_t i = 0; i < count; i++)
            words[i] = (i * 0x9E3779B9U) ^ mask;
        for (uint32_t i = 0; i < count; i++)
            if (words[i] != ((i * 0x9E3779B9U) ^ mask))
                return FAILED;
    }
    return PASSED;
}

static enum outcome test_nv(const struct fw_state *state)
{
    (void)state;
    uint8_t pattern[NV_BLOCK];
    uint8_t back[NV_BLOCK];
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < NV_BLOCK; i++)
            pattern[i] = (uint8_t)(round == 0 ? i * 7 + 1 : ~(i * 7 + 1));
        for (uint32_t at = 0; at < FW_MEASURE_BLOCK; at += NV_BLOCK)
            fw_hal_nv_write(FW_NV_MEASURE + at, pattern, NV_BLOCK);
        for (uint32_t at = 0; at < FW_MEASURE_BLOCK; at += NV_BLOCK) {
            fw_hal_nv_read(back, FW_NV_MEASURE + at, NV_BLOCK);
            if (memcmp(back, pattern, NV_BLOCK) != 0)
                return FAILED;
        }
    }
    return PASSED;
}

/* Writes two records, spoils the first byte of the newer one as a torn write does, and wants the
 * older one back. */
static enum outcome test_slots(const struct fw_state *state)
{
    (void)state;
    struct fw_slots slots = {.offset = FW_NV_MEASURE};
    const uint32_t older = 0x01234567;
    const uint32_t newer = 0x89ABCDEF;
    fw_slots_write(&slots, &older, sizeof older);
    const uint32_t newer_at = slots.offset + slots.next * FW_SLOT_STRIDE;
    fw_slots_write(&slots, &newer, sizeof newer);

    uint32_t found = 0;
    bool good = fw_slots_open(&slots, FW_NV_MEASURE, &found, sizeof found) && found == newer;
    uint8_t torn;
    fw_hal_nv_read(&torn, newer_at, 1);
    torn = (uint8_t)~torn;
    fw_hal_nv_write(newer_at, &torn, 1);
    good = good && fw_slots_open(&slots, FW_NV_MEASURE, &found, sizeof found) && found == older;
    return good ? PASSED : FAILED;
}

/* The check value of CRC-32 in the catalogue of its parameters. */
static enum outcome test_crc(const struct fw_state *state)
{
    (void)state;
    return fw_crc32(0, "123456789", 9) == 0xCBF43926 ? PASSED : FAILED;
}

static enum outcome test_ticks(const struct fw_state *state)
{
    (void)state;
    const uint32_t began = fw_hal_ticks();
    for (uint32_t i = 0; i < TICK_PATIENCE; i++)
        if (fw_hal_ticks() != began)
            return PASSED;
    return FAILED;
}

static enum outcome test_adc(const struct fw_state *state)
{
    (void)state;
    const uint32_t supply_mv = fw_hal_supply_mv();
    if (supply_mv == 0)
        return ABSENT;
    return supply_mv >= SUPPLY_LEAST_MV && supply_mv <= SUPPLY_MOST_MV ? PASSED : FAILED;
}

/* Sixteen inputs 0 to 15 through two neurons, by hand:
 *   weights all 1:      sum 120, bias 8: 128, times 1/2: 64, zero point 1: 65
 *   weights 2, -2, ...: sum -16, bias -4: -20, times 1: -20, zero point 1: -19 */
static enum outcome test_kernel(const struct fw_state *state)
{
    static const struct {
        int8_t weights[2][16];
        int32_t bias[2];
        int32_t multiplier[2];
        int32_t shift[2];
    } image = {.weights = {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                           {2, -2, 2, -2, 2, -2, 2, -2, 2, -2, 2, -2, 2, -2, 2, -2}},
               .bias = {8, -4},
               .multiplier = {1 << 30, 1 << 30},
               .shift = {0, 1}};
    static const struct fw_layer layer = {
        .op = FW_OP_FULLY_CONNECTED,
        .weight_bits = 8,
        .input = {.height = 1, .width = 1, .channels = 16, .element_bytes = 1},
        .output = {.height = 1, .width = 1, .channels = 2, .zero_point = 1, .element_bytes = 1},
        .kernel_height = 1,
        .kernel_width = 1,
        .stride_height = 1,
        .stride_width = 1,
        .activation_min = -128,
        .activation_max = 127,
        .weights_offset = 0,
        .bias_offset = 32,
        .multiplier_offset = 40,
        .shift_offset = 48,
        .tile_height = 1,
        .tile_width = 1,
        .tile_channels = 2,
        .tile_count = 1};
    const struct fw_tile tile = fw_whole_layer(&layer);
    if (fw_tile_working_bytes(&layer, &tile) > state->board->working_bytes)
        return ABSENT;
    int8_t *input = (int8_t *)state->board->working;
    int8_t *output = input + 16;
    for (int8_t i = 0; i < 16; i++)
        input[i] = i;
    fw_run_tile(&image, &layer, &tile, input, NULL, output, output + 4);
    return output[0] == 65 && output[1] == -19 ? PASSED : FAILED;
}

static const struct {
    uint32_t bit;
    enum outcome (*test)(const struct fw_state *state);
} tests[] = {
    {FW_TESTED_RAM, test_ram},       {FW_TESTED_NV, test_nv},       {FW_TESTED_SLOTS, test_slots},
    {FW_TESTED_CRC, test_crc},       {FW_TESTED_TICKS, test_ticks}, {FW_TESTED_ADC, test_adc},
    {FW_TESTED_KERNEL, test_kernel},
};

struct fw_self_test fw_self_test_execute(struct fw_state *state)
{
    struct fw_self_test tested = {0};
    state->server.output_kept = false;
    for (uint32_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        const enum outcome outcome = tests[i].test(state);
        uint32_t *masks[] = {
            [FAILED] = &tested.failed, [PASSED] = &tested.passed, [ABSENT] = &tested.absent};
        *masks[outcome] |= tests[i].bit;
    }
    return tested;
}
