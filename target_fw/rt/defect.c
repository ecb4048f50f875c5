#include "target_fw/rt/defect.h"

#ifdef FW_SEEDED_DEFECTS

#include "target_fw/hal/hal.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/patch.h"
#include "target_fw/rt/state.h"

static uint32_t place_of(const struct fw_box *box, uint32_t byte)
{
    const uint32_t run = byte / box->run_bytes;
    return FW_NV_ARENA + box->offset + run / box->runs * box->line_stride +
           run % box->runs * box->run_stride + byte % box->run_bytes;
}

void fw_defect_clear(const struct fw_tensor *tensor)
{
    const uint8_t zero = 0;
    const uint32_t bytes =
        tensor->height * tensor->width * tensor->channels * tensor->element_bytes;
    for (uint32_t i = 0; i < bytes; i++)
        fw_hal_nv_write(FW_NV_ARENA + tensor->offset + i, &zero, 1);
}

void fw_defect_add(const struct fw_box *box, const uint8_t *tile)
{
    for (uint32_t i = 0; i < fw_box_bytes(box); i++) {
        uint8_t sum;
        fw_hal_nv_read(&sum, place_of(box, i), 1);
        sum = (uint8_t)(sum + tile[i]);
        fw_hal_nv_write(place_of(box, i), &sum, 1);
    }
}

void fw_defect_invert(const struct fw_tensor *input, const struct fw_tile *extent)
{
    const struct fw_box box = fw_input_box(input, extent);
    for (uint32_t i = 0; i < fw_box_bytes(&box); i++) {
        uint8_t byte;
        fw_hal_nv_read(&byte, place_of(&box, i), 1);
        byte = (uint8_t)~byte;
        fw_hal_nv_write(place_of(&box, i), &byte, 1);
    }
}

bool fw_defect_patch_is_there(const struct fw_box *box)
{
    const uint32_t name = 1 + box->offset + 0x10000 * fw_box_bytes(box);
    const bool there = *fw_defect_left_over() == name;
    *fw_defect_left_over() = name;
    return there;
}

void fw_defect_skip_tiles(struct fw_state *state, uint32_t tiles)
{
    struct fw_progress *progress = &state->progress;
    const uint32_t most = fw_image_layer(state->network, progress->layer)->tile_count;
    progress->tile = (uint16_t)(progress->tile + tiles < most ? progress->tile + tiles : most);
}

#else

typedef int fw_no_defects; /* a source file must not be empty */

#endif
