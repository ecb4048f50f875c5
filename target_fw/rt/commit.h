/* Making work permanent, and how much of it at a time. */
#ifndef FW_RT_COMMIT_H
#define FW_RT_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "target_fw/rt/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most tiles between two commits when energy decides, and the tiles that what is left of it
 * must cover for another one to go without. */
enum { FW_FUSED_TILES_MAX = 64, FW_FUSED_TILES_RESERVE = 3 };

/* Makes (inference, layer, tile) the place where the next power-up goes on, and reports it. */
void fw_commit(struct fw_state *state, uint32_t inference, uint32_t layer, uint32_t tile);

/* Whether progress is to be committed after the tile that just ended; called once a tile. That is
 * so after as many tiles as configuration or plan say. With FW_COMMIT_BY_ENERGY it is so when the
 * energy in the storage above off_mv would not cover FW_FUSED_TILES_RESERVE of the dearest tile
 * seen since power-up, and after FW_FUSED_TILES_MAX tiles at the latest. Energy is counted in
 * squared millivolts, C/2 of which is the same factor in all of it.
 *
 * Each power-up that finds no new progress halves the number of tiles, until sixteen in a row found
 * some, which doubles it again. At the last attempt before work is given up each tile is committed:
 * what fits a power cycle alone comes to its end. */
bool fw_commit_is_due(struct fw_state *state, const struct fw_layer *layer);

#ifdef __cplusplus
}
#endif

#endif
