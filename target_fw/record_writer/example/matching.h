/* The work of the example: takes 256 samples of a sensor and finds out of 64 templates the one that
 * they resemble most, 20 times. Progress is kept in FRAM and survives power failures. */
#ifndef EXAMPLE_MATCHING_H
#define EXAMPLE_MATCHING_H

#include <stdbool.h>
#include <stdint.h>

enum { ROUNDS = 20, TEMPLATES = 64, TEMPLATES_PER_COMMIT = 8, SAMPLES_MISSING = 0xFFFF };

struct progress {
    uint32_t sequence;
    uint32_t round;
    uint32_t templates; /* of the round, that are compared; SAMPLES_MISSING before it has samples */
    int32_t best_score;
    uint32_t best;
    uint32_t check;
};

/* Counts this power-up in FRAM, takes up what was committed last, and returns the count. */
uint16_t power_up(struct progress *now);
void take_samples(struct progress *now);
void compare_next_template(struct progress *now);
/* Makes it permanent. */
void commit(struct progress *now);

#endif
