#include "target_fw/app/measure.h"

#include "target_fw/hal/hal.h"
#include "target_fw/nn/kernels.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/slots.h"

_Static_assert(FW_NV_MEASURE + FW_MEASURE_BLOCK <= FW_NV_ARENA, "blocks have their place");

/* What goes on while the pin is high. */
struct subject {
    struct fw_state *state;
    const struct fw_measure *asked;
    const void *image; /* of a kernel */
    const struct fw_layer *layer;
    struct fw_tile tile;
};

static void run_kernel(const struct subject *subject)
{
    const struct fw_layer *layer = subject->layer;
    const uint32_t patch = (fw_tile_input_bytes(layer, &subject->tile) + 3) & ~UINT32_C(3);
    const uint32_t output = (fw_tile_output_bytes(layer, &subject->tile) + 3) & ~UINT32_C(3);
    uint8_t *input = subject->state->board->working;
    uint8_t *input2 = layer->op == FW_OP_ADD ? input + patch : NULL;
    uint8_t *to = input + patch + (input2 != NULL ? patch : 0);
    for (uint32_t i = 0; i < subject->asked->count; i++)
        fw_run_tile(subject->image, layer, &subject->tile, input, input2, to, to + output);
}

/* The block that is moved: all, or what is left of `count`. */
static uint32_t block_of(const struct subject *subject, uint32_t done)
{
    const uint32_t left = subject->asked->count - done;
    return left < FW_MEASURE_BLOCK ? left : FW_MEASURE_BLOCK;
}

static void read_nv(const struct subject *subject)
{
    uint8_t *working = subject->state->board->working;
    for (uint32_t done = 0; done < subject->asked->count; done += block_of(subject, done))
        fw_hal_nv_read(working, FW_NV_MEASURE, block_of(subject, done));
}

static void write_nv(const struct subject *subject)
{
    const uint8_t *working = subject->state->board->working;
    for (uint32_t done = 0; done < subject->asked->count; done += block_of(subject, done))
        fw_hal_nv_write(FW_NV_MEASURE, working, block_of(subject, done));
}

static void commit(const struct subject *subject)
{
    struct fw_slots slots = {.offset = FW_NV_MEASURE};
    const struct fw_progress *progress = &subject->state->progress;
    for (uint32_t i = 0; i < subject->asked->count; i++)
        fw_slots_write(&slots, progress, sizeof *progress);
}

static void nap(const struct subject *subject)
{
    fw_hal_sleep(subject->asked->count);
}

static void (*const actions[])(const struct subject *subject) = {
    [FW_MEASURE_KERNEL] = run_kernel, [FW_MEASURE_NV_READ] = read_nv,
    [FW_MEASURE_NV_WRITE] = write_nv, [FW_MEASURE_COMMIT] = commit,
    [FW_MEASURE_SLEEP] = nap,
};

/* Finds layer and tile, and whether they can be computed here. */
static enum fw_status find_kernel(struct subject *subject, struct fw_measured *measured)
{
    const struct fw_board *board = subject->state->board;
    const struct fw_measure *asked = subject->asked;
    if (asked->source >= FW_SOURCES)
        return FW_STATUS_BAD_BODY;
    const struct fw_region *region = &board->network[asked->source];
    if (region->at == NULL || fw_image_check(region->at, region->bytes) != FW_IMAGE_OK)
        return FW_STATUS_NOT_THERE;
    const struct fw_image_header *network = (const struct fw_image_header *)region->at;
    if (asked->layer >= network->layer_count)
        return FW_STATUS_BAD_BODY;
    subject->image = network;
    subject->layer = fw_image_layer(network, asked->layer);
    if (subject->layer->op == FW_OP_RESHAPE)
        return FW_STATUS_NOT_THERE;
    const bool whole = asked->tile == FW_MEASURE_WHOLE_LAYER;
    if (!whole && asked->tile >= subject->layer->tile_count)
        return FW_STATUS_BAD_BODY;
    subject->tile =
        whole ? fw_whole_layer(subject->layer) : fw_tile_of(subject->layer, asked->tile);
    measured->needed = fw_tile_working_bytes(subject->layer, &subject->tile);
    return measured->needed <= board->working_bytes ? FW_STATUS_OK : FW_STATUS_NO_ROOM;
}

/* Inputs, or a block: any values do, if they are the same each time. */
static void fill_working_memory(const struct subject *subject, uint32_t needed)
{
    const uint32_t bytes = needed == 0 ? FW_MEASURE_BLOCK : needed;
    for (uint32_t i = 0; i < bytes; i++)
        subject->state->board->working[i] = (uint8_t)(i * 37);
}

enum fw_status fw_measure_execute(struct fw_state *state, const struct fw_measure *asked,
                                  struct fw_measured *measured)
{
    struct subject subject = {.state = state, .asked = asked};
    if (asked->what >= sizeof actions / sizeof actions[0] || asked->count == 0 ||
        state->board->working_bytes < FW_MEASURE_BLOCK)
        return FW_STATUS_BAD_BODY;
    if (asked->what == FW_MEASURE_KERNEL) {
        const enum fw_status found = find_kernel(&subject, measured);
        if (found != FW_STATUS_OK)
            return found;
    }
    state->server.output_kept = false;
    fill_working_memory(&subject, measured->needed);
    fw_hal_marks(state->marks | FW_MARK_MEASURE);
    const uint32_t began = fw_hal_ticks();
    actions[asked->what](&subject);
    measured->ticks = fw_hal_ticks() - began;
    fw_hal_marks(state->marks);
    return FW_STATUS_OK;
}

bool fw_kernels_are_fast(void)
{
#if defined(__ARM_FEATURE_DSP) && !defined(FW_PLAIN_KERNELS)
    return true;
#else
    return false;
#endif
}
