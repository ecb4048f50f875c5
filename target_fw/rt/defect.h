/* Seeded defects: mistakes that an intermittent runtime is prone to, each behind a switch, so that
 * a check which claims to find them can be made to prove it. Only the host board, which is never an
 * ARM image, is compiled with FW_SEEDED_DEFECTS; everywhere else FW_DEFECT() is the constant 0 and
 * no trace of a defect is left in the code. */
#ifndef FW_RT_DEFECT_H
#define FW_RT_DEFECT_H

#include <stdbool.h>
#include <stdint.h>

enum fw_defect {
    FW_DEFECT_NONE = 0,
    FW_DEFECT_COMMIT_BEFORE_DATA,    /* a tile is committed, then written */
    FW_DEFECT_SINGLE_SLOT,           /* a record is overwritten where it lies */
    FW_DEFECT_SLOT_WITHOUT_CHECKSUM, /* a slot counts as valid without its checksum */
    FW_DEFECT_SEQUENCE_UNSIGNED,     /* the newest slot is not found when sequence numbers wrap */
    FW_DEFECT_SEQUENCE_FIRST,        /* a slot is valid once its sequence number is written */
    FW_DEFECT_ACCUMULATE_IN_PLACE,   /* a tile is added to what lies in non-volatile memory */
    FW_DEFECT_INPUT_IN_PLACE,        /* an input is changed in non-volatile memory, and back */
    FW_DEFECT_SNAPSHOT_OVER_NEWEST,  /* a snapshot goes where the newest one lies */
    FW_DEFECT_SNAPSHOT_EARLY,        /* a snapshot is committed before it is complete */
    FW_DEFECT_STATIC_LEFT_OVER,      /* a flag outlives the patch in RAM that it speaks of */
    FW_DEFECT_RAM_NOT_CLEARED,       /* what was in RAM at power-up is taken for progress */
    FW_DEFECT_COPY_NOT_CLEARED,      /* noise says what of a copy in RAM is valid */
    FW_DEFECT_FOREIGN_PROGRESS,      /* progress of another run is taken for this one's */
    FW_DEFECT_RESTORE_OFF_BY_ONE,    /* work goes on one tile too late */
    FW_DEFECT_VERIFIED_TOO_EARLY,    /* an unfinished verification is taken for a finished one */
    FW_DEFECT_BOOT_COUNTS_AS_WORK,   /* a power-up without progress counts as a tile done */
    FW_DEFECT_RESULT_AFTER_COMMIT,   /* an inference is committed, then its result is sent */
    FW_DEFECT_INPUT_ASSUMED,         /* an input is not written again after a failure */
    FW_DEFECTS
};

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the board that runs has this defect, and a word of its RAM that no start-up code clears
 * (0 at its first power-up). The host board has these. */
bool fw_defect_is(enum fw_defect defect);
uint32_t *fw_defect_left_over(void);

/* What some defects do. */
struct fw_box;
struct fw_state;
struct fw_tensor;
struct fw_tile;
/* Writes zeroes, adds a tile, or turns all bits of a tile's input, in non-volatile memory. */
void fw_defect_clear(const struct fw_tensor *tensor);
void fw_defect_add(const struct fw_box *box, const uint8_t *tile);
void fw_defect_invert(const struct fw_tensor *input, const struct fw_tile *extent);
/* Whether the word left over says that this patch is the one in RAM; then makes it say so. */
bool fw_defect_patch_is_there(const struct fw_box *box);
/* Moves progress on within its layer. */
void fw_defect_skip_tiles(struct fw_state *state, uint32_t tiles);

#ifdef __cplusplus
}
#endif

#ifdef FW_SEEDED_DEFECTS
#define FW_DEFECT(name) fw_defect_is(FW_DEFECT_##name)
#else
#define FW_DEFECT(name) 0
#endif

#endif
