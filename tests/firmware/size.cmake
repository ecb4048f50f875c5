# Fails when the image is larger than the table in target_fw/README.md allows, or when floating-point
# routines or a heap were linked into it. Needs SIZE and NM (the ARM tools), ELF and PAGE.
execute_process(COMMAND ${SIZE} ${ELF} OUTPUT_VARIABLE sizes COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCH "([0-9]+)[ \t]+([0-9]+)[ \t]+([0-9]+)[ \t]+[0-9]+[ \t]+[0-9a-f]+" line "${sizes}")
math(EXPR flash "${CMAKE_MATCH_1} + ${CMAKE_MATCH_2}")
math(EXPR ram "${CMAKE_MATCH_2} + ${CMAKE_MATCH_3}")

file(READ ${PAGE} page)
if(NOT page MATCHES "\\| virtual.elf \\| ([0-9]+) \\| ([0-9]+) \\|")
  message(FATAL_ERROR "${PAGE} has no row for virtual.elf")
endif()
message(STATUS "virtual.elf: ${flash} of ${CMAKE_MATCH_1} bytes of flash, ${ram} of ${CMAKE_MATCH_2} of RAM")
if(flash GREATER CMAKE_MATCH_1 OR ram GREATER CMAKE_MATCH_2)
  message(FATAL_ERROR "virtual.elf is larger than ${PAGE} allows")
endif()

execute_process(COMMAND ${NM} ${ELF} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "__aeabi_[df][a-z0-9]*|[ _](malloc|sbrk)[_r\n]" unwanted "${symbols}")
if(unwanted)
  message(FATAL_ERROR "virtual.elf must do without  ${unwanted}")
endif()
