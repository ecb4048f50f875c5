/* Copies a function of two instructions to SRAM, with the constant that FRAM holds, calls it there and
 * writes what it returns to FRAM. Then sleeps. */
    .syntax unified
    .text
    .thumb_func
    .global program
program:
    ldr r8, =0x21000000
    ldr r9, =0x20000100
    ldrb r0, [r8]
    orr r0, r0, #0x2000         /* movs r0, #constant */
    strh r0, [r9]
    movw r1, #0x4770            /* bx lr */
    strh r1, [r9, #2]
    dsb
    orr r2, r9, #1
    blx r2
    str r0, [r8, #4]
    wfi
    b .
