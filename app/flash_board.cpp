#include "app/flash_board.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "app/files.h"
#include "drivers/virtual_target/elf.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t largest_image = std::size_t{64} << 20;  // bytes of an ELF file

struct Board {
  std::string_view name;
  std::string_view interface;  // of the probe that the board is usually bought with
  std::string_view transport;
  std::string_view target;
  std::string_view reset;  // what else a reset needs; may be empty
};
constexpr std::array boards{
    Board{"nrf52840", "interface/jlink.cfg", "swd", "target/nrf52.cfg", ""},
    Board{
        "stm32l4", "interface/stlink.cfg", "hla_swd", "target/stm32l4x.cfg",
        "reset_config srst_only srst_nogate"},
};
// All boards that our firmware is built for.
constexpr std::array<std::string_view, 4> known{"nrf52840", "stm32l4", "virtual", "mps2-an386"};

// Whether the bytes hold the text as a string of its own.
bool holds(std::span<const std::uint8_t> bytes, std::string_view text) {
  const auto is_word = [](std::uint8_t byte) { return byte >= '-' && byte <= 'z'; };
  auto from = bytes.begin();
  while (true) {
    from = std::search(from, bytes.end(), text.begin(), text.end());
    if (from == bytes.end()) return false;
    const auto end = from + static_cast<std::ptrdiff_t>(text.size());
    const bool begins = from == bytes.begin() || !is_word(*(from - 1));
    if (begins && end != bytes.end() && *end == 0) return true;
    ++from;
  }
}

std::string shell_word(std::string_view word) {
  std::string text = "'";
  for (const char c : word)
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// Runs a command to its end and returns what it said; its exit status goes to `status`.
Result<std::string> output_of(const std::string& command, int& status) {
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return fail(Errc::io, command, ": cannot be started");
  std::string text;
  std::array<char, 4096> chunk{};
  for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
    text.append(chunk.data(), got);
  status = ::pclose(pipe);
  return text;
}

}  // namespace

std::vector<std::string> flashable_boards() {
  std::vector<std::string> names;
  for (const Board& board : boards)
    names.emplace_back(board.name);
  return names;
}

Result<std::string> board_of_image(std::span<const std::uint8_t> elf, const std::string& file) {
  const std::vector<ElfSegment> segments = TRY(read_elf(elf));
  for (const std::string_view name : known)
    for (const ElfSegment& segment : segments)
      if (holds(segment.bytes, name)) return std::string(name);
  return fail(Errc::invalid_argument, file, ": no board's name stands in it; is it our firmware?");
}

Status flash_board(
    const std::string& name, const std::string& elf_file, const std::string& interface,
    const std::string& openocd) {
  const auto* const board = std::ranges::find(boards, name, &Board::name);
  if (board == boards.end()) return fail(Errc::usage, "flash: there is no board '", name, "'");
  const std::vector<std::uint8_t> elf = TRY(read_file(elf_file, largest_image));
  const std::string image_board = TRY(board_of_image(elf, elf_file));
  if (image_board != name)
    return fail(
        Errc::invalid_argument, elf_file, ": this firmware is for the board ", image_board,
        ", not for ", name);
  const std::string command = join(
      shell_word(openocd), " -f ", shell_word(interface.empty() ? board->interface : interface),
      " -c 'transport select ", board->transport, "' -f ", board->target, " -c ",
      shell_word(board->reset), " -c ",
      shell_word(join("program {", elf_file, "} verify reset exit")));
  int status = 0;
  const std::string said = TRY(output_of(command, status));
  if (status == 0) return ok;
  return fail(Errc::io, "flash: OpenOCD could not program ", name, ":\n", said);
}

}  // namespace sunfleck::app
