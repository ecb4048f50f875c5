#include "app/whole_text_file.h"

namespace sunfleck::app {

WholeTextFile::WholeTextFile(const std::filesystem::path& path)
    : whole_(path), path_(path), file_(whole_.beside(), std::ios::binary | std::ios::trunc) {}

void WholeTextFile::write(std::string_view text) {
  file_.write(text.data(), static_cast<std::streamsize>(text.size()));
  bytes_ += text.size();
}

Status WholeTextFile::status() const {
  if (!file_) return fail(Errc::io, path_.string(), ": cannot be written");
  return ok;
}

Status WholeTextFile::keep() {
  file_.close();
  TRY(status());
  return whole_.keep();
}

}  // namespace sunfleck::app
