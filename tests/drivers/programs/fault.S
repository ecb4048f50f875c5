/* Does what no core can, as the first word of FRAM says. */
    .syntax unified
    .text
    .thumb_func
    .global program
program:
    ldr r8, =0x21000000
    ldr r0, [r8]
    cmp r0, #1
    beq read
    cmp r0, #2
    beq write
    cmp r0, #3
    beq jump
    udf #1
read:
    mov r1, #0x50000000
    ldr r2, [r1]
    b .
write:
    mov r1, #0x100
    str r0, [r1]
    b .
jump:
    mov r1, #0x60000000
    orr r1, r1, #1
    bx r1
