#include "target_fw/app/mlperf_text.h"

#include <stdbool.h>
#include <string.h>

#include "target_fw/hal/hal.h"
#include "target_fw/rt/runtime.h"

enum { NUMBER_MOST = 999999999, DIGITS_MAX = 20, OUTPUT_BLOCK = 32 };

const char *fw_next_word(char **rest)
{
    char *at = *rest;
    while (*at == ' ')
        at++;
    if (*at == 0)
        return NULL;
    char *word = at;
    while (*at != 0 && *at != ' ')
        at++;
    if (*at != 0)
        *at++ = 0;
    *rest = at;
    return word;
}

int32_t fw_number_of(const char *word)
{
    const bool negative = *word == '-';
    int32_t number = 0;
    for (const char *at = word + negative; *at >= '0' && *at <= '9'; at++)
        number = number > NUMBER_MOST / 10 ? NUMBER_MOST : number * 10 + (*at - '0');
    return negative ? -number : number;
}

static int digit_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    const char small = (char)(digit | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

int fw_hex_of(const char *digits)
{
    const int high = digit_of(digits[0]);
    const int low = digit_of(digits[1]);
    return high < 0 || low < 0 ? -1 : 16 * high + low;
}

const char *fw_benchmark_model(const char *network)
{
    static const struct {
        const char *begin, *model;
    } models[] = {{"kws", "kws01"},
                  {"vww", "vww01"},
                  {"ad01", "ad01"},
                  {"pretrainedResnet", "ic01"},
                  {"str_ww", "strww01"}};
    for (uint32_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (strncmp(network, models[i].begin, strlen(models[i].begin)) == 0)
            return models[i].model;
    return network;
}

static void write_text(struct fw_state *state, const char *text, uint32_t size)
{
    fw_hal_uart_write((const uint8_t *)text, size);
    state->telemetry.in_step = false; /* a frame that follows must be told from it */
}

void fw_text(struct fw_state *state, const char *text)
{
    write_text(state, text, (uint32_t)strlen(text));
}

void fw_text_number(struct fw_state *state, uint64_t number)
{
    char digits[DIGITS_MAX];
    uint32_t first = DIGITS_MAX;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    write_text(state, digits + first, DIGITS_MAX - first);
}

void fw_text_line(struct fw_state *state, const char *begin, uint32_t number)
{
    fw_text(state, begin);
    fw_text_number(state, number);
    fw_text(state, "\r\n");
}

void fw_text_hex(struct fw_state *state, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    const char text[] = {digits[byte >> 4], digits[byte & 15]};
    write_text(state, text, sizeof text);
}

int32_t fw_thousandths(int32_t quantum, int32_t zero_point, int32_t multiplier, int32_t shift)
{
    const int64_t steps = (int64_t)quantum - zero_point;
    const uint64_t magnitude = (uint64_t)(steps < 0 ? -steps : steps);
    const uint64_t product = magnitude * (uint32_t)multiplier * 1000; /* below 2^17+31+10 */
    const uint32_t right = (uint32_t)(31 - shift);                    /* 1 to 62 */
    const uint64_t whole = product >> right;
    const uint64_t rest = product & ((UINT64_C(1) << right) - 1);
    const uint64_t half = UINT64_C(1) << (right - 1);
    const uint64_t rounded = whole + (rest > half || (rest == half && (whole & 1) != 0));
    const int32_t limited = rounded > INT32_MAX ? INT32_MAX : (int32_t)rounded;
    return steps < 0 ? -limited : limited;
}

static void tell_thousandths(struct fw_state *state, int32_t value)
{
    const uint32_t magnitude = (uint32_t)(value < 0 ? -value : value);
    const char decimals[] = {'.', (char)('0' + magnitude / 100 % 10),
                             (char)('0' + magnitude / 10 % 10), (char)('0' + magnitude % 10)};
    if (value < 0)
        fw_text(state, "-");
    fw_text_number(state, magnitude / 1000);
    write_text(state, decimals, sizeof decimals);
}

void fw_text_output(struct fw_state *state)
{
    const struct fw_image_header *network = state->network;
    const struct fw_tensor *output = &fw_image_layer(network, network->layer_count - 1U)->output;
    uint8_t block[OUTPUT_BLOCK]; /* whole elements */
    for (uint32_t at = 0; at < network->output_bytes; at += output->element_bytes) {
        if (at % OUTPUT_BLOCK == 0) {
            const uint32_t left = network->output_bytes - at;
            fw_read_output(state, block, at, left < OUTPUT_BLOCK ? left : OUTPUT_BLOCK);
        }
        int16_t wide = (int8_t)block[at % OUTPUT_BLOCK];
        if (output->element_bytes == sizeof wide)
            memcpy(&wide, block + at % OUTPUT_BLOCK, sizeof wide);
        if (at != 0)
            fw_text(state, ",");
        tell_thousandths(state, fw_thousandths(wide, output->zero_point, network->output_multiplier,
                                               network->output_shift));
    }
}
