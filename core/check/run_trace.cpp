#include "core/check/run_trace.h"

#include <algorithm>
#include <cassert>

namespace sunfleck {
namespace {

std::uint64_t seen_in(const ReportedRun& reported) {
  std::uint64_t seen = 0;
  for (const ReportedResult& result : reported.results)
    if (result.inference < inferences_max) seen |= std::uint64_t{1} << result.inference;
  return seen;
}

class Recorder final : public MemoryObserver {
 public:
  Recorder(const CrashSubject& subject, RunTrace& trace) : subject_(subject), trace_(trace) {}

  void on_read(std::uint32_t /*offset*/, std::uint32_t /*size*/) override {}
  void on_write(std::uint32_t offset, std::span<const std::uint8_t> bytes) override {
    trace_.writes.push_back(
        {.offset = offset,
         .size = static_cast<std::uint32_t>(bytes.size()),
         .first = trace_.bytes.size(),
         .seen = trace_.start.seen | seen_in(subject_.reported()),
         .readings = subject_.supply_readings()});
    trace_.bytes.insert(trace_.bytes.end(), bytes.begin(), bytes.end());
  }

 private:
  const CrashSubject& subject_;
  RunTrace& trace_;
};

bool is_commit(const RunTrace::Write& write, const std::vector<MemoryRegion>& regions) {
  return std::ranges::any_of(regions, [&](const MemoryRegion& region) {
    return region.ends_atomic_part && write.offset >= region.offset &&
        write.offset < region.offset + region.bytes;
  });
}

}  // namespace

bool ends_commit(
    const RunTrace& trace, std::size_t index, const std::vector<MemoryRegion>& regions) {
  const bool is_last = index + 1 == trace.writes.size();
  return is_commit(trace.writes[index], regions) &&
      (is_last || !is_commit(trace.writes[index + 1], regions));
}

RunTrace record_cycle(
    CrashSubject& subject, const BoardState& start, std::uint64_t low, std::uint64_t most_writes) {
  RunTrace trace;
  trace.start = start;
  Recorder recorder(subject, trace);
  subject.begin(start.memory);
  const PowerFailure limit{.write = most_writes, .bytes = PowerFailure::whole, .low = low};
  trace.ended = subject.power_up(limit, &recorder);
  trace.readings = subject.supply_readings();
  trace.cycles = subject.cycles();
  const auto memory = subject.nonvolatile();
  trace.end = {
      .memory = {memory.begin(), memory.end()}, .seen = start.seen | seen_in(subject.reported())};
  return trace;
}

void TraceWalk::apply(std::uint32_t bytes) {
  const RunTrace::Write& write = trace_->writes[next_];
  const auto from = trace_->bytes.begin() + static_cast<std::ptrdiff_t>(write.first);
  std::copy_n(from, bytes, state_.memory.begin() + write.offset);
  state_.seen = write.seen;
}

const BoardState& TraceWalk::after(const PowerFailure& failure) {
  if (failure.write == 0) return trace_->end;
  assert(failure.write <= trace_->writes.size() && failure.write > next_);
  if (!torn_.empty())
    std::ranges::copy(torn_, state_.memory.begin() + trace_->writes[next_].offset);
  for (; next_ + 1 < failure.write; ++next_)
    apply(trace_->writes[next_].size);
  const RunTrace::Write& write = trace_->writes[next_];
  const std::uint32_t kept = std::min(failure.bytes, write.size);
  const auto place = state_.memory.begin() + write.offset;
  torn_.assign(place, place + kept);
  apply(kept);
  return state_;
}

}  // namespace sunfleck
