#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/timeline/timeline.h"
#include "drivers/virtual_target/board_description.h"

namespace sunfleck::app {

// A board of other people, as their TOML file describes it.
struct BoardFile {
  BoardDescription board;
  Hertz clock;                                 // of the core
  std::array<std::string, mark_pins> marks{};  // names of the mark pins; empty: no such mark
};

// The pins that have a name, by bit.
std::uint8_t named_pins(const std::array<std::string, mark_pins>& marks);

// Reads a board file. target_fw/record_writer/README.md explains its members.
//
//   text    anything at all
//   file    its name, for messages
//   fails   invalid_argument with "<file>:<line>:<column>: ..." when it is no TOML, when a member
//   is
//           missing, unknown or out of range; and where its memories and registers overlap
Result<BoardFile> read_board_file(std::string_view text, const std::string& file);

}  // namespace sunfleck::app
