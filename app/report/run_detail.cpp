#include "app/report/run_detail.h"

#include <algorithm>

#include "app/stored_timeline.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t points = 900;        // of a figure's width
constexpr std::size_t cycles_closely = 4;  // in the closer look
constexpr std::size_t many_cycles = 8;     // a run of more gets one

Result<RunWindow> read_window(
    db::RunStore& store, std::int64_t run, const std::vector<db::StoredSignal>& signals,
    RunTime from, RunTime to) {
  RunWindow window{.from = from, .to = to, .signals = {}};
  for (const db::StoredSignal& signal : signals) {
    if (signal.period <= RunTime{}) continue;
    const auto first = static_cast<std::uint64_t>(from / signal.period);
    const auto last = static_cast<std::uint64_t>(to / signal.period) + 1;
    window.signals.push_back(
        {signal.name, signal.period, TRY(store.overview(run, signal.name, {first, last}, points))});
  }
  return window;
}

// The power cycles with the most re-execution between them and their neighbours say the most; the
// stretch begins a little before the first of them.
std::optional<std::pair<RunTime, RunTime>> close_window(const RunDetail& detail, RunTime end) {
  const auto& cycles = detail.power_cycles;
  if (cycles.size() <= many_cycles) return std::nullopt;
  std::vector<RunTime> lost(cycles.size());
  for (const sunfleck::Span& span : detail.spans)
    if (span.activity == Activity::re_execution && span.power_cycle < lost.size())
      lost[span.power_cycle] += span.to - span.from;
  std::size_t best = cycles.size() / 2;
  RunTime most{};
  for (std::size_t i = 1; i + cycles_closely <= cycles.size(); ++i) {
    RunTime sum{};
    for (std::size_t k = i; k < i + cycles_closely; ++k)
      sum += lost[k];
    if (sum > most) best = i;
    most = std::max(most, sum);
  }
  best = std::min(best, cycles.size() - cycles_closely);
  const RunTime from = cycles[best].on;
  const RunTime to = cycles[best + cycles_closely - 1].off;
  const RunTime side = (to - from) / 16;
  return std::pair{std::max(RunTime{}, from - side), std::min(end, to + side)};
}

}  // namespace

Result<RunDetail> read_run_detail(db::RunStore& store, const RunReport& report) {
  RunDetail detail;
  const RunTime end = to_run_time(report.duration);
  const auto signals = TRY(store.signals(report.id));
  for (const db::StoredSignal& signal : signals)
    detail.sample_period = signal.period;
  Timeline timeline = TRY(stored_timeline(store, report.id));
  detail.spans = std::move(timeline.spans);
  detail.power_cycles = std::move(timeline.power_cycles);
  detail.gaps = std::move(timeline.gaps);
  Attribution attribution = TRY(store.attribution(report.id));
  detail.by_inference = std::move(attribution.by_inference);
  detail.by_power_cycle = std::move(attribution.by_power_cycle);
  detail.clock = TRY(store.board_clock(report.id));
  detail.whole = TRY(read_window(store, report.id, signals, {}, end));
  if (const auto close = close_window(detail, end))
    detail.close = TRY(read_window(store, report.id, signals, close->first, close->second));
  return detail;
}

}  // namespace sunfleck::app
