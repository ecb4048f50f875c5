#include "target_fw/record_writer/example/matching.h"

#include <stddef.h>

enum { SAMPLES = 256 };

/* The newer of the two slots whose check word is right holds the progress. */
__attribute__((section(".fram"))) static volatile struct {
    uint16_t power_ups;
    struct progress slots[2];
    int16_t samples[SAMPLES];
} kept;

static uint32_t check_of(const struct progress *progress)
{
    const uint32_t *words = (const uint32_t *)progress;
    uint32_t check = 0x5F1EC;
    for (uint32_t i = 0; i < offsetof(struct progress, check) / sizeof *words; i++)
        check = (check ^ words[i]) * 0x01000193;
    return check;
}

uint16_t power_up(struct progress *now)
{
    bool found = false;
    *now = (struct progress){.templates = SAMPLES_MISSING};
    for (int i = 0; i < 2; i++) {
        const struct progress slot = kept.slots[i];
        if (slot.check != check_of(&slot) || (found && slot.sequence < now->sequence))
            continue;
        *now = slot;
        found = true;
    }
    return ++kept.power_ups;
}

void take_samples(struct progress *now)
{
    uint32_t noise = 12345 + now->round;
    for (uint32_t i = 0; i < SAMPLES; i++) {
        noise = noise * 1664525 + 1013904223;
        kept.samples[i] = (int16_t)((int32_t)(noise >> 22) - 512);
    }
    now->templates = 0;
    now->best_score = INT32_MIN;
    now->best = 0;
}

void compare_next_template(struct progress *now)
{
    int32_t score = 0;
    for (uint32_t i = 0; i < SAMPLES; i++)
        score += kept.samples[i] * ((int32_t)((now->templates * 37 + i * 11) % 127) - 63);
    if (score > now->best_score) {
        now->best_score = score;
        now->best = now->templates;
    }
    now->templates++;
}

void commit(struct progress *now)
{
    now->sequence++;
    now->check = check_of(now);
    kept.slots[now->sequence % 2] = *now;
}
