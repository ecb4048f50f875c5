#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace sunfleck {

// The bytes of a profile's file, kept as long as a copy of this lives. A large file is mapped, not
// read: what a reader has passed may leave the memory again.
class ProfileFile {
 public:
  // Fails with io when the file is missing, not a regular one or unreadable.
  static Result<ProfileFile> open(const std::filesystem::path& path);
  // What is in memory already, as if it were a file; `where` is its name for error texts.
  static ProfileFile holding(std::string bytes, std::string_view where);

  std::string_view bytes() const { return bytes_; }
  const std::string& where() const { return where_; }

 private:
  std::shared_ptr<const void> keep_;
  std::string_view bytes_;
  std::string where_;
};

}  // namespace sunfleck
