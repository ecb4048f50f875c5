# The firmware images of real boards, executed: under QEMU where it has the board, else on models of
# their chips.
find_program(QEMU_ARM qemu-system-arm)
sunfleck_test(boards LINK sunfleck_drivers PkgConfig::unicorn
  SOURCES boards/qemu_board.cpp boards/chip.cpp boards/nrf52840_registers.cpp
    boards/stm32l4_registers.cpp)
foreach(image virtual mps2_an386 nrf52840 stm32l4)
  add_dependencies(boards_test firmware_${image})
  string(TOUPPER ${image} name)
  target_compile_definitions(boards_test PRIVATE
    ${name}_ELF="${PROJECT_BINARY_DIR}/firmware/${image}.elf")
endforeach()
target_compile_definitions(boards_test PRIVATE QEMU_PROGRAM="${QEMU_ARM}")
