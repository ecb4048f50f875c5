/* 206 instructions with start.S's first one, then sleep for ever: 100 turns of a loop, and an IT
 * block of which a half is skipped. */
    .syntax unified
    .text

    .thumb_func
    .global program
program:
    movs r0, #100
1:  subs r0, r0, #1
    bne 1b
    ite eq
    moveq r1, #1
    movne r1, #2
    wfi
