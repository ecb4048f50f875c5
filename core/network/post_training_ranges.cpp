#include "core/network/post_training_ranges.h"

#include <algorithm>
#include <cmath>

#include "core/network/evaluate_float.h"

namespace sunfleck {
namespace {

constexpr int parts = 100;  // that an end is searched in

void widen(ValueStatistics& seen, float value) {
  seen.low = std::min(seen.low, value);
  seen.high = std::max(seen.high, value);
}

void count(ValueStatistics& seen, float value) {
  const double width = double{seen.high} - double{seen.low};
  const double place = (double{value} - double{seen.low}) / width * ValueStatistics::bins;
  const auto bin = static_cast<std::size_t>(
      std::clamp(place, 0.0, static_cast<double>(ValueStatistics::bins - 1)));
  ++seen.histogram.at(bin);
}

// Calls each(tensor, value) for all values of all tensors.
template <class Each>
void visit(const FloatNetwork& network, std::span<const float> inputs, Each each) {
  const std::size_t length = network.tensors[network.input].shape.elements();
  for (std::size_t at = 0; at < inputs.size(); at += length) {
    const auto values = evaluate_float(network, inputs.subspan(at, length));
    for (std::size_t tensor = 0; tensor < values.size(); ++tensor)
      for (const float value : values[tensor])
        each(tensor, value);
  }
}

// The square error of clipping and rounding, summed over all values.
class SquareError {
 public:
  explicit SquareError(const ValueStatistics& values) : values_(values) {}

  double of(const ValueRange& range, std::uint32_t steps) const {
    const double step = (double{range.high} - double{range.low}) / steps;
    const double width =
        (double{values_.high} - double{values_.low}) / static_cast<double>(ValueStatistics::bins);
    double error = 0.0;
    for (std::size_t i = 0; i < ValueStatistics::bins; ++i) {
      if (values_.histogram.at(i) == 0) continue;
      const double value = double{values_.low} + (static_cast<double>(i) + 0.5) * width;
      const double beyond = std::max({double{range.low} - value, value - double{range.high}, 0.0});
      const double each = beyond > 0.0 ? beyond * beyond : step * step / 12.0;
      error += each * static_cast<double>(values_.histogram.at(i));
    }
    return error;
  }

 private:
  const ValueStatistics& values_;
};

ValueRange part_of(const ValueRange& whole, int low, int high) {
  return {
      .low = whole.low * static_cast<float>(low) / parts,
      .high = whole.high * static_cast<float>(high) / parts};
}

}  // namespace

Result<std::vector<ValueStatistics>> observe(
    const FloatNetwork& network, std::span<const float> inputs) {
  const std::size_t length = network.tensors[network.input].shape.elements();
  if (inputs.empty() || inputs.size() % length != 0)
    return fail(
        Errc::invalid_argument, network.name, ": calibration: inputs of ", length,
        " values each were expected, and ", inputs.size(), " values came");
  std::vector<ValueStatistics> seen(network.tensors.size());
  std::size_t endless = seen.size();
  visit(network, inputs, [&](std::size_t tensor, float value) {
    if (!std::isfinite(value)) endless = std::min(endless, tensor);
    widen(seen[tensor], value);
  });
  if (endless < seen.size())
    return fail(
        Errc::invalid_argument, network.name, ": calibration: tensor '",
        network.tensors[endless].name, "' takes a value that is not finite");
  visit(network, inputs, [&](std::size_t tensor, float value) {
    if (seen[tensor].low < seen[tensor].high) count(seen[tensor], value);
  });
  return seen;
}

ValueRange choose_range(
    const ValueStatistics& values, RangeRule rule, std::uint32_t steps, bool symmetric) {
  if (!(values.low < values.high)) return {};
  ValueRange whole{.low = values.low, .high = values.high};
  if (symmetric) {
    whole.high = std::max(whole.high, -whole.low);
    whole.low = -whole.high;
  }
  if (rule == RangeRule::extremes) return whole;
  const SquareError error(values);
  ValueRange best = whole;
  double least = error.of(whole, steps);
  const auto consider = [&](const ValueRange& range) {
    const double now = error.of(range, steps);
    if (now >= least) return;
    least = now;
    best = range;
  };
  // One end after the other: what one clips does not depend on where the other is, and the step
  // that they share changes slowly.
  for (int i = parts - 1; i > 0; --i)
    consider(part_of(whole, i, i));
  for (int i = parts - 1; i > 0 && !symmetric; --i)
    consider({.low = best.low, .high = part_of(whole, i, i).high});
  for (int i = parts - 1; i > 0 && !symmetric; --i)
    consider({.low = part_of(whole, i, i).low, .high = best.high});
  return best;
}

}  // namespace sunfleck
