#include "app/run_export.h"

#include <array>
#include <system_error>

#include "db/copy_runs.h"
#include "profiles/whole_file.h"

namespace sunfleck::app {
namespace {

constexpr std::array format_names{
    std::pair{ExportFormat::perfetto, "perfetto"},
    std::pair{ExportFormat::csv, "csv"},
    std::pair{ExportFormat::sqlite, "sqlite"},
};

constexpr std::array suffixes{
    std::pair{".perfetto.json", ExportFormat::perfetto},
    std::pair{".trace.json", ExportFormat::perfetto},
    std::pair{".csv", ExportFormat::csv},
    std::pair{".sqlite", ExportFormat::sqlite},
    std::pair{".db", ExportFormat::sqlite},
};

}  // namespace

const char* name_of(ExportFormat format) {
  for (const auto& [known, name] : format_names)
    if (known == format) return name;
  return "";
}

Result<ExportFormat> export_format_of(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  std::string known;
  for (const auto& [suffix, format] : suffixes) {
    if (name.ends_with(suffix)) return format;
    known += join(known.empty() ? "" : ", ", suffix);
  }
  return fail(
      Errc::usage, path.string(), ": a name that ends in one of ", known,
      " was wanted, or a format by --format");
}

Result<Exported> export_store(
    const std::string& store, const std::vector<std::int64_t>& runs,
    const std::vector<std::string>& signals, const std::filesystem::path& path,
    const ExportProgress& progress) {
  WholeFile whole(path);
  TRY(db::copy_runs(store, whole.beside().string(), {.runs = runs, .signals = signals}, progress));
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(whole.beside(), error);
  if (error) return fail(Errc::io, path.string(), ": ", error.message());
  TRY(whole.keep());
  return Exported{.entries = runs.size(), .bytes = bytes};
}

}  // namespace sunfleck::app
