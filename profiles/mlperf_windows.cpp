#include "profiles/mlperf_windows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/signal/compensated_sum.h"
#include "profiles/mlperf_energy.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

constexpr std::size_t head_bytes = 1 + sizeof(float);
constexpr std::size_t most_entries = 100'000;
constexpr double largest_microjoules = 1e15;  // of a sample, as in mlperf_energy.h

float float_at(std::string_view bytes, std::size_t at) {
  float value = 0.0F;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// A walk along the samples that adds up their energies; windows lie one behind the other.
class Walk {
 public:
  Walk(std::string_view trace, std::string_view where)
      : trace_(trace),
        where_(where),
        period_(1.0 / double{float_at(trace, 1)}),
        count_((trace.size() - head_bytes) / sizeof(float)) {}

  // To the first sample at or after a time.
  Status skip_to(double time) { return go_to(time, nullptr); }

  // The samples from here to the first at or after a time.
  Status add_to(double time, MlperfWindow& window) {
    CompensatedSum sum;
    const std::size_t first = next_;
    TRY(go_to(time, &sum));
    window.samples = next_ - first;
    window.energy = {1e-6 * sum.value()};
    if (window.samples > 0)
      window.power = window.energy / Seconds{static_cast<double>(window.samples) * period_};
    return ok;
  }

 private:
  Status go_to(double time, CompensatedSum* sum) {
    for (; time_ < time; ++next_, time_ += period_) {
      if (next_ == count_)
        return fail(
            Errc::invalid_argument, where_, ": an event at ", Seconds{time},
            " lies behind the last of ", count_, " samples, at ",
            Seconds{static_cast<double>(count_) * period_});
      if (sum == nullptr) continue;
      const std::size_t at = head_bytes + next_ * sizeof(float);
      const double energy{float_at(trace_, at)};
      if (!(std::abs(energy) < largest_microjoules))
        return fail(
            Errc::invalid_argument, where_, ": at byte ", at,
            " an energy in microjoules was wanted, got ", energy);
      sum->add(energy);
    }
    return ok;
  }

  std::string_view trace_;
  std::string_view where_;
  double period_;  // s
  std::size_t count_;
  std::size_t next_ = 0;
  double time_ = 0.0;  // s, of the next sample: a running sum
};

Status check_trace(std::string_view trace, std::string_view where) {
  if (is_mlperf_energy(trace) && trace.size() >= head_bytes + sizeof(float)) return ok;
  return fail(
      Errc::invalid_argument, where,
      ": a byte 0xF1, a rate of 1 mHz to 100 MHz and energies were wanted");
}

// The number behind a word, past blanks; nothing when there is none.
std::optional<double> number_after(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  line = line.substr(at + word.size());
  line.remove_prefix(std::min(line.find_first_not_of(" \t:"), line.size()));
  double value = 0.0;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), value);
  if (end.ec != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> count_after(std::string_view line, std::string_view word) {
  const std::optional<double> value = number_after(line, word);
  if (!value || !(*value >= 1.0 && *value <= 1e12)) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

}  // namespace

Result<std::vector<double>> read_mlperf_stamps(std::string_view text, std::string_view where) {
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array())
    return fail(Errc::invalid_argument, where, ": a JSON array of times in seconds was wanted");
  if (list.size() > most_entries)
    return fail(
        Errc::invalid_argument, where, ": at most ", most_entries, " events were wanted, got ",
        list.size());
  std::vector<double> stamps;
  for (const nlohmann::json& entry : list) {
    const double stamp = entry.is_number() ? entry.get<double>() : -1.0;
    const double before = stamps.empty() ? 0.0 : stamps.back();
    if (!std::isfinite(stamp) || stamp < before || (!stamps.empty() && stamp == before))
      return fail(
          Errc::invalid_argument, where, ": event ", stamps.size() + 1,
          ": a time in seconds later than ", Seconds{before}, " was wanted");
    stamps.push_back(stamp);
  }
  return stamps;
}

Result<std::vector<MlperfWindow>> measure_mlperf_windows(
    std::string_view trace, std::string_view where, const std::vector<double>& stamps) {
  TRY(check_trace(trace, where));
  if (stamps.size() < 3 || stamps.size() % 2 == 0)
    return fail(
        Errc::invalid_argument, where,
        ": an event at the start and two for each window were wanted, got ", stamps.size(),
        " events");
  std::vector<MlperfWindow> windows;
  Walk walk(trace, where);
  for (std::size_t i = 1; i < stamps.size(); i += 2) {
    MlperfWindow window{
        .first_event = i,
        .from = {stamps[i]},
        .to = {stamps[i + 1]},
        .samples = 0,
        .energy = {},
        .power = {}};
    TRY(walk.skip_to(stamps[i]));
    TRY(walk.add_to(stamps[i + 1], window));
    if (window.samples == 0)
      return fail(
          Errc::invalid_argument, where, ": no sample lies between the events at ", window.from,
          " and ", window.to);
    windows.push_back(window);
  }
  return windows;
}

std::vector<std::uint64_t> mlperf_inferences_in(std::string_view log) {
  std::vector<std::uint64_t> batches;
  std::optional<std::uint64_t> configured;
  TextLines lines(log, "log");
  while (const std::optional<std::string_view> line = lines.next()) {
    if (batches.size() == most_entries) break;
    if (const auto count = count_after(*line, "m-infer-start-")) batches.push_back(*count);
    if (const auto count = count_after(*line, "key[iterInfer]-val[")) configured = count;
  }
  if (batches.empty() && configured) batches.push_back(*configured);
  return batches;
}

MlperfPublished mlperf_published_in(std::string_view results) {
  MlperfPublished published;
  TextLines lines(results, "results");
  while (const std::optional<std::string_view> line = lines.next()) {
    if (published.windows.size() + published.by_inference.size() >= most_entries) break;
    if (const auto value = number_after(*line, "Energy/Inf."))
      published.by_inference.push_back({*value * 1e-6});
    else if (const auto median = number_after(*line, "Median energy cost is"))
      published.median = Joules{*median * 1e-6};
    else if (const auto energy = number_after(*line, "Energy  "))
      published.windows.push_back({*energy * 1e-6});
  }
  return published;
}

double median_of(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

}  // namespace sunfleck
