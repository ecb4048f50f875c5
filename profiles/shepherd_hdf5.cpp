#include "profiles/shepherd_hdf5.h"

#include <algorithm>
#include <array>
#include <utility>

#include "profiles/hdf5_recording.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

// What the texts of a file say about a recording.
struct Datatype {
  std::string_view name;
  HarvestKind kind;
};
constexpr std::array datatypes{
    Datatype{"ivsample", HarvestKind::operating_point},
    Datatype{"ivtrace", HarvestKind::operating_point},
    Datatype{"ivcurve", HarvestKind::iv_curve},
    Datatype{"ivsurface", HarvestKind::iv_curve},
    Datatype{"isc_voc", HarvestKind::isc_voc},
};

Result<HarvestKind> kind_called(std::string_view name) {
  for (const Datatype& type : datatypes)
    if (type.name == name) return type.kind;
  return fail(
      Errc::unsupported, "/data has the datatype '", shown(name),
      "'; ivsample, ivtrace, ivcurve, ivsurface and isc_voc are known");
}

Result<ScaledColumn> column_of(hid_t group, const std::string& name, const std::string& path) {
  Hdf5Handle dataset = open_dataset(group, name);
  if (!dataset) return fail(Errc::unsupported, "there is no data set '", path, "'");
  const double gain = number_attribute(dataset.id(), "gain").value_or(1.0);
  const double offset = number_attribute(dataset.id(), "offset").value_or(0.0);
  return ScaledColumn{
      .column = TRY(Hdf5Column::of(std::move(dataset), path)), .gain = gain, .offset = offset};
}

// What fits into all columns, and how much of them is a filling to a whole buffer.
std::uint64_t common_count(const Hdf5Recording& recording, hid_t data) {
  std::uint64_t count = recording.time.column.count();
  for (const ScaledColumn& column : recording.columns)
    count = std::min(count, column.column.count());
  const double recorded = number_attribute(data, "recorded_samples").value_or(-1.0);
  if (recorded >= 0.0 && recorded < static_cast<double>(count))
    return static_cast<std::uint64_t>(recorded);
  return count;
}

// Sets what follows from the columns: rows, periods, lead-in.
Status measure(Hdf5Recording& recording, std::size_t file_bytes) {
  TRY(check(recording, file_bytes));
  recording.row_period = TRY(row_period_of(recording.time, recording.count));
  recording.format.period = recording.row_period;
  if (recording.format.kind != HarvestKind::iv_curve) return ok;
  const std::uint32_t points = recording.format.points;
  if (points < 2 || points > most_curve_points || points > recording.count)
    return fail(
        Errc::invalid_argument, "a curve of 2 to ", most_curve_points,
        " points and a recording of one or more were wanted, got window_samples ", points, " and ",
        recording.count, " samples");
  recording.format.period = points * recording.row_period;
  recording.format.lead_in = TRY(lead_in_of(recording));
  return ok;
}

// The harvesting algorithm that the configuration, a YAML text, names.
std::string algorithm_in(std::string_view config) {
  constexpr std::string_view key = "algorithm: ";
  const std::size_t at = config.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view value = config.substr(at + key.size());
  return shown(value.substr(0, value.find('\n')));
}

std::string described_source(hid_t file, hid_t data) {
  const std::string mode = text_attribute(file, "mode").value_or("");
  std::string text = mode == "emulator"
      ? "Shepherd recording of what an emulator gave to its target"
      : "Shepherd recording of a harvester";
  if (mode == "load") text = "Shepherd recording of a load's supply";
  const auto host = text_attribute(file, "hostname");
  if (host) text += join(" on '", shown(*host), "'");
  auto config = text_attribute(file, "config");
  if (!config) config = text_attribute(data, "config");
  const std::string algorithm = config ? algorithm_in(*config) : "";
  if (!algorithm.empty()) text += join(", algorithm ", algorithm);
  return text;
}

std::string described_samples(const Hdf5Recording& recording, RunTime span) {
  std::string text;
  const std::uint64_t points = recording.format.points;
  if (points > 0) text = join("; curves of ", points, " points");
  if (recording.format.lead_in > 0)
    text += join(", the first ", recording.format.lead_in, " of which are the ramp's return");
  text += join("; ", recording.count, " samples at ", to_seconds(recording.row_period));
  const auto present = static_cast<std::int64_t>(recording.count) * recording.row_period;
  const bool has_gaps = span >= present + recording.row_period;
  if (has_gaps) text += join("; gaps of together ", to_seconds(span - present), " are outages");
  if (points > 0 && has_gaps)
    text += ", and curves that they break are left out";
  else if (points > 0 && recording.count % points > 0)
    text += join("; the last ", recording.count % points, " make no whole curve and are left out");
  const bool may_be_negative = std::ranges::any_of(
      recording.columns, [](const ScaledColumn& column) { return column.offset < 0.0; });
  if (may_be_negative) text += "; what the meter's offset puts below 0 is 0";
  return text;
}

Result<ProfileHead> head_of(const Hdf5Recording& recording, std::string source) {
  const RunTime span = TRY(span_of(recording));
  ProfileHead head{
      .name = {},
      .origin = source + described_samples(recording, span),
      .format = recording.format,
      .duration = span - span % recording.format.period};
  return head;
}

// /data with voltage and current.
Status read_shepherd(hid_t file, hid_t data, std::size_t bytes, ProfileSink& sink) {
  Hdf5Recording recording;
  recording.time = TRY(column_of(data, "time", "data/time"));
  if (number_attribute(recording.time.column.id(), "gain") == std::nullopt)
    recording.time.gain = 1e-9;
  // Without a datatype it is a file of the first version, which had no other.
  const std::string datatype = text_attribute(data, "datatype").value_or("ivsample");
  recording.format.kind = TRY(kind_called(datatype));
  const bool is_curve = recording.format.kind == HarvestKind::iv_curve;
  const double window = number_attribute(data, "window_samples").value_or(0.0);
  if (is_curve && window >= 0.0 && window <= most_curve_points)
    recording.format.points = static_cast<std::uint32_t>(window);
  recording.columns.push_back(TRY(column_of(data, "voltage", "data/voltage")));
  recording.columns.push_back(TRY(column_of(data, "current", "data/current")));
  if (recording.format.kind == HarvestKind::isc_voc)
    std::swap(recording.columns[0], recording.columns[1]);
  recording.count = common_count(recording, data);
  TRY(measure(recording, bytes));
  sink.begin(TRY(head_of(recording, described_source(file, data))));
  return send(recording, sink);
}

// /time, and powers in /data.
Status read_bonito(
    hid_t file, hid_t data, const std::optional<std::string>& wanted, std::size_t bytes,
    ProfileSink& sink) {
  constexpr std::size_t most_nodes = 100;
  const std::vector<std::string> nodes = member_names(data, most_nodes);
  std::string names;
  for (const std::string& node : nodes)
    names += join(names.empty() ? "" : ", ", shown(node));
  if (nodes.empty()) return fail(Errc::unsupported, "/data is empty");
  const std::string node = wanted.value_or(nodes.front());
  if (std::ranges::find(nodes, node) == nodes.end())
    return fail(Errc::invalid_argument, "there is no node '", shown(node), "'; there are ", names);
  Hdf5Recording recording;
  recording.time = TRY(column_of(file, "time", "time"));
  recording.columns.push_back(TRY(column_of(data, node, "data/" + node)));
  recording.format.kind = HarvestKind::power;
  recording.count = common_count(recording, data);
  TRY(measure(recording, bytes));
  sink.begin(
      TRY(head_of(recording, join("harvested power of the node '", shown(node), "' of ", names))));
  return send(recording, sink);
}

Status read_file(
    std::string_view bytes, const std::optional<std::string>& node, ProfileSink& sink) {
  const Hdf5Handle file = open_hdf5(bytes);
  if (!file) return fail(Errc::invalid_argument, "the HDF5 library cannot open it: ", hdf5_error());
  const Hdf5Handle data = open_group(file.id(), "data");
  if (!data) return fail(Errc::unsupported, "there is no group '/data', as Shepherd has it");
  if (H5Lexists(file.id(), "time", H5P_DEFAULT) > 0 &&
      H5Lexists(data.id(), "voltage", H5P_DEFAULT) <= 0)
    return read_bonito(file.id(), data.id(), node, bytes.size(), sink);
  return read_shepherd(file.id(), data.id(), bytes.size(), sink);
}

}  // namespace

bool is_hdf5(std::string_view head) {
  constexpr std::string_view magic = "\x89HDF\r\n\x1a\n";
  for (std::size_t at = 0; at + magic.size() <= head.size(); at = at == 0 ? 512 : 2 * at)
    if (head.substr(at, magic.size()) == magic) return true;
  return false;
}

Result<OpenProfile> open_shepherd(const ProfileFile& file, const ImportOptions& options) {
  return open_isolated(
      file, "HDF5", [node = options.node](const ProfileFile& opened, ProfileSink& sink) -> Status {
        const Status status = read_file(opened.bytes(), node, sink);
        if (status) return ok;
        return fail(status.error().code, opened.where(), ": ", status.error().text);
      });
}

}  // namespace sunfleck
