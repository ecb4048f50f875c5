#include "target_fw/app/load.h"

#include <string.h>

#include "target_fw/hal/hal.h"
#include "target_fw/rt/boot.h"
#include "target_fw/rt/nv_layout.h"
#include "target_fw/rt/slots.h"
#include "target_fw/rt/verify.h"

enum { CHUNK_ALIGNMENT = 8 };

/* What the slots hold. */
struct loading {
    uint32_t size;
    uint32_t crc32;
    uint32_t held; /* bytes that are surely written */
};

/* One object of the board. */
struct store {
    enum fw_object object;
    const struct fw_region *region;
    struct fw_slots slots;
    struct loading loading;
};

_Static_assert(sizeof(struct loading) <= FW_SLOT_PAYLOAD_MAX, "the state of a load fits its slot");
_Static_assert(FW_NV_LOAD + FW_OBJECTS * 2 * FW_SLOT_STRIDE <= FW_NV_MEASURE,
               "the state of loads has its place");

static struct store open_store(const struct fw_state *state, enum fw_object object)
{
    struct store store = {.object = object,
                          .region = object == FW_OBJECT_NETWORK
                                        ? &state->board->network[FW_SOURCE_LOADED]
                                        : &state->board->inputs[FW_SOURCE_LOADED]};
    fw_slots_open(&store.slots, FW_NV_LOAD + (uint32_t)object * 2 * FW_SLOT_STRIDE, &store.loading,
                  sizeof store.loading);
    return store;
}

static void keep(struct store *store, struct loading loading)
{
    store->loading = loading;
    fw_slots_write(&store->slots, &store->loading, sizeof store->loading);
}

static void forget(struct store *store)
{
    keep(store, (struct loading){0});
}

static bool is_loading(const struct store *store, uint32_t size, uint32_t crc32)
{
    return store->loading.size == size && store->loading.crc32 == crc32;
}

/* Whether work goes on that reads what was loaded. */
static bool is_in_use(const struct fw_state *state)
{
    const struct fw_run_config *config = &state->config;
    if (config->source != FW_SOURCE_LOADED || state->server.fault != 0)
        return false;
    return fw_mlperf_is_on(state) || (config->mode == FW_MODE_RUN && !fw_all_done(state));
}

static enum fw_status begin(struct fw_state *state, struct store *store, const struct fw_load *load)
{
    if (load->size > store->region->bytes)
        return FW_STATUS_NO_ROOM;
    if (load->size == 0)
        return FW_STATUS_BAD_BODY;
    if (is_loading(store, load->size, load->crc32))
        return FW_STATUS_OK;
    if (is_in_use(state))
        return FW_STATUS_IN_USE;
    /* What lies there is going to be overwritten, whatever was found out about it. */
    fw_verify_forget(state);
    state->server.output_kept = false;
    keep(store, (struct loading){.size = load->size, .crc32 = load->crc32});
    return FW_STATUS_OK;
}

static enum fw_status take_chunk(struct store *store, const struct fw_load_chunk *chunk,
                                 const uint8_t *bytes, uint32_t size)
{
    struct loading next = store->loading;
    if (next.size == 0 || chunk->crc32 != next.crc32)
        return FW_STATUS_OTHER_LOAD;
    if (chunk->offset != next.held)
        return FW_STATUS_OK; /* came before, or too early: the answer says what is wanted */
    const bool last = size == next.size - next.held;
    if (size > next.size - next.held || (size % CHUNK_ALIGNMENT != 0 && !last))
        return FW_STATUS_BAD_BODY;
    if (!fw_hal_store_write(store->object, chunk->offset, bytes, size)) {
        forget(store);
        return FW_STATUS_STORE_FAILED;
    }
    next.held += size;
    keep(store, next);
    return FW_STATUS_OK;
}

static enum fw_status end(struct store *store, const struct fw_load *load)
{
    if (load->size == 0 || !is_loading(store, load->size, load->crc32))
        return FW_STATUS_OTHER_LOAD;
    if (store->loading.held != load->size)
        return FW_STATUS_OK; /* the answer says what is wanted */
    if (fw_crc32(0, store->region->at, load->size) == load->crc32)
        return FW_STATUS_OK;
    forget(store);
    return FW_STATUS_BAD_OBJECT;
}

enum fw_status fw_load_execute(struct fw_state *state, const struct fw_request *request,
                               struct fw_load_state *answer)
{
    struct fw_load_chunk chunk; /* begins with the object, as struct fw_load does */
    struct fw_load load;
    memcpy(&chunk, request->body, sizeof chunk);
    memcpy(&load, request->body, sizeof load);
    if (load.object >= FW_OBJECTS)
        return FW_STATUS_BAD_BODY;
    struct store store = open_store(state, (enum fw_object)load.object);
    enum fw_status status;
    if (request->command == FW_COMMAND_LOAD_BEGIN)
        status = begin(state, &store, &load);
    else if (request->command == FW_COMMAND_LOAD_CHUNK)
        status = take_chunk(&store, &chunk, request->body + sizeof chunk,
                            (uint32_t)(request->size - sizeof chunk));
    else
        status = end(&store, &load);
    *answer = (struct fw_load_state){.held = store.loading.held, .room = store.region->bytes};
    return status;
}
