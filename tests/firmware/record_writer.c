/* The one-file record writer as a C99 compiler sees it. */
#include "tests/firmware/record_script.h"

void play_record_script_in_c(struct sunfleck_recorder* recorder);

void play_record_script_in_c(struct sunfleck_recorder* recorder) { play_record_script(recorder); }
