#include "app/operating_points.h"

#include <algorithm>
#include <cassert>

#include "core/power/harvest_cursor.h"

namespace sunfleck::app {
namespace {

// Some of a row of unknown length, evenly spread: whenever there are too many, every other one is
// dropped, and half as many are taken from then on.
template <class Value>
class Spread {
 public:
  explicit Spread(std::size_t most) : most_(most) {}

  // Whether the next of the row is wanted; add() it then.
  bool wants_next() { return next_++ % stride_ == 0; }
  void add(Value value) {
    if (values_.size() == 2 * most_) {
      for (std::size_t i = 1; 2 * i < values_.size(); ++i)
        values_[i] = std::move(values_[2 * i]);
      values_.resize(most_);
      stride_ *= 2;
      if ((next_ - 1) % stride_ != 0) return;
    }
    values_.push_back(std::move(value));
  }
  // At most as many as were asked for.
  std::vector<Value> take() {
    const std::size_t count = values_.size();
    if (count <= most_) return std::move(values_);
    std::vector<Value> kept;
    for (std::size_t i = 0; i < most_; ++i)
      kept.push_back(std::move(values_[i * count / most_]));
    return kept;
  }

 private:
  std::size_t most_;
  std::size_t stride_ = 1;
  std::size_t next_ = 0;
  std::vector<Value> values_;
};

CurveAt drawn(const SourceCurve& curve, RunTime at) {
  constexpr int points = 80;
  CurveAt drawn{.at = at, .points = {}, .best = curve.optimum()};
  const Volts open = curve.open_voltage();
  for (int i = 0; i <= points; ++i) {
    const Volts voltage = static_cast<double>(i) / points * open;
    drawn.points.push_back({voltage, curve.current_at(voltage)});
  }
  return drawn;
}

class Tracer {
 public:
  Tracer(const HarvestFormat& format, const TracePlan& plan)
      : curve_(format, plan.assumptions), curves_(plan.curves), held_(most_held) {
    if (plan.harvester) harvester_.emplace(*plan.harvester);
  }

  void see(const float* sample, RunTime at, RunTime duration, bool shown) {
    curve_.set(sample);
    if (shown && curves_.wants_next() && curve_.open_voltage() > Volts{})
      curves_.add(drawn(curve_, at));
    while (harvester_ && duration > RunTime{}) {
      const OperatingPoint point = harvester_->hold(curve_);
      if (shown && point.current > Amperes{} && held_.wants_next()) held_.add(point);
      const RunTime length = std::min(duration, harvester_->until_event());
      harvester_->pass(curve_, length);
      duration -= length;
    }
  }

  SourceTrace take() { return {.curves = curves_.take(), .held = held_.take()}; }

 private:
  static constexpr std::size_t most_held = 400;
  SourceCurve curve_;
  std::optional<Harvester> harvester_;
  Spread<CurveAt> curves_;
  Spread<OperatingPoint> held_;
};

}  // namespace

bool has_curve(HarvestKind kind) { return !is_power(kind); }

Result<SourceTrace> trace_source(HarvestSource& source, const TracePlan& plan) {
  const HarvestFormat format = source.format();
  assert(has_curve(format.kind));
  TRY(check(plan.assumptions, format));
  constexpr RunTime stretch = std::chrono::seconds(1);
  const std::size_t width = sample_width(format);
  HarvestCursor cursor(source, 1);
  Tracer tracer(format, plan);
  while (!cursor.source_ended() && cursor.now() < plan.until) {
    RunTime at = cursor.now();
    const HarvestStep step = TRY(cursor.next(std::min(stretch, plan.until - at)));
    for (const HarvestPiece& piece : step.pieces()) {
      for (std::uint32_t i = 0; i < piece.count; ++i) {
        const float* sample = piece.samples == nullptr ? nullptr : piece.samples + i * width;
        tracer.see(sample, at, piece.duration, at >= plan.from);
        at += piece.duration;
      }
    }
  }
  return tracer.take();
}

}  // namespace sunfleck::app
