# The firmware images of real boards, executed: under QEMU where it has the board.
find_program(QEMU_ARM qemu-system-arm)
sunfleck_test(boards LINK sunfleck_drivers SOURCES boards/qemu_board.cpp)
add_dependencies(boards_test firmware_virtual firmware_mps2_an386)
target_compile_definitions(boards_test PRIVATE
  QEMU_PROGRAM="${QEMU_ARM}"
  VIRTUAL_ELF="${PROJECT_BINARY_DIR}/firmware/virtual.elf"
  MPS2_ELF="${PROJECT_BINARY_DIR}/firmware/mps2_an386.elf")
