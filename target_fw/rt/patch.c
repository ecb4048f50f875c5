#include "target_fw/rt/patch.h"

#include <string.h>

#include "target_fw/hal/hal.h"
#include "target_fw/rt/nv_layout.h"

/* Joins what is contiguous: whole channels into rows, whole rows into one run. */
static struct fw_box box_of(const struct fw_tensor *tensor, uint32_t y, uint32_t y_end, uint32_t x,
                            uint32_t x_end, uint32_t c, uint32_t c_end)
{
    const uint32_t place = tensor->channels * tensor->element_bytes;
    const uint32_t row = tensor->width * place;
    struct fw_box box = {
        .offset = tensor->offset + y * row + x * place + c * tensor->element_bytes,
        .run_bytes = (c_end - c) * tensor->element_bytes,
        .runs = x_end - x,
        .run_stride = place,
        .lines = y_end - y,
        .line_stride = row,
    };
    if (box.run_bytes == place) {
        box.run_bytes *= box.runs;
        box.runs = 1;
    }
    if (box.run_bytes == row) {
        box.run_bytes *= box.lines;
        box.lines = 1;
    }
    return box;
}

struct fw_box fw_input_box(const struct fw_tensor *tensor, const struct fw_tile *tile)
{
    return box_of(tensor, tile->in_y, tile->in_y_end, tile->in_x, tile->in_x_end, tile->in_c,
                  tile->in_c_end);
}

struct fw_box fw_output_box(const struct fw_tensor *tensor, const struct fw_tile *tile)
{
    return box_of(tensor, tile->out_y, tile->out_y_end, tile->out_x, tile->out_x_end, tile->out_c,
                  tile->out_c_end);
}

void fw_box_load(const struct fw_box *box, const uint8_t *ram, uint8_t *to)
{
    for (uint32_t line = 0; line < box->lines; line++) {
        uint32_t offset = box->offset + line * box->line_stride;
        for (uint32_t run = 0; run < box->runs; run++) {
            if (ram != NULL)
                memcpy(to, ram + offset, box->run_bytes);
            else
                fw_hal_nv_read(to, FW_NV_ARENA + offset, box->run_bytes);
            to += box->run_bytes;
            offset += box->run_stride;
        }
    }
}

void fw_box_store(const struct fw_box *box, uint8_t *ram, const uint8_t *from)
{
    for (uint32_t line = 0; line < box->lines; line++) {
        uint32_t offset = box->offset + line * box->line_stride;
        for (uint32_t run = 0; run < box->runs; run++) {
            if (ram != NULL)
                memcpy(ram + offset, from, box->run_bytes);
            else
                fw_hal_nv_write(FW_NV_ARENA + offset, from, box->run_bytes);
            from += box->run_bytes;
            offset += box->run_stride;
        }
    }
}

uint32_t fw_box_bytes(const struct fw_box *box)
{
    return box->run_bytes * box->runs * box->lines;
}
