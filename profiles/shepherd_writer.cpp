#include "profiles/shepherd_writer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "profiles/hdf5_file.h"
#include "profiles/shepherd_rows.h"
#include "profiles/whole_file.h"

namespace sunfleck {
namespace {

constexpr std::size_t rows_at_once = 10 * shepherd_buffer;

// A column of the file.
struct Column {
  const char* name;
  const char* unit;
  const char* description;
  double gain;  // of a step, in the unit
  hid_t type;
};

// The steps that are tried: of Shepherd's meter (18 bits over 5.12 V, or that over 96 Ohm), of its
// emulator's converter or a decimal one, and of its generated recordings.
constexpr std::array<double, StepSearch::most_candidates> voltage_steps{
    5.12 / 262'144, 1.0 / 13'107, 1e-6, 3e-9};
constexpr std::array<double, StepSearch::most_candidates> current_steps{
    5.12 / 262'144 / 96.0, 1e-6, 1e-9, 250e-12};

struct Steps {
  double voltage;
  double current;
};

// The first pass: the steps on which the samples lie.
Result<Steps> survey(HarvestSource& source) {
  StepSearch volts(voltage_steps);
  StepSearch amperes(current_steps);
  const bool current_first = source.format().kind == HarvestKind::isc_voc;
  TRY(source.rewind());
  for (bool last = false; !last;) {
    const HarvestBlock block = TRY(source.next());
    last = block.last;
    for (std::size_t i = 0; i + 1 < block.samples.size(); i += 2) {
      volts.add(block.samples[i + (current_first ? 1 : 0)]);
      amperes.add(block.samples[i + (current_first ? 0 : 1)]);
    }
  }
  return Steps{.voltage = volts.step(), .current = amperes.step()};
}

bool set_text(hid_t object, const char* name, const std::string& text) {
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), &H5Tclose);
  const Hdf5Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  const Hdf5Handle attribute(
      H5Acreate2(object, name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), &H5Aclose);
  const char* bytes = text.c_str();
  return attribute && H5Awrite(attribute.id(), type.id(), static_cast<const void*>(&bytes)) >= 0;
}

bool set_number(hid_t object, const char* name, hid_t type, const void* number) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
  const Hdf5Handle attribute(
      H5Acreate2(object, name, type, space.id(), H5P_DEFAULT, H5P_DEFAULT), &H5Aclose);
  return attribute && H5Awrite(attribute.id(), type, number) >= 0;
}

Hdf5Handle create_column(hid_t group, const Column& column) {
  const hsize_t none = 0;
  const hsize_t unlimited = H5S_UNLIMITED;
  const hsize_t chunk = shepherd_buffer;
  const Hdf5Handle space(H5Screate_simple(1, &none, &unlimited), &H5Sclose);
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
  constexpr unsigned gzip_level = 1;
  H5Pset_chunk(properties.id(), 1, &chunk);
  H5Pset_deflate(properties.id(), gzip_level);
  Hdf5Handle set(
      H5Dcreate2(
          group, column.name, column.type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
      &H5Dclose);
  const double offset = 0.0;
  const bool is_complete = set && set_text(set.id(), "unit", column.unit) &&
      set_text(set.id(), "description", column.description) &&
      set_number(set.id(), "gain", H5T_NATIVE_DOUBLE, &column.gain) &&
      set_number(set.id(), "offset", H5T_NATIVE_DOUBLE, &offset);
  if (!is_complete) return {};
  return set;
}

bool append(hid_t dataset, std::uint64_t first, hid_t type, std::size_t count, const void* from) {
  const hsize_t start = first;
  const hsize_t length = count;
  const hsize_t end = first + count;
  if (H5Dset_extent(dataset, &end) < 0) return false;
  const Hdf5Handle file(H5Dget_space(dataset), &H5Sclose);
  const Hdf5Handle memory(H5Screate_simple(1, &length, nullptr), &H5Sclose);
  return H5Sselect_hyperslab(file.id(), H5S_SELECT_SET, &start, nullptr, &length, nullptr) >= 0 &&
      H5Dwrite(dataset, type, memory.id(), file.id(), H5P_DEFAULT, from) >= 0;
}

std::string_view datatype_of(HarvestKind kind) {
  if (kind == HarvestKind::iv_curve) return "ivsurface";
  if (kind == HarvestKind::isc_voc) return "isc_voc";
  return "ivtrace";
}

// A text as a YAML scalar in double quotes.
std::string quoted(const std::string& text) {
  std::string yaml = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') yaml += '\\';
    if (c == '\n')
      yaml += "\\n";
    else if (c >= '\0' && c < ' ')
      yaml += ' ';
    else
      yaml += c;
  }
  return yaml + '"';
}

// The file while it is written.
class ShepherdFile {
 public:
  static Result<ShepherdFile> create(
      const std::string& path, const OpenProfile& profile, const Steps& steps) {
    ShepherdFile made;
    made.steps_ = steps;
    made.file_ = {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), &H5Fclose};
    if (!made.file_) return made.failed();
    made.data_ = {
        H5Gcreate2(made.file_.id(), "data", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), &H5Gclose};
    const HarvestFormat format = profile.source->format();
    const std::int64_t window = format.points;
    const std::string config =
        "profile: " + quoted(profile.name) + "\norigin: " + quoted(profile.origin) + "\n";
    made.time_ = create_column(
        made.data_.id(),
        {"time", "s", "system time [s] = value * gain + (offset)", 1e-9, H5T_STD_U64LE});
    made.voltage_ = create_column(
        made.data_.id(),
        {"voltage", "V", "voltage [V] = value * gain + offset", steps.voltage, H5T_STD_U32LE});
    made.current_ = create_column(
        made.data_.id(),
        {"current", "A", "current [A] = value * gain + offset", steps.current, H5T_STD_U32LE});
    const bool is_complete = made.time_ && made.voltage_ && made.current_ &&
        set_text(made.file_.id(), "mode", "harvester") &&
        set_text(made.file_.id(), "hostname", "sunfleck") &&
        set_text(made.file_.id(), "config", config) &&
        set_text(made.data_.id(), "datatype", std::string(datatype_of(format.kind))) &&
        set_number(made.data_.id(), "window_samples", H5T_NATIVE_INT64, &window);
    if (!is_complete) return made.failed();
    return made;
  }

  // Rows of volts and amperes.
  Status add(std::span<const float> rows) {
    for (std::size_t i = 0; i < rows.size(); i += 2) {
      volts_.push_back(scaled(rows[i], steps_.voltage));
      amperes_.push_back(scaled(rows[i + 1], steps_.current));
      if (volts_.size() == rows_at_once) TRY(write());
    }
    return ok;
  }

  // Fills the last buffer up and brings everything to the disk.
  Status finish() {
    const std::uint64_t recorded = written_ + volts_.size();
    const std::uint64_t rest = (shepherd_buffer - recorded % shepherd_buffer) % shepherd_buffer;
    volts_.resize(volts_.size() + rest);
    amperes_.resize(amperes_.size() + rest);
    TRY(write());
    if (set_number(data_.id(), "recorded_samples", H5T_NATIVE_UINT64, &recorded) &&
        H5Fflush(file_.id(), H5F_SCOPE_GLOBAL) >= 0)
      return ok;
    return failed();
  }

  // How many numbers are not to the bit what they were.
  std::uint64_t rounded() const { return rounded_; }

 private:
  static Error failed() { return fail(Errc::io, "the HDF5 library cannot write: ", hdf5_error()); }

  std::uint32_t scaled(float value, double step) {
    const std::uint32_t steps = steps_in(value, step);
    if (static_cast<float>(steps * step) != value) ++rounded_;
    return steps;
  }

  Status write() {
    const std::size_t count = volts_.size();
    times_.resize(count);
    for (std::size_t i = 0; i < count; ++i)
      times_[i] = (written_ + i) * static_cast<std::uint64_t>(shepherd_period.count());
    if (count > 0 &&
        !(append(time_.id(), written_, H5T_NATIVE_UINT64, count, times_.data()) &&
          append(voltage_.id(), written_, H5T_NATIVE_UINT32, count, volts_.data()) &&
          append(current_.id(), written_, H5T_NATIVE_UINT32, count, amperes_.data())))
      return failed();
    written_ += count;
    volts_.clear();
    amperes_.clear();
    return ok;
  }

  Steps steps_{};
  Hdf5Handle file_;
  Hdf5Handle data_;
  Hdf5Handle time_;
  Hdf5Handle voltage_;
  Hdf5Handle current_;
  std::vector<std::uint64_t> times_;
  std::vector<std::uint32_t> volts_;
  std::vector<std::uint32_t> amperes_;
  std::uint64_t written_ = 0;
  std::uint64_t rounded_ = 0;
};

// The second pass.
Result<std::string> write_file(const OpenProfile& profile, const std::filesystem::path& path) {
  ShepherdRows rows = TRY(ShepherdRows::of(profile.source->format()));
  const Steps steps = TRY(survey(*profile.source));
  ShepherdFile file = TRY(ShepherdFile::create(path.string(), profile, steps));
  TRY(profile.source->rewind());
  for (bool last = false; !last;) {
    const HarvestBlock block = TRY(profile.source->next());
    last = block.last;
    TRY(rows.add(block, [&file](std::span<const float> part) { return file.add(part); }));
  }
  TRY(file.finish());
  std::string note;
  if (file.rounded() > 0)
    note = join(
        file.rounded(), " numbers are rounded to steps of ", steps.voltage, " V and ",
        steps.current, " A");
  if (rows.has_moved())
    note +=
        join(note.empty() ? "" : "; ", "samples that begin between two of Shepherd's are moved");
  return note;
}

}  // namespace

Result<std::string> write_shepherd(const OpenProfile& profile, const std::filesystem::path& path) {
  static std::mutex only_one;  // the library is not for two threads
  const std::scoped_lock lock(only_one);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  WholeFile whole(path);
  Result<std::string> note = write_file(profile, whole.beside());
  if (!note) return fail(note.error().code, path.string(), ": ", note.error().text);
  TRY(whole.keep());
  return note;
}

}  // namespace sunfleck
