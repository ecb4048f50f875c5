/* DEPTHWISE_CONV_2D, four channels at a time: of each tap, the values and the weights of four
 * channels are taken apart into halves and multiplied one by one. */
#include "target_fw/nn/finish.h"

enum {
    CHANNELS = 4,
    WIDE_TAPS = 504 /* whose products of at most 2^22 surely fit into 32 bits */
};

/* Where the part of a window that lies on the input, and the filter under it, begin in one
 * channel, and the elements from one tap and row to the next. */
struct window {
    const int8_t *values;
    const int8_t *weights;
    size_t value_step;
    size_t value_row;
    size_t weight_step;
    size_t weight_row;
    uint32_t rows;
    uint32_t columns;
};

/* Four sums; `zeroes` is the negative zero point in both halves. */
FW_INLINE void multiply_tap(const int8_t *values, const int8_t *weights, uint32_t zeroes, bool wide,
                            int32_t *sums)
{
    const uint32_t first = fw_word(values);
    const uint32_t weight = fw_word(weights);
    const uint32_t weight02 = fw_even(weight);
    const uint32_t weight13 = fw_odd(weight);
    if (wide) {
        const uint32_t second = fw_word(values + 4);
        sums[0] = fw_product_ll(first, weight02, sums[0]);
        sums[1] = fw_product_hl(first, weight13, sums[1]);
        sums[2] = fw_product_lh(second, weight02, sums[2]);
        sums[3] = fw_product_hh(second, weight13, sums[3]);
    } else {
        const uint32_t value02 = fw_add_even(zeroes, first);
        const uint32_t value13 = fw_add_odd(zeroes, first);
        sums[0] = fw_product_ll(value02, weight02, sums[0]);
        sums[1] = fw_product_ll(value13, weight13, sums[1]);
        sums[2] = fw_product_hh(value02, weight02, sums[2]);
        sums[3] = fw_product_hh(value13, weight13, sums[3]);
    }
}

/* Windows of three columns, which are the common ones, are straight code. */
FW_INLINE void multiply(const struct window *window, uint32_t zeroes, bool wide, int32_t *results)
{
    int32_t sums[CHANNELS] = {0};
    const size_t value_step = window->value_step;
    const size_t weight_step = window->weight_step;
    const int8_t *value_row = window->values;
    const int8_t *weight_row = window->weights;
    for (uint32_t row = window->rows; row != 0; row--) {
        const int8_t *values = value_row;
        const int8_t *weights = weight_row;
        if (window->columns == 3) {
            multiply_tap(values, weights, zeroes, wide, sums);
            FW_LOADS_STAY();
            multiply_tap(values + value_step, weights + weight_step, zeroes, wide, sums);
            FW_LOADS_STAY();
            multiply_tap(values + 2 * value_step, weights + 2 * weight_step, zeroes, wide, sums);
        } else {
            for (uint32_t column = window->columns; column != 0; column--) {
                multiply_tap(values, weights, zeroes, wide, sums);
                values += value_step;
                weights += weight_step;
            }
        }
        value_row += window->value_row;
        weight_row += window->weight_row;
    }
    FW_UNROLL
    for (uint32_t i = 0; i < CHANNELS; i++)
        results[i] = sums[i];
}

FW_INLINE void multiply_narrow(const struct window *window, uint32_t zeroes, int32_t *sums)
{
    multiply(window, zeroes, false, sums);
}

FW_APART void multiply_wide(const struct window *window, int32_t *sums)
{
    multiply(window, 0, true, sums);
}

/* The tile's first channel at a place. */
static struct window window_of(const struct fw_job *job, struct fw_taps rows,
                               struct fw_taps columns)
{
    const struct fw_layer *layer = job->layer;
    const size_t element = layer->input.element_bytes;
    const size_t channels = layer->output.channels;
    const size_t first = (size_t)rows.from * layer->kernel_width + columns.from;
    const struct window window = {
        .values = (const int8_t *)job->input + fw_patch_at(job, rows.at, columns.at) * element,
        .weights = job->weights + first * channels + job->tile->out_c,
        .value_step = job->patch_channels * element,
        .value_row = (size_t)job->patch_width * job->patch_channels * element,
        .weight_step = channels,
        .weight_row = layer->kernel_width * channels,
        .rows = rows.to - rows.from,
        .columns = columns.to - columns.from,
    };
    return window;
}

/* What does not change while the tile is computed. */
struct depthwise {
    const struct fw_job *job;
    uint32_t zeroes;
    bool quick;
};

/* Four channels from `c` on, where fw_quick() holds. */
FW_APART void finish_quick(const struct fw_job *job, uint32_t c, const int32_t *sums,
                           int8_t *output)
{
    const int32_t twice_zero = fw_twice_zero(job->layer);
    int32_t values[CHANNELS];
    FW_UNROLL
    for (uint32_t i = 0; i < CHANNELS; i++)
        values[i] = fw_quick_output(fw_scale_of(job, c + i), sums[i], twice_zero);
    FW_UNROLL
    for (uint32_t i = 0; i < CHANNELS; i++)
        output[i] = (int8_t)values[i];
}

FW_APART void finish_quick_wide(const struct fw_job *job, uint32_t c, const int32_t *sums,
                                int16_t *output)
{
    FW_UNROLL
    for (uint32_t i = 0; i < CHANNELS; i++)
        output[i] = (int16_t)fw_quick_wide_output(fw_wide_scale_of(job, c + i), sums[i]);
}

FW_APART void finish(const struct fw_job *job, uint32_t c, const int32_t *sums, size_t output)
{
    for (uint32_t i = 0; i < CHANNELS; i++)
        fw_put_sum(job, c + i, sums[i], output + i);
}

/* All channels at a place, from element `output` of the tile on. The last four may overlap with
 * those before, which gives the same once more. */
static void compute(const struct depthwise *depthwise, struct window window, size_t output)
{
    const struct fw_job *job = depthwise->job;
    const bool wide = fw_wide(job);
    const uint32_t end = job->tile->out_c_end;
    int32_t sums[CHANNELS];
    for (uint32_t c = job->tile->out_c, step;; c += step) {
        if (wide)
            multiply_wide(&window, sums);
        else
            multiply_narrow(&window, depthwise->zeroes, sums);
        if (!depthwise->quick)
            finish(job, c, sums, output);
        else if (wide)
            finish_quick_wide(job, c, sums, (int16_t *)job->output + output);
        else
            finish_quick(job, c, sums, (int8_t *)job->output + output);
        step = end - c - CHANNELS;
        if (step == 0)
            return;
        step = step < CHANNELS ? step : CHANNELS;
        output += step;
        window.values += wide ? 2 * step : step;
        window.weights += step;
    }
}

void fw_depthwise_fast(const struct fw_job *job)
{
    const struct fw_layer *layer = job->layer;
    const struct fw_tile *tile = job->tile;
    const uint32_t channels = tile->out_c_end - tile->out_c;
    const uint32_t taps = (uint32_t)layer->kernel_height * layer->kernel_width;
    if (layer->depth_multiplier != 1 || channels < CHANNELS || (fw_wide(job) && taps > WIDE_TAPS)) {
        fw_depthwise_plain(job);
        return;
    }
    const uint32_t zero = (uint16_t)-layer->input.zero_point;
    const struct depthwise depthwise = {
        .job = job,
        .zeroes = zero << 16 | zero,
        .quick = fw_quick(job, taps),
    };
    size_t output = 0;
    for (uint32_t y = tile->out_y; y < tile->out_y_end; y++) {
        const struct fw_taps rows = fw_rows_of(job, y);
        for (uint32_t x = tile->out_x; x < tile->out_x_end; x++) {
            compute(&depthwise, window_of(job, rows, fw_columns_of(job, x)), output);
            output += channels;
        }
    }
    if (depthwise.quick)
        fw_clamp_tile(job);
}
