/* Power-up: variables to their initial values, then main(). */
#include <stdint.h>

extern uint32_t stack_top[], data_load[], data_begin[], data_end[], bss_begin[], bss_end[];
int main(void);
void reset_handler(void);
void default_handler(void);

void reset_handler(void)
{
    const uint32_t *from = data_load;
    for (uint32_t *to = data_begin; to < data_end; to++)
        *to = *from++;
    for (uint32_t *to = bss_begin; to < bss_end; to++)
        *to = 0;
    (void)main();
    default_handler();
}

void default_handler(void)
{
    for (;;)
        __asm volatile("wfi");
}

__attribute__((section(".isr_vector"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[15])(void);
} isr_vector = {
    .stack = stack_top,
    .handlers = {reset_handler, default_handler, default_handler, default_handler, default_handler,
                 default_handler, default_handler, default_handler, default_handler,
                 default_handler, default_handler, default_handler, default_handler,
                 default_handler, default_handler},
};
