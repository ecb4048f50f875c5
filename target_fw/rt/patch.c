#include "target_fw/rt/patch.h"

#include "target_fw/hal/hal.h"
#include "target_fw/rt/nv_layout.h"

/* A box of a tensor as equal runs of contiguous bytes, `lines` times `runs` of them. */
struct box {
    uint32_t offset;     /* of the first run, in non-volatile memory */
    uint32_t run_bytes;  /* of one run */
    uint32_t runs;       /* in a line */
    uint32_t run_stride; /* bytes from one run of a line to the next */
    uint32_t lines;
    uint32_t line_stride;
};

/* Joins what is contiguous: whole channels into rows, whole rows into one run. */
static struct box box_of(const struct fw_tensor *tensor, uint32_t y, uint32_t y_end, uint32_t x,
                         uint32_t x_end, uint32_t c, uint32_t c_end)
{
    const uint32_t row = tensor->width * tensor->channels;
    struct box box = {
        .offset = FW_NV_ARENA + tensor->offset + y * row + x * tensor->channels + c,
        .run_bytes = c_end - c,
        .runs = x_end - x,
        .run_stride = tensor->channels,
        .lines = y_end - y,
        .line_stride = row,
    };
    if (box.run_bytes == tensor->channels) {
        box.run_bytes *= box.runs;
        box.runs = 1;
    }
    if (box.run_bytes == row) {
        box.run_bytes *= box.lines;
        box.lines = 1;
    }
    return box;
}

void fw_patch_load(const struct fw_layer *layer, const struct fw_tile *tile, int8_t *patch)
{
    const struct box box = box_of(&layer->input, tile->in_y, tile->in_y_end, tile->in_x,
                                  tile->in_x_end, tile->in_c, tile->in_c_end);
    for (uint32_t line = 0; line < box.lines; line++) {
        for (uint32_t run = 0; run < box.runs; run++) {
            fw_hal_nv_read(patch, box.offset + line * box.line_stride + run * box.run_stride,
                           box.run_bytes);
            patch += box.run_bytes;
        }
    }
}

uint32_t fw_patch_store(const struct fw_layer *layer, const struct fw_tile *tile,
                        const int8_t *output)
{
    const struct box box = box_of(&layer->output, tile->out_y, tile->out_y_end, tile->out_x,
                                  tile->out_x_end, tile->out_c, tile->out_c_end);
    for (uint32_t line = 0; line < box.lines; line++) {
        for (uint32_t run = 0; run < box.runs; run++) {
            fw_hal_nv_write(box.offset + line * box.line_stride + run * box.run_stride, output,
                            box.run_bytes);
            output += box.run_bytes;
        }
    }
    return box.run_bytes * box.runs * box.lines;
}
