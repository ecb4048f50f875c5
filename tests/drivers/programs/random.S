/* Never ends: random numbers of the board go to FRAM, one place after the other. */
    .syntax unified
    .text
    .thumb_func
    .global program
program:
    ldr r0, =0x4002880C
    ldr r1, =0x21000000
    mov r2, #0
again:
    ldr r3, [r0]
    str r3, [r1, r2]
    add r2, r2, #4
    ubfx r2, r2, #0, #12
    b again
