#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace sunfleck {

// A piece of a firmware image: `bytes` are put at `load_address`; the running program has them, and
// zeroes up to `memory_bytes`, at `address`.
struct ElfSegment {
  std::uint32_t load_address = 0;
  std::uint32_t address = 0;
  std::uint32_t memory_bytes = 0;
  bool executable = false;
  std::vector<std::uint8_t> bytes{};
};

// Reads the loadable segments of a linked ARM program, in the order of the file. Segments that
// occupy no memory are left out.
//
//   file      the bytes of an ELF file; anything at all
//   returns   segments whose bytes lie in the file and whose addresses do not pass 2^32
//   fails     invalid_argument, with a sentence, unless it is a little-endian 32-bit ARM executable
//             whose headers lie inside the file, with at most 64 program headers
//
// Source: System V ABI, ELF header and program header; ELF for the Arm Architecture (AAELF32).
Result<std::vector<ElfSegment>> read_elf(std::span<const std::uint8_t> file);

}  // namespace sunfleck
