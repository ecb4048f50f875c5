/* Every record once, by the one-file writer; compiled as C and as C++. */
#ifndef TESTS_FIRMWARE_RECORD_SCRIPT_H
#define TESTS_FIRMWARE_RECORD_SCRIPT_H

#include "target_fw/record_writer/sunfleck_records.h"

enum { SCRIPT_BOOT = 0x1234, SCRIPT_OUTPUT = 100, SCRIPT_BEGAN = 17 };

/* `recorder` is begun. */
static void play_record_script(struct sunfleck_recorder* recorder) {
  uint8_t output[SCRIPT_OUTPUT];
  unsigned i;
  for (i = 0; i < SCRIPT_OUTPUT; i++)
    output[i] = (uint8_t)(i * 5);
  sunfleck_boot(recorder, SUNFLECK_WATCHDOG, SUNFLECK_COMMITS_TASKS, 1000000, 2345);
  sunfleck_restore(recorder, 7, 1, 256, SCRIPT_BEGAN);
  sunfleck_inference_begin(recorder, 0x01000000);
  sunfleck_task_begin(recorder, 8, 0, 0);
  sunfleck_tile_begin(recorder, 8, 0, 3);
  sunfleck_tile_end(recorder, 8, 0, 3);
  sunfleck_checkpoint(recorder, 8, 0, 4, SCRIPT_BEGAN, 528);
  sunfleck_task_end(recorder, 8, 0, 4);
  sunfleck_result(recorder, 8, output, SCRIPT_OUTPUT);
  sunfleck_inference_end(recorder, 8);
  sunfleck_fault(recorder, SUNFLECK_FAULT_HARD, 9, 1, 2, 3, 0x08000123);
  sunfleck_idle(recorder, 9);
}

#endif
