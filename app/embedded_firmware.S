/* The ELF file of the virtual board's firmware, as it is, in this program's constants. */
    .section .rodata
    .global sunfleck_firmware_begin
    .global sunfleck_firmware_end
    .balign 16
sunfleck_firmware_begin:
    .incbin SUNFLECK_FIRMWARE_ELF
sunfleck_firmware_end:
    .section .note.GNU-stack, "", %progbits
