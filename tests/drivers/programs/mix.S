/* Never ends: every kind of access to SRAM and FRAM, with conditions, products, divisions and calls.
 * What is done depends on a random number in r10 that FRAM carries from one power cycle to the next. */
    .syntax unified
    .text

    .thumb_func
    .global program
program:
    ldr r8, =0x21000000
    ldr r9, =0x20000000
    ldr r10, [r8]
again:
    movw r0, #0x660D
    movt r0, #0x0019
    mul r10, r10, r0
    movw r0, #0xF35F
    movt r0, #0x3C6E
    add r10, r10, r0
    str r10, [r8]               /* word */
    and r1, r10, #0x3FC
    str r10, [r9, r1]
    ldr r2, [r9, r1]            /* two loads that overlap */
    ldr r3, [r9, #8]
    smlad r4, r2, r3, r4
    ubfx r5, r10, #12, #9
    add r5, r5, #16
    strb r4, [r8, r5]           /* single byte, then unaligned word */
    add r6, r8, r5
    str r4, [r6, #33]
    ldr r7, [r6, #31]
    tst r10, #0x10000
    itete ne
    addne r4, r4, r7
    streq r4, [r8, #4]
    strne r7, [r9, #12]
    ldreq r7, [r8, #8]
    tst r10, #0x20000
    beq 1f
    add r6, r8, #2048
    stmia r6!, {r1, r2, r3, r4}
    ldmia r6, {r1, r2}
    strd r1, r2, [r6, #-24]
1:  cbz r5, 3f
3:  udiv r0, r10, r5
    str r0, [r9, #16]
    bl leaf
    ands r0, r10, #0x7
2:  cmp r0, #0
    beq again
    sub r0, r0, #1
    ldr r1, [r8, r0, lsl #2]
    add r4, r4, r1
    b 2b

    .thumb_func
leaf:
    push {r4, lr}
    vmov s0, r4
    vadd.f32 s1, s0, s0
    vstr s1, [r9, #20]
    ldrd r0, r1, [r8, #16]
    add r4, r0, r1
    pop {r4, pc}
