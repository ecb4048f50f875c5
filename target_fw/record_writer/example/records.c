/* The main loop with records for the bench. */
#include "target_fw/record_writer/example/chip.h"
#include "target_fw/record_writer/example/matching.h"
#include "target_fw/record_writer/sunfleck_records.h"

enum { SAMPLING = 0, MATCHING = 1 }; /* the tasks of a round */

static struct progress now;
static struct sunfleck_recorder recorder;

static int put(void *context, const uint8_t *bytes, uint32_t size)
{
    (void)context;
    for (uint32_t i = 0; i < size; i++)
        chip_send(bytes[i]);
    return 1;
}

static uint32_t ticks(void *context)
{
    (void)context;
    return TIM2_CNT;
}

static void commit_and_tell(uint16_t task, uint16_t tile)
{
    const uint32_t began = sunfleck_now(&recorder);
    commit(&now);
    sunfleck_checkpoint(&recorder, now.round, task, tile, began, sizeof now);
}

static void sample(void)
{
    sunfleck_inference_begin(&recorder, now.round);
    sunfleck_task_begin(&recorder, now.round, SAMPLING, 0);
    take_samples(&now);
    commit_and_tell(SAMPLING, 1);
    sunfleck_task_end(&recorder, now.round, SAMPLING, 1);
}

static void match(void)
{
    sunfleck_task_begin(&recorder, now.round, MATCHING, (uint16_t)now.templates);
    while (now.templates < TEMPLATES) {
        compare_next_template(&now);
        if (now.templates % TEMPLATES_PER_COMMIT == 0)
            commit_and_tell(MATCHING, (uint16_t)now.templates);
    }
    sunfleck_task_end(&recorder, now.round, MATCHING, TEMPLATES);
}

static void finish(void)
{
    const uint32_t result[2] = {now.best, (uint32_t)now.best_score};
    sunfleck_result(&recorder, now.round, result, sizeof result);
    now.round++;
    now.templates = SAMPLES_MISSING;
    commit_and_tell(0, 0);
    sunfleck_inference_end(&recorder, now.round - 1);
}

int main(void)
{
    chip_start();
    const uint16_t boot = power_up(&now);
    sunfleck_begin(&recorder, put, ticks, 0, boot);
    sunfleck_boot(&recorder, SUNFLECK_POWER_ON, SUNFLECK_COMMITS_TILES, TICKS_PER_SECOND, 0);
    if (now.templates != SAMPLES_MISSING)
        sunfleck_restore(&recorder, now.round, MATCHING, (uint16_t)now.templates,
                         sunfleck_now(&recorder));
    while (now.round < ROUNDS) {
        if (now.templates == SAMPLES_MISSING)
            sample();
        match();
        finish();
    }
    sunfleck_idle(&recorder, now.round);
    chip_sleep();
}
