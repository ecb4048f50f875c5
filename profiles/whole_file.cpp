#include "profiles/whole_file.h"

#include <unistd.h>

#include <system_error>
#include <utility>

namespace sunfleck {

WholeFile::WholeFile(std::filesystem::path place) : place_(std::move(place)), beside_(place_) {
  beside_ += join(".", ::getpid(), ".part");
}

WholeFile::~WholeFile() {
  std::error_code ignored;
  std::filesystem::remove(beside_, ignored);
}

Status WholeFile::keep() {
  std::error_code error;
  std::filesystem::rename(beside_, place_, error);
  if (error) return fail(Errc::io, place_.string(), ": ", error.message());
  return ok;
}

}  // namespace sunfleck
