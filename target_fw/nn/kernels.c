#include "target_fw/nn/kernels.h"

#include "target_fw/nn/job.h"

/* What computes an operator; null: nothing to compute. */
typedef void run_function(const struct fw_job *job);

/* The two builds of the arithmetic. */
static run_function *const plain[] = {
    [FW_OP_CONV_2D] = fw_conv_plain,
    [FW_OP_DEPTHWISE_CONV_2D] = fw_depthwise_plain,
    [FW_OP_FULLY_CONNECTED] = fw_fully_connected_plain,
    [FW_OP_AVERAGE_POOL_2D] = fw_average_pool,
    [FW_OP_RESHAPE] = NULL,
    [FW_OP_SOFTMAX] = fw_softmax_tile,
    [FW_OP_ADD] = fw_add,
    [FW_OP_MAX_POOL_2D] = fw_max_pool,
    [FW_OP_QUANTIZE] = fw_quantize,
};
static run_function *const fast[] = {
    [FW_OP_CONV_2D] = fw_conv_fast,
    [FW_OP_DEPTHWISE_CONV_2D] = fw_depthwise_fast,
    [FW_OP_FULLY_CONNECTED] = fw_fully_connected_fast,
    [FW_OP_AVERAGE_POOL_2D] = fw_average_pool,
    [FW_OP_RESHAPE] = NULL,
    [FW_OP_SOFTMAX] = fw_softmax_tile,
    [FW_OP_ADD] = fw_add,
    [FW_OP_MAX_POOL_2D] = fw_max_pool,
    [FW_OP_QUANTIZE] = fw_quantize,
};

static const int32_t *words_at(const void *image, uint32_t offset)
{
    const void *at = (const uint8_t *)image + offset;
    return (const int32_t *)at;
}

static struct fw_job job_of(const void *image, const struct fw_layer *layer,
                            const struct fw_tile *tile, const void *input, const void *input2,
                            void *output, void *scratch)
{
    const struct fw_job job = {
        .layer = layer,
        .tile = tile,
        .weights = (const int8_t *)image + layer->weights_offset,
        .bias = words_at(image, layer->bias_offset),
        .multiplier = words_at(image, layer->multiplier_offset),
        .shift = words_at(image, layer->shift_offset),
        .input = input,
        .input2 = input2,
        .output = output,
        .scratch = scratch,
        .patch_width = tile->in_x_end - tile->in_x,
        .patch_channels = tile->in_c_end - tile->in_c,
    };
    return job;
}

void fw_run_tile_plain(const void *image, const struct fw_layer *layer, const struct fw_tile *tile,
                       const void *input, const void *input2, void *output, void *scratch)
{
    const struct fw_job job = job_of(image, layer, tile, input, input2, output, scratch);
    if (plain[layer->op] != NULL)
        plain[layer->op](&job);
}

void fw_run_tile_fast(const void *image, const struct fw_layer *layer, const struct fw_tile *tile,
                      const void *input, const void *input2, void *output, void *scratch)
{
    const struct fw_job job = job_of(image, layer, tile, input, input2, output, scratch);
    if (fast[layer->op] != NULL)
        fast[layer->op](&job);
}

void fw_run_tile(const void *image, const struct fw_layer *layer, const struct fw_tile *tile,
                 const void *input, const void *input2, void *output, void *scratch)
{
#if defined(__ARM_FEATURE_DSP) && !defined(FW_PLAIN_KERNELS)
    fw_run_tile_fast(image, layer, tile, input, input2, output, scratch);
#else
    fw_run_tile_plain(image, layer, tile, input, input2, output, scratch);
#endif
}
