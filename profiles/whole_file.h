#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace sunfleck {

// A file that appears whole or not at all: it is written beside its place, and moved there when
// it is complete.
class WholeFile {
 public:
  explicit WholeFile(std::filesystem::path place);
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;
  // Removes what was written, unless keep() succeeded.
  ~WholeFile();

  // Where to write.
  const std::filesystem::path& beside() const { return beside_; }
  // Moves the file, which is closed, to its place. Fails with io.
  Status keep();

 private:
  std::filesystem::path place_;
  std::filesystem::path beside_;
};

}  // namespace sunfleck
