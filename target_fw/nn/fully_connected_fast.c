/* FULLY_CONNECTED: a stretch of the input as a column, multiplied with some filters, then the next
 * stretch; so that scratch memory does not grow with the layer. */
#include "target_fw/nn/columns.h"
#include "target_fw/nn/finish.h"
#include "target_fw/protocol/kernel_scratch.h"

enum { FILTERS = 32 }; /* whose sums are kept while stretches follow each other */

/* Puts elements [from, from + count) of the input into the column; the last group may be
 * incomplete.
 */
static void append(const struct fw_job *job, size_t from, size_t count)
{
    const size_t element = job->layer->input.element_bytes;
    const uint32_t whole = (uint32_t)count / FW_GROUP;
    const uint8_t *values = (const uint8_t *)job->input + from * element;
    uint32_t *end = fw_append(job, (uint32_t *)job->scratch, 1, values, whole);
    const size_t rest = (count - whole * FW_GROUP) * element;
    if (rest == 0)
        return;
    uint8_t last[16];
    for (size_t i = 0; i < sizeof last; i++)
        last[i] = i < rest ? values[whole * FW_GROUP * element + i]
                           : (uint8_t)job->layer->input.zero_point;
    fw_append(job, end, 1, last, 1);
}

/* Adds a stretch's products with `count` filters to their sums. */
static void add_products(struct fw_factors factors, uint32_t count, int64_t *sums)
{
    int32_t products[8];
    for (uint32_t c = 0; c < count; c += factors.filters) {
        factors.filters = fw_filters_at_once(count - c);
        fw_multiply(&factors, products);
        for (uint32_t f = 0; f < factors.filters; f++)
            sums[c + f] += products[f];
        factors.filter += factors.filters * factors.next;
    }
}

static void finish(const struct fw_job *job, uint32_t c, uint32_t count, const int64_t *sums)
{
    const struct fw_tensor *input = &job->layer->input;
    const size_t output = c - job->tile->out_c;
    const int32_t twice_zero = fw_twice_zero(job->layer);
    const bool quick =
        !fw_wide(job) && fw_quick(job, (size_t)input->height * input->width * input->channels);
    for (uint32_t f = 0; f < count; f++)
        if (quick)
            ((int8_t *)job->output)[output + f] =
                (int8_t)fw_quick_output(fw_scale_of(job, c + f), (int32_t)sums[f], twice_zero);
        else
            fw_put_sum(job, c + f, sums[f], output + f);
}

/* Computes `count` channels from `c` on. */
static void compute(const struct fw_job *job, uint32_t c, uint32_t count)
{
    const struct fw_layer *layer = job->layer;
    const struct fw_tensor *input = &layer->input;
    const uint32_t taps = (uint32_t)input->height * input->width * input->channels;
    const uint32_t stretch = fw_fully_connected_stretch(layer);
    const size_t filter_bytes = fw_filter_bytes(layer, taps);
    struct fw_factors factors = {
        .columns = (const uint32_t *)job->scratch,
        .filter = job->weights + c * filter_bytes,
        .next = filter_bytes,
        .places = 1,
        .weight_bits = layer->weight_bits,
    };
    int64_t sums[FILTERS];
    for (uint32_t f = 0; f < count; f++)
        sums[f] = 0;
    for (uint32_t from = 0, n; from < taps; from += n) {
        n = taps - from < stretch ? taps - from : stretch;
        factors.groups = (n + FW_GROUP - 1) / FW_GROUP;
        append(job, from, n);
        add_products(factors, count, sums);
        factors.filter += fw_group_bytes(layer) * factors.groups;
    }
    finish(job, c, count, sums);
}

void fw_fully_connected_fast(const struct fw_job *job)
{
    const uint32_t end = job->tile->out_c_end;
    for (uint32_t c = job->tile->out_c, n; c < end; c += n) {
        n = end - c < FILTERS ? end - c : FILTERS;
        compute(job, c, n);
    }
    fw_clamp_tile(job);
}
