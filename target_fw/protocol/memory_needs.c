#include "target_fw/protocol/memory_needs.h"

#include <stdbool.h>

struct fw_memory fw_memory_needs(const struct fw_image_header *network, uint8_t strategy)
{
    static const struct {
        uint8_t arenas_in_ram;
        uint8_t arenas_in_nv;
        bool in_tiles; /* else whole layers, which take scratch memory only */
    } rules[] = {
        [FW_STRATEGY_RESTART] = {1, 0, false},
        [FW_STRATEGY_LAYER] = {0, 1, true},
        [FW_STRATEGY_TILE] = {0, 1, true},
        [FW_STRATEGY_VOLTAGE] = {1, 2, true},
    };
    const uint64_t arena = ((uint64_t)network->arena_bytes + 3) / 4 * 4;
    const uint32_t rest =
        rules[strategy].in_tiles ? network->working_bytes : network->scratch_bytes;
    const struct fw_memory needs = {.ram = rules[strategy].arenas_in_ram * arena + rest,
                                    .nv = rules[strategy].arenas_in_nv * arena};
    return needs;
}
