#include "profiles/importers.h"

#include <array>

#include "profiles/diode_csv.h"
#include "profiles/ekho.h"
#include "profiles/energytrace.h"
#include "profiles/formats.h"
#include "profiles/irradiance.h"
#include "profiles/joulescope.h"
#include "profiles/mlperf_energy.h"
#include "profiles/powercast.h"
#include "profiles/ppk2_csv.h"
#include "profiles/ppk2_session.h"
#include "profiles/sample_table.h"
#include "profiles/shepherd_hdf5.h"
#include "profiles/text_lines.h"
#include "profiles/voltage_column.h"
#include "profiles/wisp.h"

namespace sunfleck {
namespace {

using ReadText = Result<HarvestProfile> (*)(std::string_view text, std::string_view where);
using ReadTextAsTold = Result<HarvestProfile> (*)(
    std::string_view text, std::string_view where, const ImportOptions& options);

Status check_length(const ProfileFile& file) {
  constexpr std::size_t most_bytes = 256'000'000;
  if (file.bytes().size() <= most_bytes) return ok;
  return fail(
      Errc::io, file.where(), ": a file of this format may have ", most_bytes, " bytes, this has ",
      file.bytes().size());
}

// A reader of texts that are short enough to be held in memory.
template <ReadText read>
Result<OpenProfile> open_text(const ProfileFile& file, const ImportOptions& /*options*/) {
  TRY(check_length(file));
  return opened(TRY(read(file.bytes(), file.where())));
}

// Likewise, of texts that do not say everything.
template <ReadTextAsTold read>
Result<OpenProfile> open_text(const ProfileFile& file, const ImportOptions& options) {
  TRY(check_length(file));
  return opened(TRY(read(file.bytes(), file.where(), options)));
}

// To add a format, add a row.
constexpr std::array table{
    Importer{
        .name = "sunfleck",
        .summary = "our own CSV: kind, units and period in its header; of any length",
        .recognises = &is_csv,
        .open = &open_csv},
    Importer{
        .name = "powercast",
        .summary = "'sec RSSI,mW': received RF power before rectification",
        .recognises = &is_powercast,
        .open = &open_text<&read_powercast>},
    Importer{
        .name = "energytrace",
        .summary = "EnergyTrace log: what a board consumed, as means of its cumulative energy",
        .recognises = &is_energytrace,
        .open = &open_text<&read_energytrace>},
    Importer{
        .name = "diode",
        .summary = "'time_s,a_Isc_A,b_Is_A,c_per_V': a solar cell's coefficients",
        .recognises = &is_diode_csv,
        .open = &open_text<&read_diode_csv>},
    Importer{
        .name = "ekho",
        .summary = "Ekho's I-V surface: n; voltages; then time and 2^n + 1 currents a line",
        .recognises = &is_ekho,
        .open = &open_text<&read_ekho>},
    Importer{
        .name = "irradiance",
        .summary = "seconds, uW/cm^2, date and time: light; a panel is to be assumed",
        .recognises = &is_irradiance,
        .open = &open_text<&read_irradiance>},
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
    Importer{
        .name = "voltages",
        .summary = "a voltage a line: period, resistance and kind must be told",
        .recognises = &is_voltage_column,
        .open = &open_text<&read_voltage_column>},
    Importer{
        .name = "table",
        .summary = "headings such as 'Time [s]; Voltage [V]; Current [A]': samples, I-V sweeps, "
                   "power, or volts whose resistance and kind must be told",
        .recognises = &is_sample_table,
        .open = &open_text<&read_sample_table>},
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
