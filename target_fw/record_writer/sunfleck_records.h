/* Records for the Sunfleck bench out of any firmware: this one file, C99 or C++, no heap, no
 * library.
 *
 * What is sent is specified in Sunfleck's target_fw/protocol/PROTOCOL.md; README.md beside this
 * file shows a main loop with it. Give a recorder a function that sends bytes and one that reads a
 * free-running counter, call sunfleck_begin() and sunfleck_boot() after power-up, and one function
 * at each event. Not for interrupts: an event in one would cut into a record that is being sent.
 *
 * A recorder is 24 bytes on a 32-bit core; a record takes 250 to 350 bytes of stack, and all of it
 * about 1.5 KB of flash.
 *
 * Words: a run is a row of inferences (or rounds of whatever the firmware does), numbered from 0
 * over all power cycles. An inference is a row of tasks, 0 to n - 1 (the layers of a network), and
 * a task may be done in tiles, if it commits its progress more often than at its end. */
#ifndef SUNFLECK_RECORDS_H
#define SUNFLECK_RECORDS_H

#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a result sent in one record, 1 to 200; it costs as much stack. */
#ifndef SUNFLECK_RESULT_CHUNK
#define SUNFLECK_RESULT_CHUNK 64
#endif

/* Not inline: each call would put a frame of its own on the caller's stack. */
#if defined(__GNUC__)
#define SUNFLECK_STATIC static __attribute__((noinline, unused))
#else
#define SUNFLECK_STATIC static
#endif

enum {
    SUNFLECK_PROTOCOL = 1,
    SUNFLECK_FRAME_MAX = 32 + SUNFLECK_RESULT_CHUNK /* two zeros, COBS, the longest record, CRC */
};

enum sunfleck_cause {
    SUNFLECK_CAUSE_UNKNOWN = 0,
    SUNFLECK_POWER_ON = 1,
    SUNFLECK_RESET = 2,
    SUNFLECK_WATCHDOG = 3
};

/* What survives a power failure: the bench needs it to tell lost work from kept work. */
enum sunfleck_progress {
    SUNFLECK_KEEPS_NOTHING = 0, /* an inference that loses power starts anew */
    SUNFLECK_COMMITS_TASKS = 1, /* a commit at the end of each task, at least */
    SUNFLECK_COMMITS_TILES = 2, /* and after tiles of a task */
    SUNFLECK_SNAPSHOTS = 3,     /* when the storage voltage falls */
    SUNFLECK_PROGRESS_UNKNOWN = 255
};

enum sunfleck_fault_code {
    SUNFLECK_FAULT_NO_PROGRESS = 1, /* the same work did not finish in so many power cycles */
    SUNFLECK_FAULT_HARD = 6         /* the processor trapped; detail: address of the instruction */
};

/* Sends bytes, waiting as long as is reasonable. Returns 0 when the line did not take them all. */
typedef int sunfleck_put(void *context, const uint8_t *bytes, uint32_t size);
/* Counts at a constant rate since power-up; wraps at 2^32. */
typedef uint32_t sunfleck_ticks(void *context);

struct sunfleck_recorder {
    sunfleck_put *put;
    sunfleck_ticks *ticks;
    void *context; /* handed to both */
    uint32_t lost; /* records that could not be sent since the last one that was */
    uint16_t boot;
    uint16_t sequence;   /* of the next record */
    uint16_t send_ticks; /* what sending the last record took */
    uint8_t in_step;     /* 0 until a zero has cut off what was on the line before */
};

/* A frame under construction; bytes[0] is a zero for a receiver out of step, bytes[1] COBS's. */
struct sunfleck_frame {
    uint8_t bytes[SUNFLECK_FRAME_MAX];
    uint32_t size;
};

SUNFLECK_STATIC void sunfleck_add(struct sunfleck_frame *frame, uint32_t value, unsigned bytes)
{
    for (; bytes != 0; bytes--, value >>= 8)
        frame->bytes[frame->size++] = (uint8_t)value;
}

/* A record of `type`, for its body to be added; room for the header is left in front. */
SUNFLECK_STATIC void sunfleck_open(struct sunfleck_frame *frame, uint8_t type)
{
    frame->bytes[0] = 0;
    frame->bytes[1] = 0;
    frame->bytes[2] = type;
    frame->size = 2 + 11;
}

/* Fills in the header but for the type: boot, sequence, ticks, send_ticks. */
SUNFLECK_STATIC void sunfleck_head(struct sunfleck_frame *frame,
                                   const struct sunfleck_recorder *recorder, uint32_t ticks)
{
    const uint32_t end = frame->size;
    frame->size = 3;
    sunfleck_add(frame, recorder->boot, 2);
    sunfleck_add(frame, recorder->sequence, 2);
    sunfleck_add(frame, ticks, 4);
    sunfleck_add(frame, recorder->send_ticks, 2);
    frame->size = end;
}

/* CRC-16/CCITT-FALSE over the record, then COBS in place: each zero becomes the distance to the
 * next one. A frame is shorter than 254 bytes, so that COBS needs one kind of block only. */
SUNFLECK_STATIC void sunfleck_close(struct sunfleck_frame *frame)
{
    uint32_t crc = 0xFFFF;
    uint32_t mark = 1;
    uint32_t i;
    for (i = 2; i < frame->size; i++) {
        int bit;
        crc ^= (uint32_t)frame->bytes[i] << 8;
        for (bit = 0; bit < 8; bit++)
            crc = (crc & 0x8000u) != 0 ? ((crc << 1) ^ 0x1021u) & 0xFFFFu : crc << 1;
    }
    sunfleck_add(frame, crc, 2);
    for (i = 2; i < frame->size; i++) {
        if (frame->bytes[i] != 0)
            continue;
        frame->bytes[mark] = (uint8_t)(i - mark);
        mark = i;
    }
    frame->bytes[mark] = (uint8_t)(frame->size - mark);
    sunfleck_add(frame, 0, 1);
}

/* Hands a record over, as of `ticks`, and measures that. */
SUNFLECK_STATIC int sunfleck_deliver(struct sunfleck_recorder *recorder,
                                     struct sunfleck_frame *frame, uint32_t ticks)
{
    const uint32_t began = recorder->ticks(recorder->context);
    const uint32_t skipped = recorder->in_step != 0 ? 1 : 0;
    uint32_t took;
    sunfleck_head(frame, recorder, ticks);
    sunfleck_close(frame);
    recorder->in_step =
        recorder->put(recorder->context, frame->bytes + skipped, frame->size - skipped) != 0;
    took = recorder->ticks(recorder->context) - began;
    recorder->send_ticks = (uint16_t)(took > 0xFFFF ? 0xFFFF : took);
    return recorder->in_step;
}

/* Sends a record, or counts it as lost; says first how many were lost before it. */
SUNFLECK_STATIC void sunfleck_send(struct sunfleck_recorder *recorder, struct sunfleck_frame *frame,
                                   uint32_t ticks)
{
    if (recorder->lost != 0) {
        struct sunfleck_frame lost;
        sunfleck_open(&lost, 12);
        sunfleck_add(&lost, recorder->lost, 4);
        if (!sunfleck_deliver(recorder, &lost, recorder->ticks(recorder->context))) {
            recorder->lost++;
            recorder->sequence++;
            return;
        }
        recorder->lost = 0;
        recorder->sequence++;
    }
    if (!sunfleck_deliver(recorder, frame, ticks))
        recorder->lost++;
    recorder->sequence++;
}

/* A record whose body is an inference, a task and a tile. */
SUNFLECK_STATIC void sunfleck_send_place(struct sunfleck_recorder *recorder, uint8_t type,
                                         uint32_t inference, uint16_t task, uint16_t tile)
{
    const uint32_t now = recorder->ticks(recorder->context);
    struct sunfleck_frame frame;
    sunfleck_open(&frame, type);
    sunfleck_add(&frame, inference, 4);
    sunfleck_add(&frame, task, 2);
    sunfleck_add(&frame, tile, 2);
    sunfleck_send(recorder, &frame, now);
}

/* A record whose body is one number. */
SUNFLECK_STATIC void sunfleck_send_number(struct sunfleck_recorder *recorder, uint8_t type,
                                          uint32_t number)
{
    const uint32_t now = recorder->ticks(recorder->context);
    struct sunfleck_frame frame;
    sunfleck_open(&frame, type);
    sunfleck_add(&frame, number, 4);
    sunfleck_send(recorder, &frame, now);
}

/* ---- What a firmware calls ---- */

/* Once after power-up, before all others.
 *
 *   boot   how many times the board has powered up before, modulo 2^16: add one to a number in
 *          non-volatile memory at each power-up. The bench tells boots apart by it */
SUNFLECK_STATIC void sunfleck_begin(struct sunfleck_recorder *recorder, sunfleck_put *put,
                                    sunfleck_ticks *ticks, void *context, uint16_t boot)
{
    memset(recorder, 0, sizeof *recorder);
    recorder->put = put;
    recorder->ticks = ticks;
    recorder->context = context;
    recorder->boot = boot;
}

/* Ticks now, for a later sunfleck_checkpoint() or sunfleck_restore(). */
SUNFLECK_STATIC uint32_t sunfleck_now(const struct sunfleck_recorder *recorder)
{
    return recorder->ticks(recorder->context);
}

/* The first record of each power-up. `supply_mv` is the storage voltage, 0 when it is not measured.
 */
SUNFLECK_STATIC void sunfleck_boot(struct sunfleck_recorder *recorder, enum sunfleck_cause cause,
                                   enum sunfleck_progress progress, uint32_t ticks_per_second,
                                   uint16_t supply_mv)
{
    const uint32_t now = sunfleck_now(recorder);
    struct sunfleck_frame frame;
    sunfleck_open(&frame, 1);
    sunfleck_add(&frame, SUNFLECK_PROTOCOL, 1);
    sunfleck_add(&frame, (uint32_t)cause, 1);
    sunfleck_add(&frame, (uint32_t)progress, 1);
    sunfleck_add(&frame, 255, 1); /* no record level: what is called is sent */
    sunfleck_add(&frame, ticks_per_second, 4);
    sunfleck_add(&frame, 0, 4); /* no network image of Sunfleck's */
    sunfleck_add(&frame, supply_mv, 2);
    sunfleck_add(&frame, 0, 2); /* attempts are not counted */
    sunfleck_send(recorder, &frame, now);
}

/* After a boot that found progress: work goes on at this tile of this task. Finding it took the
 * time since `began`. */
SUNFLECK_STATIC void sunfleck_restore(struct sunfleck_recorder *recorder, uint32_t inference,
                                      uint16_t task, uint16_t tile, uint32_t began)
{
    const uint32_t now = sunfleck_now(recorder);
    struct sunfleck_frame frame;
    sunfleck_open(&frame, 2);
    sunfleck_add(&frame, inference, 4);
    sunfleck_add(&frame, task, 2);
    sunfleck_add(&frame, tile, 2);
    sunfleck_add(&frame, now - began, 4);
    sunfleck_send(recorder, &frame, now);
}

/* An inference begins at its first task; not called again after a restore. */
SUNFLECK_STATIC void sunfleck_inference_begin(struct sunfleck_recorder *recorder,
                                              uint32_t inference)
{
    sunfleck_send_number(recorder, 3, inference);
}

/* It is done, and committed as done. */
SUNFLECK_STATIC void sunfleck_inference_end(struct sunfleck_recorder *recorder, uint32_t inference)
{
    sunfleck_send_number(recorder, 4, inference);
}

/* `tile` is the first that will be done: not 0 after a restore within the task. */
SUNFLECK_STATIC void sunfleck_task_begin(struct sunfleck_recorder *recorder, uint32_t inference,
                                         uint16_t task, uint16_t tile)
{
    sunfleck_send_place(recorder, 5, inference, task, tile);
}

/* `tiles` is how many the task has; 1 for one that is done in a piece. */
SUNFLECK_STATIC void sunfleck_task_end(struct sunfleck_recorder *recorder, uint32_t inference,
                                       uint16_t task, uint16_t tiles)
{
    sunfleck_send_place(recorder, 6, inference, task, tiles);
}

SUNFLECK_STATIC void sunfleck_tile_begin(struct sunfleck_recorder *recorder, uint32_t inference,
                                         uint16_t task, uint16_t tile)
{
    sunfleck_send_place(recorder, 7, inference, task, tile);
}

SUNFLECK_STATIC void sunfleck_tile_end(struct sunfleck_recorder *recorder, uint32_t inference,
                                       uint16_t task, uint16_t tile)
{
    sunfleck_send_place(recorder, 8, inference, task, tile);
}

/* After a commit: what lies before this tile of this task need not be done again. The commit of a
 * whole inference names the next inference, task 0, tile 0. It took the time since `began`. */
SUNFLECK_STATIC void sunfleck_checkpoint(struct sunfleck_recorder *recorder, uint32_t inference,
                                         uint16_t task, uint16_t tile, uint32_t began,
                                         uint32_t written_bytes)
{
    const uint32_t now = sunfleck_now(recorder);
    struct sunfleck_frame frame;
    sunfleck_open(&frame, 9);
    sunfleck_add(&frame, inference, 4);
    sunfleck_add(&frame, task, 2);
    sunfleck_add(&frame, tile, 2);
    sunfleck_add(&frame, now - began, 4);
    sunfleck_add(&frame, written_bytes, 4);
    sunfleck_send(recorder, &frame, now);
}

/* The output of an inference, 1 to 65535 bytes, in as many records as it needs. The bench counts an
 * inference as done when it has its whole output. */
SUNFLECK_STATIC void sunfleck_result(struct sunfleck_recorder *recorder, uint32_t inference,
                                     const void *output, uint16_t size)
{
    const uint8_t *const bytes = (const uint8_t *)output;
    uint32_t offset;
    for (offset = 0; offset < size; offset += SUNFLECK_RESULT_CHUNK) {
        const uint32_t now = sunfleck_now(recorder);
        const uint32_t left = size - offset;
        const uint32_t chunk = left < SUNFLECK_RESULT_CHUNK ? left : SUNFLECK_RESULT_CHUNK;
        struct sunfleck_frame frame;
        sunfleck_open(&frame, 10);
        sunfleck_add(&frame, inference, 4);
        sunfleck_add(&frame, size, 2);
        sunfleck_add(&frame, offset, 2);
        sunfleck_add(&frame, chunk, 1);
        memcpy(frame.bytes + frame.size, bytes + offset, chunk);
        frame.size += chunk;
        sunfleck_send(recorder, &frame, now);
    }
}

/* The firmware cannot go on; the run ends with it. `attempts` are power cycles without progress. */
SUNFLECK_STATIC void sunfleck_fault(struct sunfleck_recorder *recorder, uint8_t code,
                                    uint32_t inference, uint16_t task, uint16_t tile,
                                    uint16_t attempts, uint32_t detail)
{
    const uint32_t now = sunfleck_now(recorder);
    struct sunfleck_frame frame;
    sunfleck_open(&frame, 11);
    sunfleck_add(&frame, code, 1);
    sunfleck_add(&frame, inference, 4);
    sunfleck_add(&frame, task, 2);
    sunfleck_add(&frame, tile, 2);
    sunfleck_add(&frame, attempts, 2);
    sunfleck_add(&frame, detail, 4);
    sunfleck_send(recorder, &frame, now);
}

/* The board goes to sleep, with so many inferences done. */
SUNFLECK_STATIC void sunfleck_idle(struct sunfleck_recorder *recorder, uint32_t inferences_done)
{
    sunfleck_send_number(recorder, 13, inferences_done);
}

/* Call it after text was printed on the same line: the next record then begins with a zero, which
 * keeps the two apart. */
SUNFLECK_STATIC void sunfleck_text_was_sent(struct sunfleck_recorder *recorder)
{
    recorder->in_step = 0;
}

#ifdef __cplusplus
}
#endif

#endif
