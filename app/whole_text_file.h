#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "core/base/result.h"
#include "profiles/whole_file.h"

namespace sunfleck::app {

// A text file of any length that is written piece by piece, and appears whole or not at all.
class WholeTextFile {
 public:
  explicit WholeTextFile(const std::filesystem::path& path);

  // What cannot be written is told by keep().
  void write(std::string_view text);
  // Whether all could be written so far. Fails with io.
  Status status() const;
  // Moves the file to its place; nothing is written after. Fails with io.
  Status keep();

  std::uint64_t bytes() const { return bytes_; }  // written so far

 private:
  WholeFile whole_;
  std::filesystem::path path_;
  std::ofstream file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace sunfleck::app
