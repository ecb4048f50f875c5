#include "drivers/virtual_target/elf.h"

#include <algorithm>
#include <array>

namespace sunfleck {
namespace {

constexpr std::size_t header_bytes = 52;
constexpr std::size_t program_header_bytes = 32;
constexpr std::size_t program_headers_max = 64;
constexpr std::uint32_t type_executable = 2;
constexpr std::uint32_t machine_arm = 40;
constexpr std::uint32_t segment_load = 1;
constexpr std::uint32_t flag_executable = 1;

// A little-endian number of `size` bytes; the caller has checked that they lie in the file.
std::uint32_t number(std::span<const std::uint8_t> file, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= static_cast<std::uint32_t>(file[at + i]) << (8 * i);
  return value;
}

Error bad(const auto&... what) { return fail(Errc::invalid_argument, "firmware: ", what...); }

Result<ElfSegment> read_segment(
    std::span<const std::uint8_t> file, std::size_t header, std::size_t index) {
  const std::uint64_t offset = number(file, header + 4, 4);
  const std::uint64_t in_file = number(file, header + 16, 4);
  ElfSegment segment{
      .load_address = number(file, header + 12, 4),
      .address = number(file, header + 8, 4),
      .memory_bytes = number(file, header + 20, 4),
      .executable = (number(file, header + 24, 4) & flag_executable) != 0};

  if (offset + in_file > file.size())
    return bad(
        "segment ", index, " ends at byte ", offset + in_file, " of a file of ", file.size());
  if (in_file > segment.memory_bytes)
    return bad(
        "segment ", index, " has ", in_file, " bytes for ", segment.memory_bytes, " of memory");
  constexpr std::uint64_t space = 1ULL << 32;
  if (segment.address + std::uint64_t{segment.memory_bytes} > space ||
      segment.load_address + in_file > space)
    return bad("segment ", index, " passes the end of the address space");

  const auto bytes = file.subspan(offset, in_file);
  segment.bytes.assign(bytes.begin(), bytes.end());
  return segment;
}

Status check_header(std::span<const std::uint8_t> file) {
  constexpr std::array<std::uint8_t, 6> start{0x7F, 'E', 'L', 'F', 1, 1};
  if (file.size() < header_bytes || !std::equal(start.begin(), start.end(), file.begin()))
    return bad("a little-endian 32-bit ELF file was wanted");
  const std::uint32_t type = number(file, 16, 2);
  const std::uint32_t machine = number(file, 18, 2);
  if (type != type_executable || machine != machine_arm)
    return bad(
        "a linked ARM program was wanted (type 2, machine 40), and this is type ", type,
        ", machine ", machine);
  return ok;
}

}  // namespace

Result<std::vector<ElfSegment>> read_elf(std::span<const std::uint8_t> file) {
  TRY(check_header(file));
  const std::uint64_t table = number(file, 28, 4);
  const std::size_t entry = number(file, 42, 2);
  const std::size_t count = number(file, 44, 2);
  if (entry != program_header_bytes || count == 0 || count > program_headers_max)
    return bad(
        "1 to ", program_headers_max, " program headers of ", program_header_bytes,
        " bytes were wanted, and there are ", count, " of ", entry);
  if (table + count * entry > file.size()) return bad("the program headers end after the file");

  std::vector<ElfSegment> segments;
  for (std::size_t index = 0; index < count; ++index) {
    const std::size_t header = table + index * entry;
    if (number(file, header, 4) != segment_load || number(file, header + 20, 4) == 0) continue;
    segments.push_back(TRY(read_segment(file, header, index)));
  }
  if (segments.empty()) return bad("no segment is to be loaded");
  return segments;
}

}  // namespace sunfleck
