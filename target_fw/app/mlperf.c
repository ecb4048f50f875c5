#include "target_fw/app/mlperf.h"

#include <string.h>

#include "target_fw/app/mlperf_text.h"
#include "target_fw/hal/hal.h"
#include "target_fw/protocol/memory_needs.h"
#include "target_fw/rt/runtime.h"
#include "target_fw/rt/state.h"

enum {
    PERFORMANCE_BAUD = 115200,
    ENERGY_BAUD = 9600,
    EDGE_SHARE = 10000, /* of a second: how long the pin is low */
    WARMUPS = 10,
    BYTES_PER_LINE = 8,
    REQUEST_BIT = 0x80
};

bool fw_mlperf_is_on(const struct fw_state *state)
{
    const uint8_t mode = state->config.mode;
    return state->server.fault == 0 &&
           (mode == FW_MODE_MLPERF_PERFORMANCE || mode == FW_MODE_MLPERF_ENERGY);
}

static bool measures_energy(const struct fw_state *state)
{
    return state->config.mode == FW_MODE_MLPERF_ENERGY;
}

/* Looked at more often than ticks wrap. */
static uint64_t elapsed_ticks(struct fw_state *state)
{
    struct fw_mlperf *mlperf = &state->server.mlperf;
    const uint32_t now = fw_hal_ticks();
    mlperf->elapsed += now - mlperf->ticks;
    mlperf->ticks = now;
    return mlperf->elapsed;
}

static void timestamp(struct fw_state *state)
{
    const uint32_t second = state->board->ticks_per_second;
    if (!measures_energy(state)) {
        fw_text(state, "m-lap-us-");
        fw_text_number(state, elapsed_ticks(state) * 1000000 / second);
        fw_text(state, "\r\n");
        return;
    }
    state->marks &= ~(uint32_t)FW_MARK_TIMESTAMP;
    fw_hal_marks(state->marks);
    const uint32_t began = fw_hal_ticks();
    while (fw_hal_ticks() - began <= second / EDGE_SHARE) {
    }
    state->marks |= FW_MARK_TIMESTAMP;
    fw_hal_marks(state->marks);
}

/* Room for an input of `bytes` at the end of working memory, behind all that an inference needs;
 * null when there is none. */
static struct fw_inputs_header *input_room(const struct fw_state *state, uint32_t bytes)
{
    const struct fw_board *board = state->board;
    const uint64_t needed = fw_memory_needs(state->network, state->config.strategy).ram;
    if (needed + sizeof(struct fw_inputs_header) + bytes + 3 > board->working_bytes)
        return NULL;
    const uint32_t at = board->working_bytes - (uint32_t)sizeof(struct fw_inputs_header) - bytes;
    void *place = board->working + (at & ~UINT32_C(3));
    return (struct fw_inputs_header *)place;
}

static uint8_t *bytes_of(struct fw_inputs_header *input)
{
    return (uint8_t *)(input + 1);
}

/* All zero until bytes come. */
static bool expect_input(struct fw_state *state, uint32_t bytes)
{
    struct fw_mlperf *mlperf = &state->server.mlperf;
    mlperf->input = input_room(state, bytes);
    mlperf->received = 0;
    if (mlperf->input == NULL)
        return false;
    *mlperf->input =
        (struct fw_inputs_header){.magic = FW_INPUTS_MAGIC, .count = 1, .bytes_each = bytes};
    memset(bytes_of(mlperf->input), 0, bytes);
    state->inputs = mlperf->input;
    return true;
}

static void run_inferences(struct fw_state *state, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        fw_run_inference(state);
        elapsed_ticks(state);
    }
}

static void tell_results(struct fw_state *state)
{
    if (!state->server.output_kept) {
        fw_text(state, "m-results-[]\r\n");
        return;
    }
    fw_text(state, "m-results-[");
    fw_text_output(state);
    fw_text(state, "]\r\n");
}

static void infer(struct fw_state *state, char *rest)
{
    const char *word = fw_next_word(&rest);
    const int32_t count = word == NULL ? 1 : fw_number_of(word);
    if (count <= 0) {
        fw_text(state, "e-[Inference iterations must be >0]\r\n");
        return;
    }
    word = fw_next_word(&rest);
    const int32_t warmups = word == NULL ? WARMUPS : fw_number_of(word);
    if (warmups < 0) {
        fw_text(state, "e-[Inference warmup must be >=0]\r\n");
        return;
    }
    const struct fw_inputs_header *input = state->server.mlperf.input;
    if (input == NULL || input->bytes_each != state->network->input_bytes) {
        fw_text(state, "e-[The input has not the size of the network's]\r\n");
        return;
    }

    fw_text_line(state, "m-warmup-start-", (uint32_t)warmups);
    run_inferences(state, (uint32_t)warmups);
    fw_text(state, "m-warmup-done\r\n");
    fw_text_line(state, "m-infer-start-", (uint32_t)count);
    timestamp(state);
    run_inferences(state, (uint32_t)count);
    timestamp(state);
    state->server.output_kept = true;
    fw_text(state, "m-infer-done\r\n");
    tell_results(state);
}

static void print_input(struct fw_state *state)
{
    struct fw_inputs_header *input = state->server.mlperf.input;
    const uint32_t size = input == NULL ? 0 : input->bytes_each;
    for (uint32_t i = 0; i < size; i++) {
        fw_text(state, i % BYTES_PER_LINE == 0 ? "m-buffer-" : "-");
        fw_text_hex(state, bytes_of(input)[i]);
        if (i % BYTES_PER_LINE == BYTES_PER_LINE - 1 || i + 1 == size)
            fw_text(state, "\r\n");
    }
}

static void load_input(struct fw_state *state, const char *word)
{
    if (word == NULL) {
        fw_text(state, "e-[Command 'db load' requires the # of bytes]\r\n");
        return;
    }
    const int32_t bytes = fw_number_of(word);
    if (bytes <= 0) {
        fw_text(state, "e-[Command 'db load' must be >0 bytes]\r\n");
        return;
    }
    if (!expect_input(state, (uint32_t)bytes)) {
        fw_text(state, "Supplied buffer size ");
        fw_text_number(state, (uint32_t)bytes);
        fw_text(state, " exceeds what the board has room for\n");
        return;
    }
    fw_text(state, "m-[Expecting ");
    fw_text_number(state, (uint32_t)bytes);
    fw_text(state, " bytes]\r\n");
}

static void take_hex(struct fw_state *state, const char *digits)
{
    struct fw_mlperf *mlperf = &state->server.mlperf;
    const uint32_t wanted = mlperf->input == NULL ? 0 : mlperf->input->bytes_each;
    for (; *digits != 0; digits += 2) {
        if (digits[1] == 0) {
            fw_text(state, "e-[Insufficent number of hex digits]\r\n");
            return;
        }
        const int value = fw_hex_of(digits);
        if (value < 0) {
            const char wrong[] = {digits[0], digits[1], 0};
            fw_text(state, "e-[Invalid hex digit '");
            fw_text(state, wrong);
            fw_text(state, "']\r\n");
            return;
        }
        if (mlperf->received >= wanted)
            return;
        bytes_of(mlperf->input)[mlperf->received++] = (uint8_t)value;
        if (mlperf->received == wanted)
            fw_text(state, "m-load-done\r\n");
    }
}

static void buffer(struct fw_state *state, char *rest)
{
    const char *word = fw_next_word(&rest);
    if (word == NULL)
        fw_text(state, "e-[Command 'db' requires a subcommand]\r\n");
    else if (strcmp(word, "load") == 0)
        load_input(state, fw_next_word(&rest));
    else if (strcmp(word, "print") == 0)
        print_input(state);
    else
        take_hex(state, word);
}

static void name(struct fw_state *state, char *rest)
{
    (void)rest;
    fw_text(state, "m-name-dut-[sunfleck ");
    fw_text(state, state->board->name);
    fw_text(state, "]\r\n");
}

static void profile(struct fw_state *state, char *rest)
{
    (void)rest;
    fw_text(state, "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[");
    fw_text(state, fw_benchmark_model(state->network->name));
    fw_text(state, "]\r\n");
}

static void help(struct fw_state *state, char *rest)
{
    (void)rest;
    fw_text(state,
            "name% profile% help% timestamp% results%\r\n"
            "db load N%, then db HEX% until m-load-done; db print%\r\n"
            "infer N W%: W inferences, then N between two timestamps\r\n");
}

static void stamp(struct fw_state *state, char *rest)
{
    (void)rest;
    timestamp(state);
}

static void results(struct fw_state *state, char *rest)
{
    (void)rest;
    tell_results(state);
}

static const struct {
    const char *word;
    void (*execute)(struct fw_state *state, char *rest);
} commands[] = {
    {"name", name},       {"timestamp", stamp}, {"profile", profile}, {"help", help},
    {"results", results}, {"db", buffer},       {"infer", infer},
};

static void execute(struct fw_state *state, char *line)
{
    char *rest = line;
    const char *word = fw_next_word(&rest);
    if (word == NULL)
        return;
    for (uint32_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(word, commands[i].word) == 0) {
            commands[i].execute(state, rest);
            fw_text(state, "m-ready\r\n");
            return;
        }
    }
    fw_text(state, "e-[Unknown command: ");
    fw_text(state, word);
    fw_text(state, "]\r\nm-ready\r\n");
}

void fw_mlperf_begin(struct fw_state *state)
{
    const bool energy = measures_energy(state);
    state->progress = (struct fw_progress){.run = state->progress.run};
    fw_hal_uart_speed(energy ? ENERGY_BAUD : PERFORMANCE_BAUD);
    expect_input(state, state->network->input_bytes);
    fw_text(state, energy ? "m-timestamp-mode-energy\r\n" : "m-timestamp-mode-performance\r\n");
    timestamp(state);
    fw_text(state, "m-init-done\r\nm-ready\r\n");
}

/* A zero begins or ends a frame, and the second byte of a frame has its highest bit set, which no
 * text has: so the two sets share the line. */
void fw_mlperf_take(struct fw_state *state, uint8_t byte)
{
    struct fw_mlperf *mlperf = &state->server.mlperf;
    const struct fw_frame_reader *reader = &state->server.reader;
    elapsed_ticks(state);
    if (byte == 0)
        mlperf->used = 0;
    if (byte == 0 || (reader->used >= 2 && (reader->bytes[1] & REQUEST_BIT) != 0))
        return;
    if (byte != '%') {
        if (mlperf->used < FW_MLPERF_LINE_MAX)
            mlperf->line[mlperf->used] = (char)byte;
        mlperf->used++;
        return;
    }
    const uint32_t used = mlperf->used;
    mlperf->used = 0;
    if (used >= FW_MLPERF_LINE_MAX) {
        fw_text(state, "e-[Command too long]\r\nm-ready\r\n");
        return;
    }
    mlperf->line[used] = 0;
    execute(state, mlperf->line);
}
