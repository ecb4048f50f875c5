/* Vector table and start: straight into program(). The FPU is on in the emulated core. */
    .syntax unified
    .section .vectors, "a"
    .word 0x20001000
    .word start

    .text
    .thumb_func
    .global start
start:
    bl program
    b .
