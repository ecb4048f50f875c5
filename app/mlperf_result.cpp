#include "app/mlperf_result.h"

#include <algorithm>
#include <cmath>
#include <system_error>

#include "app/files.h"
#include "app/table.h"
#include "core/base/text.h"
#include "profiles/profile_file.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

constexpr std::size_t largest_text = std::size_t{64} << 20;
constexpr std::size_t wanted_windows = 5;
constexpr Seconds shortest_window{10.0};
constexpr double published_within = 1e-4;

Result<std::string> text_of(const std::filesystem::path& path) {
  const std::vector<std::uint8_t> bytes = TRY(read_file(path, largest_text));
  return std::string(bytes.begin(), bytes.end());
}

Status add_windows(const MlperfFiles::Recording& recording, MlperfResult& result) {
  const std::string stamps_text = TRY(text_of(recording.stamps));
  const std::vector<double> stamps =
      TRY(read_mlperf_stamps(stamps_text, recording.stamps.string()));
  const ProfileFile trace = TRY(ProfileFile::open(recording.trace));
  for (const MlperfWindow& window :
       TRY(measure_mlperf_windows(trace.bytes(), trace.where(), stamps)))
    result.windows.push_back({.window = window, .inferences = 0, .published = {}});
  return ok;
}

Status take_inferences(
    const std::filesystem::path& log, std::uint64_t inferences, MlperfResult& result) {
  std::vector<std::uint64_t> batches;
  if (inferences > 0) batches.push_back(inferences);
  if (batches.empty() && !log.empty()) batches = mlperf_inferences_in(TRY(text_of(log)));
  if (batches.empty()) {
    result.notes.emplace_back("the number of inferences of a window is not known");
    return ok;
  }
  if (batches.size() > 1 && batches.size() != result.windows.size())
    return fail(
        Errc::invalid_argument, log.string(), ": ", result.windows.size(),
        " batches of inferences were wanted, one for each window, got ", batches.size());
  for (std::size_t i = 0; i < result.windows.size(); ++i)
    result.windows[i].inferences = batches.size() > 1 ? batches[i] : batches.front();
  std::vector<double> energies;
  for (const MlperfMeasured& measured : result.windows)
    energies.push_back(measured.window.energy.si / static_cast<double>(measured.inferences));
  result.by_inference = Joules{median_of(std::move(energies))};
  return ok;
}

Status take_published(const std::filesystem::path& results, MlperfResult& result) {
  if (results.empty()) return ok;
  const MlperfPublished published = mlperf_published_in(TRY(text_of(results)));
  result.published = published.median;
  if (published.windows.size() != result.windows.size()) {
    result.notes.push_back(join(
        published.windows.size(), " windows were published, ", result.windows.size(),
        " measured: they are not compared"));
    return ok;
  }
  for (std::size_t i = 0; i < result.windows.size(); ++i)
    result.windows[i].published = published.windows[i];
  return ok;
}

// Of what was published.
double deviation(Joules measured, Joules published) { return measured.si / published.si - 1.0; }

void judge(MlperfResult& result) {
  if (result.windows.size() != wanted_windows)
    result.notes.push_back(join(
        "the rules ask for exactly ", wanted_windows, " windows, there are ",
        result.windows.size()));
  for (std::size_t i = 0; i < result.windows.size(); ++i) {
    const MlperfMeasured& measured = result.windows[i];
    const Seconds length = measured.window.to - measured.window.from;
    if (length < shortest_window)
      result.notes.push_back(
          join("window ", i + 1, " lasts ", engineering(length), ", the rules ask for 10 s"));
    if (!measured.published) continue;
    const double off = deviation(measured.window.energy, *measured.published);
    if (!(std::abs(off) <= published_within))
      result.notes.push_back(
          join("window ", i + 1, " is off by ", fixed(100.0 * off, 3), " % of what was published"));
  }
}

std::string microjoules(Joules energy) { return fixed(1e6 * energy.si, 3) + " uJ"; }

json or_null(const std::optional<Joules>& energy) {
  return energy ? json(energy->si) : json(nullptr);
}

std::string percent(double share) { return fixed(100.0 * share, 2) + " %"; }

}  // namespace

Result<MlperfFiles> mlperf_files_in(const std::filesystem::path& folder) {
  constexpr std::string_view ending = "-energy.bin";
  MlperfFiles files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with(ending))
      files.recordings.push_back(
          {.trace = entry->path(),
           .stamps = folder / (name.substr(0, name.size() - ending.size()) + "-timestamps.json")});
    if (name == "log.txt") files.log = entry->path();
    if (name == "results.txt") files.results = entry->path();
  }
  if (error) return fail(Errc::io, folder.string(), ": ", error.message());
  std::ranges::sort(files.recordings, {}, &MlperfFiles::Recording::trace);
  if (files.recordings.empty())
    return fail(
        Errc::not_found, folder.string(),
        ": a file such as trace1-energy.bin was wanted, found none");
  return files;
}

Result<MlperfResult> measure_mlperf(const MlperfFiles& files, std::uint64_t inferences) {
  MlperfResult result;
  const std::filesystem::path& first = files.recordings.front().trace;
  result.name = std::filesystem::absolute(first).parent_path().filename().string();
  for (const MlperfFiles::Recording& recording : files.recordings)
    TRY(add_windows(recording, result));
  TRY(take_inferences(files.log, inferences, result));
  TRY(take_published(files.results, result));
  judge(result);
  return result;
}

std::string to_text(const MlperfResult& result) {
  std::vector<std::vector<std::string>> rows;
  for (const MlperfMeasured& measured : result.windows) {
    const MlperfWindow& window = measured.window;
    std::vector<std::string> row{
        join(rows.size() + 1),
        fixed(window.from.si, 3) + " s",
        fixed((window.to - window.from).si, 3) + " s",
        join(window.samples),
        microjoules(window.energy),
        engineering(window.power)};
    row.resize(9, "-");
    if (measured.inferences > 0) {
      row[6] = join(measured.inferences);
      row[7] = microjoules((1.0 / static_cast<double>(measured.inferences)) * window.energy);
    }
    if (measured.published)
      row[8] = fixed(100.0 * deviation(window.energy, *measured.published), 6) + " %";
    rows.push_back(std::move(row));
  }
  std::string text = result.name + "\n" +
      table_text({{"window"},
                  {"from"},
                  {"length"},
                  {"samples"},
                  {"energy"},
                  {"power"},
                  {"inferences"},
                  {"per inference"},
                  {"off published"}},
                 rows);
  if (result.by_inference)
    text += join("\n  median ", microjoules(*result.by_inference), " per inference");
  if (result.by_inference && result.published)
    text += join(
        ", published ", microjoules(*result.published), ": ",
        fixed(100.0 * deviation(*result.by_inference, *result.published), 4), " % off");
  text += "\n";
  for (const std::string& note : result.notes)
    text += "  note: " + note + "\n";
  return text;
}

json to_json(const MlperfResult& result) {
  json object{
      {"name", result.name},
      {"joules_per_inference", or_null(result.by_inference)},
      {"published_joules_per_inference", or_null(result.published)},
      {"windows", json::array()},
      {"notes", result.notes}};
  for (const MlperfMeasured& measured : result.windows)
    object["windows"].push_back(
        {{"from_seconds", measured.window.from.si},
         {"to_seconds", measured.window.to.si},
         {"samples", measured.window.samples},
         {"joules", measured.window.energy.si},
         {"watts", measured.window.power.si},
         {"inferences", measured.inferences > 0 ? json(measured.inferences) : json(nullptr)},
         {"published_joules", or_null(measured.published)}});
  return object;
}

std::string to_text(const MlperfResults& results, const std::vector<ModelErrors>& models) {
  std::vector<std::vector<std::string>> rows;
  for (const ModelErrors& errors : models)
    rows.push_back(
        {errors.model.name, percent(errors.mean), percent(errors.median), percent(errors.worst),
         percent(errors.set_median), percent(errors.set_worst), errors.model.meaning});
  return join(
             "E = P * t, each network predicted from what is known without it: ",
             results.sets.size(), " boards with ad, ic, kws and vww, ", results.incomplete,
             " left out\n") +
      table_text(
             {{"model", Align::left},
              {"mean"},
              {"median"},
              {"worst"},
              {"boards' median"},
              {"worst board"},
              {"power", Align::left}},
             rows);
}

json to_json(const MlperfResults& results, const std::vector<ModelErrors>& models) {
  json object{
      {"networks", {"ad", "ic", "kws", "vww"}},
      {"boards", json::array()},
      {"incomplete_boards", results.incomplete},
      {"models", json::array()}};
  for (const MeasuredSet& set : results.sets)
    object["boards"].push_back(set.name);
  for (const ModelErrors& errors : models)
    object["models"].push_back(
        {{"name", errors.model.name},
         {"power", errors.model.meaning},
         {"mean_error", errors.mean},
         {"median_error", errors.median},
         {"worst_error", errors.worst},
         {"median_board_error", errors.set_median},
         {"worst_board_error", errors.set_worst},
         {"errors", errors.errors}});
  return object;
}

}  // namespace sunfleck::app
