#include "app/files.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <system_error>

namespace sunfleck::app {
namespace {

std::filesystem::path user_folder(const char* variable, const char* below_home) {
  const char* set = std::getenv(variable);
  if (set != nullptr && *set == '/') return std::filesystem::path(set) / "sunfleck";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {"sunfleck-data"};
  return std::filesystem::path(home) / below_home / "sunfleck";
}

}  // namespace

Result<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path, std::size_t most) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail(Errc::io, path.string(), ": no such file");
  if (!std::filesystem::is_regular_file(status))
    return fail(Errc::io, path.string(), ": a file was wanted, and this is none");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(Errc::io, path.string(), ": ", error.message());
  if (size > most)
    return fail(
        Errc::io, path.string(), ": at most ", most, " bytes were expected, the file has ", size);
  std::vector<std::uint8_t> bytes(size);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file || file.gcount() != static_cast<std::streamsize>(size))
    return fail(Errc::io, path.string(), ": cannot be read");
  return bytes;
}

Status write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  std::filesystem::path beside = path;
  beside += join(".", ::getpid(), ".part");
  std::error_code error;
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file.write(
        reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
      std::filesystem::remove(beside, error);
      return fail(Errc::io, path.string(), ": cannot be written");
    }
  }
  std::filesystem::rename(beside, path, error);
  if (!error) return ok;
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  return fail(Errc::io, path.string(), ": ", error.message());
}

Status write_file(const std::filesystem::path& path, std::string_view text) {
  return write_file(
      path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

Status make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(Errc::io, path.string(), ": ", error.message());
  return ok;
}

std::filesystem::path data_folder() { return user_folder("XDG_DATA_HOME", ".local/share"); }

std::filesystem::path config_folder() { return user_folder("XDG_CONFIG_HOME", ".config"); }

}  // namespace sunfleck::app
