#include "target_fw/rt/verify.h"

#include "target_fw/rt/defect.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/report.h"

_Static_assert(sizeof(struct fw_verifying) <= FW_SLOT_PAYLOAD_MAX, "the position fits its slot");
_Static_assert(FW_NV_VERIFY + 2 * FW_SLOT_STRIDE <= FW_NV_ARENA, "the position has its place");

enum {
    HEADERS_BYTES = 16,
    IMAGE_CHECKED_FROM = 16, /* the first bytes of an image are not in its checksum */
    STEP_BYTES = 2048        /* some 2 ms at 16 MHz between two commits */
};

/* What a checksum covers. */
struct part {
    const uint8_t *bytes;
    uint32_t size;
    uint32_t wanted;
};

uint32_t fw_headers_checksum(const struct fw_state *state)
{
    const uint32_t image = fw_crc32(0, state->network, HEADERS_BYTES);
    return fw_crc32(image, state->inputs, HEADERS_BYTES) | 1;
}

static bool inputs_fit(const struct fw_state *state)
{
    const struct fw_inputs_header *inputs = state->inputs;
    const uint32_t room =
        state->board->inputs[state->config.source].bytes - (uint32_t)sizeof *inputs;
    return inputs->magic == FW_INPUTS_MAGIC && inputs->count != 0 &&
           inputs->bytes_each == state->network->input_bytes &&
           inputs->count <= room / inputs->bytes_each;
}

void fw_verify_open(struct fw_state *state)
{
    const uint32_t headers = fw_headers_checksum(state);
    const bool found = fw_slots_open(&state->verify_slots, FW_NV_VERIFY, &state->verifying,
                                     sizeof state->verifying);
    if (!found || state->verifying.headers != headers)
        state->verifying = (struct fw_verifying){.headers = headers};
}

/* Runs over the rest of a part. */
static bool part_is_sound(struct fw_state *state, const struct part *part)
{
    struct fw_verifying *at = &state->verifying;
    while (at->done < part->size) {
        const uint32_t left = part->size - at->done;
        const uint32_t step = left < STEP_BYTES ? left : STEP_BYTES;
        at->crc = fw_crc32(at->crc, part->bytes + at->done, step);
        at->done += step;
        fw_slots_write(&state->verify_slots, at, sizeof *at);
    }
    return at->crc == part->wanted;
}

static enum fw_image_fault image_fault(struct fw_state *state)
{
    const struct fw_image_header *network = state->network;
    const uint32_t room = state->board->network[state->config.source].bytes;
    const enum fw_image_fault fault = fw_image_check_size(network, room);
    if (fault != FW_IMAGE_OK)
        return fault;
    const struct part image = {(const uint8_t *)network + IMAGE_CHECKED_FROM,
                               network->size - IMAGE_CHECKED_FROM, network->crc32};
    if (!part_is_sound(state, &image))
        return FW_IMAGE_BAD_CRC;
    return fw_image_check_fields(network);
}

/* Whether no tile of a layer takes more than the image's header says. */
static bool tiles_fit(const struct fw_image_header *network, const struct fw_layer *layer)
{
    if (layer->op == FW_OP_RESHAPE)
        return true;
    if (fw_scratch_bytes(layer) > network->scratch_bytes)
        return false;
    for (uint32_t i = 0; i < layer->tile_count; i++) {
        const struct fw_tile tile = fw_tile_of(layer, i);
        if (fw_tile_working_bytes(layer, &tile) > network->working_bytes)
            return false;
    }
    return true;
}

/* Goes through the rest of the layers. */
static bool layers_fit(struct fw_state *state)
{
    struct fw_verifying *at = &state->verifying;
    while (at->done < state->network->layer_count) {
        if (!tiles_fit(state->network, fw_image_layer(state->network, at->done)))
            return false;
        at->done++;
        fw_slots_write(&state->verify_slots, at, sizeof *at);
    }
    return true;
}

static bool inputs_are_sound(struct fw_state *state)
{
    if (!inputs_fit(state))
        return false;
    const struct part inputs = {(const uint8_t *)(state->inputs + 1),
                                state->inputs->count * state->inputs->bytes_each,
                                state->inputs->crc32};
    return part_is_sound(state, &inputs);
}

static void next_part(struct fw_state *state)
{
    struct fw_verifying *at = &state->verifying;
    *at = (struct fw_verifying){.headers = at->headers, .part = at->part + 1};
    fw_slots_write(&state->verify_slots, at, sizeof *at);
}

static bool refuse(struct fw_state *state, enum fw_fault_code code, uint32_t detail)
{
    fw_fault(state, code, detail);
    return false;
}

bool fw_verify(struct fw_state *state)
{
    enum { IMAGE, TILES, INPUTS };
    if (FW_DEFECT(VERIFIED_TOO_EARLY) && state->verifying.done != 0)
        return true;
    if (state->verifying.part == IMAGE) {
        const enum fw_image_fault fault = image_fault(state);
        if (fault != FW_IMAGE_OK)
            return refuse(state, FW_FAULT_BAD_NETWORK, fault);
        next_part(state);
    }
    if (state->verifying.part == TILES) {
        if (!layers_fit(state))
            return refuse(state, FW_FAULT_BAD_NETWORK, FW_IMAGE_BAD_LAYER);
        next_part(state);
    }
    if (state->verifying.part == INPUTS && state->config.mode == FW_MODE_RUN) {
        if (!inputs_are_sound(state))
            return refuse(state, FW_FAULT_BAD_INPUTS, state->network->input_bytes);
        next_part(state);
    }
    return true;
}

void fw_verify_forget(struct fw_state *state)
{
    state->verifying = (struct fw_verifying){0}; /* no headers have a checksum of 0 */
    fw_slots_write(&state->verify_slots, &state->verifying, sizeof state->verifying);
}
