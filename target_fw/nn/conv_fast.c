/* CONV_2D: columns of a few places at a time, each multiplied with all filters of the tile. */
#include "target_fw/nn/columns.h"
#include "target_fw/nn/finish.h"
#include "target_fw/protocol/kernel_scratch.h"

/* What does not change while the tile is computed. */
struct conv {
    const struct fw_job *job;
    uint32_t *columns;
    uint8_t *window;         /* elements of one place, when they cannot be taken in groups */
    uint32_t groups;         /* of a column */
    uint32_t groups_at_once; /* whose products fit into 32 bits */
    size_t step;             /* elements of the tile from one place to the next */
    size_t filter_bytes;
    bool quick;
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
        .groups_at_once = fw_wide(job) ? FW_WIDE_TAPS / FW_GROUP : groups,
        .step = job->tile->out_c_end - job->tile->out_c,
        .filter_bytes = fw_filter_bytes(layer, taps),
        .quick = fw_quick(job, taps),
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
        column = fw_append_padding(column, places, (layer->kernel_width - columns.to) * depth);
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

/* The outputs that are computed together. */
struct batch {
    uint32_t c;
    uint32_t filters; /* from c on */
    uint32_t places;
    size_t output; /* of the first channel at the first place */
};

static struct fw_factors factors_of(const struct conv *conv, const struct batch *batch)
{
    const struct fw_factors factors = {
        .columns = conv->columns,
        .filter = conv->job->weights + batch->c * conv->filter_bytes,
        .next = conv->filter_bytes,
        .groups = conv->groups,
        .places = batch->places,
        .filters = batch->filters,
        .weight_bits = conv->job->layer->weight_bits,
    };
    return factors;
}

/* Any batch, of sums that may take 64 bits. */
FW_APART void compute(const struct conv *conv, const struct batch *batch)
{
    const struct fw_job *job = conv->job;
    struct fw_factors factors = factors_of(conv, batch);
    if (batch->places == FW_PLACES) {
        factors.filters = 2;
        factors.next = batch->filters == 2 ? conv->filter_bytes : 0; /* the same one twice */
    }
    int64_t totals[2 * FW_PLACES] = {0};
    for (uint32_t from = 0; from < conv->groups; from += conv->groups_at_once) {
        int32_t sums[2 * FW_PLACES];
        const uint32_t left = conv->groups - from;
        factors.groups = left < conv->groups_at_once ? left : conv->groups_at_once;
        fw_multiply(&factors, sums);
        for (uint32_t i = 0; i < batch->places * factors.filters; i++)
            totals[i] += sums[i];
        factors.columns += FW_GROUP / 2 * (size_t)batch->places * factors.groups;
        factors.filter += fw_group_bytes(job->layer) * factors.groups;
    }
    for (uint32_t f = 0; f < batch->filters; f++)
        for (uint32_t p = 0; p < batch->places; p++)
            fw_put_sum(job, batch->c + f, totals[p * factors.filters + f],
                       batch->output + p * conv->step + f);
}

/* Two channels from `c` on at FW_PLACES places, where fw_quick() holds. */
FW_APART void finish_quick(const struct conv *conv, uint32_t c, const int32_t *sums, int8_t *output)
{
    const size_t step = conv->step;
    const int32_t twice_zero = fw_twice_zero(conv->job->layer);
    const struct fw_scale first = fw_scale_of(conv->job, c);
    const struct fw_scale second = fw_scale_of(conv->job, c + 1);
    FW_UNROLL
    for (uint32_t p = 0; p < FW_PLACES; p++, output += step) {
        output[0] = (int8_t)fw_quick_output(first, sums[2 * p], twice_zero);
        output[1] = (int8_t)fw_quick_output(second, sums[2 * p + 1], twice_zero);
    }
}

FW_APART void finish_quick_wide(const struct conv *conv, uint32_t c, const int32_t *sums,
                                int16_t *output)
{
    const size_t step = conv->step;
    const struct fw_scale first = fw_wide_scale_of(conv->job, c);
    const struct fw_scale second = fw_wide_scale_of(conv->job, c + 1);
    FW_UNROLL
    for (uint32_t p = 0; p < FW_PLACES; p++, output += step) {
        output[0] = (int16_t)fw_quick_wide_output(first, sums[2 * p]);
        output[1] = (int16_t)fw_quick_wide_output(second, sums[2 * p + 1]);
    }
}

/* At FW_PLACES places, all channels but an odd last one, which `batch` is left at. */
static void compute_pairs(const struct conv *conv, struct batch *batch)
{
    const struct fw_job *job = conv->job;
    const bool wide = fw_wide(job);
    batch->filters = 2;
    struct fw_factors factors = factors_of(conv, batch);
    while (job->tile->out_c_end - batch->c >= 2) {
        int32_t sums[2 * FW_PLACES];
        fw_multiply(&factors, sums);
        if (wide)
            finish_quick_wide(conv, batch->c, sums, (int16_t *)job->output + batch->output);
        else
            finish_quick(conv, batch->c, sums, (int8_t *)job->output + batch->output);
        factors.filter += 2 * conv->filter_bytes;
        batch->c += 2;
        batch->output += 2;
    }
}

/* All channels at FW_PLACES places or at one, from element `output` of the tile on. */
static void compute_places(const struct conv *conv, uint32_t places, size_t output)
{
    const struct fw_tile *tile = conv->job->tile;
    struct batch batch = {.c = tile->out_c, .places = places, .output = output};
    if (conv->quick && places == FW_PLACES)
        compute_pairs(conv, &batch);
    while (batch.c < tile->out_c_end) {
        const uint32_t left = tile->out_c_end - batch.c;
        batch.filters = fw_filters_at_once(places == 1 || left < 2 ? left : 2);
        compute(conv, &batch);
        batch.c += batch.filters;
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
        compute_places(&conv, places, done * conv.step);
    }
    if (conv.quick)
        fw_clamp_tile(job);
}
