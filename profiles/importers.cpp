#include "profiles/importers.h"

#include <array>
#include <fstream>

#include "profiles/formats.h"
#include "profiles/powercast.h"
#include "profiles/wisp.h"

namespace sunfleck {
namespace {

// To add a format, add a row.
constexpr std::array table{
    Importer{
        .name = "sunfleck",
        .summary = "our own CSV: kind, resistance and period in its header",
        .recognises = &is_csv,
        .read = &read_csv},
    Importer{
        .name = "powercast",
        .summary = "'sec RSSI,mW': received RF power before rectification",
        .recognises = &is_powercast,
        .read = &read_powercast},
    Importer{
        .name = "wisp",
        .summary = "'ms V': rectified voltage of a WISP into 30 kOhm; gaps in time are outages",
        .recognises = &is_wisp,
        .read = &read_wisp},
};

Result<std::string> text_of(const std::filesystem::path& path) {
  constexpr std::uintmax_t most_bytes = 256'000'000;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return fail(Errc::io, path.string(), ": a regular file was wanted, and there is none");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(Errc::io, path.string(), ": ", error.message());
  if (size > most_bytes)
    return fail(
        Errc::io, path.string(), ": a profile file may have ", most_bytes, " bytes, this has ",
        size);
  std::string text(size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (!file) return fail(Errc::io, path.string(), ": the file cannot be read");
  return text;
}

}  // namespace

std::span<const Importer> importers() { return table; }

Result<HarvestProfile> import_text(std::string_view text, std::string_view where) {
  std::string names;
  for (const Importer& importer : table) {
    if (importer.recognises(text)) return importer.read(text, where);
    names += join(names.empty() ? "" : ", ", importer.name);
  }
  return fail(
      Errc::invalid_argument, where, ": no profile format is recognised; there are ", names);
}

Result<HarvestProfile> import_profile(const std::filesystem::path& path) {
  const std::string text = TRY(text_of(path));
  HarvestProfile profile = TRY(import_text(text, path.string()));
  if (profile.name.empty()) profile.name = path.stem().string();
  return profile;
}

}  // namespace sunfleck
