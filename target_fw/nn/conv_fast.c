/* CONV_2D: columns of a few places at a time, each multiplied with all filters of the tile. */
#include "target_fw/nn/columns.h"
#include "target_fw/nn/finish.h"
#include "target_fw/protocol/kernel_scratch.h"

/* What does not change while the tile is computed. */
struct conv {
    const struct fw_job *job;
    uint32_t *columns;
    uint8_t *window; /* elements of one place, when they cannot be taken in groups */
    uint32_t groups; /* of a column */
    uint32_t wide_groups; /* that are multiplied at once */
    size_t filter_bytes;
    bool quick;
    struct fw_finish finish;
};

static struct conv conv_of(const struct fw_job *job)
{
    const struct fw_layer *layer = job->layer;
    const uint32_t taps =
        (uint32_t)layer->kernel_height * layer->kernel_width * layer->input.channels;
    const uint32_t groups = (taps + FW_GROUP - 1) / FW_GROUP;
    const struct conv conv = {
        .job = job,
        .columns = (uint32_t *)job->scratch,
        .window = (uint8_t *)job->scratch + fw_conv_places(layer) * 2 * FW_GROUP * groups,
        .groups = groups,
        .wide_groups = fw_wide(job) ? FW_WIDE_TAPS / FW_GROUP : groups,
        .filter_bytes = fw_filter_bytes(layer, taps),
        .quick = fw_quick(job, taps),
        .finish = fw_finish_of(layer),
    };
    return conv;
}

/* A window whose parts are whole groups goes straight into its column. */
static void append_rows(const struct conv *conv, struct fw_taps rows, struct fw_taps columns,
                        uint32_t *column, uint32_t places)
{
    const struct fw_job *job = conv->job;
    const struct fw_layer *layer = job->layer;
    const uint32_t depth = layer->input.channels / FW_GROUP;
    const size_t row_bytes =
        (size_t)job->patch_width * job->patch_channels * layer->input.element_bytes;
    const uint8_t *values = (const uint8_t *)job->input +
                            fw_patch_at(job, rows.at, columns.at) * layer->input.element_bytes;
    column = fw_append_padding(column, places, rows.from * layer->kernel_width * depth);
    for (uint32_t row = rows.from; row < rows.to; row++) {
        column = fw_append_padding(column, places, columns.from * depth);
        column = fw_append(job, column, places, values, (columns.to - columns.from) * depth);
        column =
            fw_append_padding(column, places, (layer->kernel_width - columns.to) * depth);
        values += row_bytes;
    }
    fw_append_padding(column, places,
                      (layer->kernel_height - rows.to) * layer->kernel_width * depth);
}

static uint8_t *fill(uint8_t *to, size_t bytes, uint8_t value)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = value;
    return to + bytes;
}

/* Another is put together first. */
static void append_window(const struct conv *conv, struct fw_taps rows, struct fw_taps columns,
                          uint32_t *column, uint32_t places)
{
    const struct fw_job *job = conv->job;
    const struct fw_layer *layer = job->layer;
    const size_t element = layer->input.element_bytes;
    const size_t depth = layer->input.channels * element;
    const size_t row_bytes = (size_t)job->patch_width * job->patch_channels * element;
    const size_t all = (size_t)conv->groups * FW_GROUP * element;
    const uint8_t zero = (uint8_t)layer->input.zero_point;
    const uint8_t *values =
        (const uint8_t *)job->input + fw_patch_at(job, rows.at, columns.at) * element;
    uint8_t *to = fill(conv->window, rows.from * layer->kernel_width * depth, zero);
    for (uint32_t row = rows.from; row < rows.to; row++) {
        const size_t count = (columns.to - columns.from) * depth;
        to = fill(to, columns.from * depth, zero);
        for (size_t i = 0; i < count; i++)
            to[i] = values[i];
        to = fill(to + count, (layer->kernel_width - columns.to) * depth, zero);
        values += row_bytes;
    }
    fill(to, (size_t)(conv->window + all - to), zero);
    fw_append(job, column, places, conv->window, conv->groups);
}

static void append(const struct conv *conv, uint32_t y, uint32_t x, uint32_t *column,
                   uint32_t places)
{
    const struct fw_taps rows = fw_rows_of(conv->job, y);
    const struct fw_taps columns = fw_columns_of(conv->job, x);
    if (conv->job->layer->input.channels % FW_GROUP == 0)
        append_rows(conv, rows, columns, column, places);
    else
        append_window(conv, rows, columns, column, places);
}

/* The outputs that are computed together: of `filters` channels from `c` on at `places` places. */
struct batch {
    uint32_t c;
    uint32_t filters;
    uint32_t places;
    size_t output; /* of the first channel at the first place */
    size_t step;   /* to the next place */
};

static void finish(const struct conv *conv, const struct batch *batch, const int64_t *sums)
{
    for (uint32_t f = 0; f < batch->filters; f++)
        for (uint32_t p = 0; p < batch->places; p++)
            fw_put_sum(conv->job, batch->c + f, sums[p * batch->filters + f],
                       batch->output + p * batch->step + f);
}

static void compute(const struct conv *conv, const struct batch *batch)
{
    struct fw_factors factors = {
        .columns = conv->columns,
        .filter = conv->job->weights + batch->c * conv->filter_bytes,
        .next = conv->filter_bytes,
        .groups = conv->groups,
        .places = batch->places,
        .filters = batch->filters,
        .weight_bits = conv->job->layer->weight_bits,
    };
    int32_t sums[8];
    int64_t totals[8] = {0};
    const size_t group_words = FW_GROUP / 2 * (size_t)batch->places;
    for (uint32_t from = 0; from < conv->groups; from += conv->wide_groups) {
        const uint32_t left = conv->groups - from;
        factors.groups = left < conv->wide_groups ? left : conv->wide_groups;
        fw_multiply(&factors, sums);
        for (uint32_t i = 0; i < batch->places * batch->filters; i++)
            totals[i] += sums[i];
        factors.columns += group_words * factors.groups;
        factors.filter += fw_group_bytes(conv->job->layer) * factors.groups;
    }
    finish(conv, batch, totals);
}

/* The same for two channels at FW_PLACES places where fw_quick() holds, in one piece. */
FW_INLINE void compute_quick(const struct conv *conv, uint32_t c, uint32_t bits, int8_t *output)
{
    const struct fw_job *job = conv->job;
    const size_t step = job->tile->out_c_end - job->tile->out_c;
    const struct fw_factors factors = {
        .columns = conv->columns,
        .filter = job->weights + c * conv->filter_bytes,
        .next = conv->filter_bytes,
        .groups = conv->groups,
        .places = FW_PLACES,
        .filters = 2,
        .weight_bits = bits,
    };
    int32_t sums[8];
    fw_multiply_inline(&factors, sums);
    FW_UNROLL
    for (uint32_t f = 0; f < 2; f++) {
        const int32_t bias = job->bias[c + f];
        const int32_t multiplier = job->multiplier[c + f];
        const int32_t shift = job->shift[c + f];
        FW_UNROLL
        for (uint32_t p = 0; p < FW_PLACES; p++)
            output[p * step + f] =
                fw_quick_output(&conv->finish, sums[2 * p + f] + bias, multiplier, shift);
    }
}

/* Of FW_PLACES places, the channels from `c` on that can be computed quickly. Returns the next one. */
static uint32_t compute_pairs(const struct conv *conv, uint32_t c, int8_t *output)
{
    const uint32_t end = conv->job->tile->out_c_end;
    if (conv->job->layer->weight_bits == 4)
        for (; end - c >= 2; c += 2, output += 2)
            compute_quick(conv, c, 4, output);
    else
        for (; end - c >= 2; c += 2, output += 2)
            compute_quick(conv, c, 8, output);
    return c;
}

/* Of the places, all channels. */
static void compute_places(const struct conv *conv, uint32_t places, size_t output)
{
    const struct fw_tile *tile = conv->job->tile;
    struct batch batch = {.c = tile->out_c,
                          .places = places,
                          .output = output,
                          .step = tile->out_c_end - tile->out_c};
    if (conv->quick && places == FW_PLACES)
        batch.c = compute_pairs(conv, batch.c, (int8_t *)conv->job->output + output);
    batch.output += batch.c - tile->out_c;
    for (; batch.c < tile->out_c_end; batch.c += batch.filters) {
        batch.filters = fw_filters_at_once(places, tile->out_c_end - batch.c);
        compute(conv, &batch);
        batch.output += batch.filters;
    }
}

void fw_conv_fast(const struct fw_job *job)
{
    const uint32_t most = fw_conv_places(job->layer);
    if (most == 0) {
        fw_conv_plain(job);
        return;
    }
    const struct conv conv = conv_of(job);
    const struct fw_tile *tile = job->tile;
    const uint32_t width = tile->out_x_end - tile->out_x;
    const uint32_t count = (tile->out_y_end - tile->out_y) * width;
    uint32_t y = tile->out_y;
    uint32_t x = tile->out_x;
    for (uint32_t done = 0, places; done < count; done += places) {
        places = count - done < most ? 1 : most;
        for (uint32_t p = 0; p < places; p++) {
            append(&conv, y, x, conv.columns + p, places);
            if (++x == tile->out_x_end) {
                x = tile->out_x;
                y++;
            }
        }
        compute_places(&conv, places, (size_t)done * (tile->out_c_end - tile->out_c));
    }
}
