/* Computes the first layer of the image in flash, as one tile, as often as it is told: so that two
 * runs differ by the kernel alone. */
#include "target_fw/nn/kernels.h"
#include "target_fw/protocol/virtual_board.h"

/* Behind the inputs' address in flash; input and input2 follow, each rounded to 4 bytes. */
struct request {
    uint32_t times;
    uint32_t input2_offset; /* from the request's first byte */
};

enum { STACK_BYTES = 0x2000, OUTPUT_ROOM = 0x8000 };

void program(void)
{
    const void *image = (const void *)(uintptr_t)FW_VB_NETWORK;
    const struct request *request = (const struct request *)(uintptr_t)FW_VB_INPUTS;
    const struct fw_layer *layer = fw_image_layer(image, 0);
    const struct fw_tile tile = fw_whole_layer(layer);
    uint8_t *output = (uint8_t *)(uintptr_t)(FW_VB_SRAM + STACK_BYTES);
    for (uint32_t i = 0; i < request->times; i++)
        fw_run_tile(image, layer, &tile, request + 1,
                    (const uint8_t *)request + request->input2_offset, output,
                    output + OUTPUT_ROOM);
    *(volatile uint32_t *)(uintptr_t)(FW_VB_SYSTEM + FW_VB_MARKS) = 1; /* its time is the end */
    __asm volatile("wfi");
    for (;;)
        ;
}
