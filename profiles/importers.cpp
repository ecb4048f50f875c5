#include "profiles/importers.h"

#include <array>

#include "profiles/formats.h"
#include "profiles/joulescope.h"
#include "profiles/mlperf_energy.h"
#include "profiles/powercast.h"
#include "profiles/ppk2_csv.h"
#include "profiles/ppk2_session.h"
#include "profiles/shepherd_hdf5.h"
#include "profiles/text_lines.h"
#include "profiles/wisp.h"

namespace sunfleck {
namespace {

// A reader of texts that are short enough to be held in memory.
template <Result<HarvestProfile> (*read)(std::string_view text, std::string_view where)>
Result<OpenProfile> open_text(const ProfileFile& file, const ImportOptions& /*options*/) {
  constexpr std::size_t most_bytes = 256'000'000;
  if (file.bytes().size() > most_bytes)
    return fail(
        Errc::io, file.where(), ": a file of this format may have ", most_bytes,
        " bytes, this has ", file.bytes().size());
  return opened(TRY(read(file.bytes(), file.where())));
}

// To add a format, add a row.
constexpr std::array table{
    Importer{
        .name = "sunfleck",
        .summary = "our own CSV: kind, resistance and period in its header",
        .recognises = &is_csv,
        .open = &open_text<&read_csv>},
    Importer{
        .name = "powercast",
        .summary = "'sec RSSI,mW': received RF power before rectification",
        .recognises = &is_powercast,
        .open = &open_text<&read_powercast>},
    Importer{
        .name = "shepherd",
        .summary = "HDF5 of Shepherd (operating points, curves, isc/voc) or Bonito (power)",
        .recognises = &is_hdf5,
        .open = &open_shepherd},
    Importer{
        .name = "ppk2",
        .summary = "CSV of the PPK2's app: a load's current at a voltage that is to be given",
        .recognises = &is_ppk2_csv,
        .open = &open_ppk2_csv},
    Importer{
        .name = "ppk2-session",
        .summary = ".ppk2 of the PPK2's app: a load's current at a voltage that is to be given",
        .recognises = &is_zip,
        .open = &open_ppk2_session},
    Importer{
        .name = "mlperf-energy",
        .summary = "energy trace of an MLPerf Tiny result: the power that a board consumed",
        .recognises = &is_mlperf_energy,
        .open = &open_mlperf_energy},
    Importer{
        .name = "joulescope",
        .summary = "JLS: not read; says how to export it",
        .recognises = &is_joulescope,
        .open = &open_joulescope},
    Importer{
        .name = "wisp",
        .summary = "'ms V': rectified voltage of a WISP into 30 kOhm; gaps in time are outages",
        .recognises = &is_wisp,
        .open = &open_text<&read_wisp>},
};

}  // namespace

std::span<const Importer> importers() { return table; }

Result<OpenProfile> open_profile(const ProfileFile& file, const ImportOptions& options) {
  const std::string_view head = file.bytes().substr(0, recognised_bytes);
  std::string names;
  for (const Importer& importer : table) {
    if (importer.recognises(head)) {
      OpenProfile profile = TRY(importer.open(file, options));
      if (profile.name.empty()) profile.name = std::filesystem::path(file.where()).stem().string();
      return profile;
    }
    names += join(names.empty() ? "" : ", ", importer.name);
  }
  return fail(
      Errc::invalid_argument, file.where(), ": no profile format is recognised; there are ", names);
}

Result<OpenProfile> open_profile(const std::filesystem::path& path, const ImportOptions& options) {
  return open_profile(TRY(ProfileFile::open(path)), options);
}

}  // namespace sunfleck
