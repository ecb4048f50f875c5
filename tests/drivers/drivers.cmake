# Programs that the tests let the virtual board execute, each with start.S in front.
find_program(ARM_GCC arm-none-eabi-gcc REQUIRED)
set(programs_source ${CMAKE_CURRENT_SOURCE_DIR}/drivers/programs)
set(programs_dir ${CMAKE_CURRENT_BINARY_DIR}/programs)
file(MAKE_DIRECTORY ${programs_dir})

set(programs)
foreach(source count.S mix.S hello.c pins.c fault.S ram_code.S random.S)
  get_filename_component(name ${source} NAME_WE)
  add_custom_command(OUTPUT ${programs_dir}/${name}.elf
    COMMAND ${ARM_GCC} -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -O2 -Wall -Wextra
      -Werror -I${PROJECT_SOURCE_DIR} -nostdlib -ffreestanding -Wl,--build-id=none
      -T ${programs_source}/program.ld ${programs_source}/start.S ${programs_source}/${source}
      -o ${programs_dir}/${name}.elf
    DEPENDS ${programs_source}/${source} ${programs_source}/start.S ${programs_source}/program.ld
    COMMENT "ARM ${name}.elf" VERBATIM)
  list(APPEND programs ${programs_dir}/${name}.elf)
endforeach()
# The kernels of the firmware images themselves, alone.
foreach(build "" -plain)
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/target_fw
    ${PROJECT_SOURCE_DIR}/target_fw/nn/*.c ${PROJECT_SOURCE_DIR}/target_fw/protocol/*.c)
  list(TRANSFORM sources PREPEND ${PROJECT_BINARY_DIR}/firmware/virtual${build}/ OUTPUT_VARIABLE objects)
  list(TRANSFORM objects APPEND .o)
  set(probe ${programs_dir}/kernel_probe${build}.elf)
  add_custom_command(OUTPUT ${probe}
    COMMAND ${ARM_GCC} -mcpu=cortex-m4 -mthumb -mfloat-abi=soft -O2 -Wall -Wextra -Werror
      -I${PROJECT_SOURCE_DIR} -nostartfiles --specs=nosys.specs -Wl,--gc-sections -Wl,--build-id=none
      -T ${programs_source}/program.ld ${programs_source}/start.S ${programs_source}/kernel_probe.c
      ${objects} -o ${probe}
    DEPENDS ${programs_source}/kernel_probe.c ${programs_source}/start.S ${programs_source}/program.ld
      firmware_virtual${build} ${PROJECT_BINARY_DIR}/firmware/virtual${build}.elf
    COMMENT "ARM kernel_probe${build}.elf" VERBATIM)
  list(APPEND programs ${probe})
endforeach()
add_custom_target(test_programs DEPENDS ${programs})

sunfleck_test(drivers LINK sunfleck_drivers PkgConfig::unicorn
  SOURCES support/kernel_probe.cpp support/judged_run.cpp firmware/small_network.cpp
  firmware/expected_output.cpp)
if(TARGET drivers_test)
  add_dependencies(drivers_test test_programs firmware_virtual)
  target_compile_definitions(drivers_test PRIVATE
    TEST_PROGRAMS="${programs_dir}" FIRMWARE_ELF="${PROJECT_BINARY_DIR}/firmware/virtual.elf")
endif()
if(TARGET sunfleck_benchmarks)
  add_dependencies(sunfleck_benchmarks test_programs firmware_virtual)
  target_sources(sunfleck_benchmarks PRIVATE
    support/kernel_probe.cpp firmware/small_network.cpp firmware/expected_output.cpp)
  target_compile_definitions(sunfleck_benchmarks PRIVATE
    TEST_PROGRAMS="${programs_dir}"
    FIRMWARE_ELF="${PROJECT_BINARY_DIR}/firmware/virtual.elf")
endif()
