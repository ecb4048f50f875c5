/* The main loop without records: it moves two pins and prints plain text. */
#include "target_fw/record_writer/example/chip.h"
#include "target_fw/record_writer/example/matching.h"

enum { PIN_WORK = 1 << 0, PIN_COMMIT = 1 << 1 };

static struct progress now;

static void raise(uint32_t pin)
{
    GPIOA_BSRR = pin;
}

static void lower(uint32_t pin)
{
    GPIOA_BSRR = pin << 16;
}

static void print(const char *text)
{
    for (; *text != 0; text++)
        chip_send((uint8_t)*text);
}

static void print_number(uint32_t number)
{
    char digits[11];
    char *at = digits + sizeof digits - 1;
    *at = 0;
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    print(at);
}

static void commit_and_mark(void)
{
    raise(PIN_COMMIT);
    commit(&now);
    lower(PIN_COMMIT);
}

int main(void)
{
    chip_start();
    (void)power_up(&now);
    while (now.round < ROUNDS) {
        raise(PIN_WORK);
        if (now.templates == SAMPLES_MISSING) {
            take_samples(&now);
            commit_and_mark();
        }
        while (now.templates < TEMPLATES) {
            compare_next_template(&now);
            if (now.templates % TEMPLATES_PER_COMMIT == 0)
                commit_and_mark();
        }
        print("round ");
        print_number(now.round);
        print(": template ");
        print_number(now.best);
        print("\r\n");
        now.round++;
        now.templates = SAMPLES_MISSING;
        commit_and_mark();
        lower(PIN_WORK);
    }
    chip_sleep();
}
