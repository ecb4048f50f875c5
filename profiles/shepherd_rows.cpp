#include "profiles/shepherd_rows.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {
namespace {

constexpr double most_steps = 4'294'967'295.0;

}  // namespace

ShepherdRows::ShepherdRows(const HarvestFormat& format)
    : format_(format),
      window_(std::max<std::uint32_t>(1, format.points) * shepherd_period),
      zeros_(sample_width(format), 0.0F) {}

Result<ShepherdRows> ShepherdRows::of(const HarvestFormat& format) {
  if (format.kind != HarvestKind::operating_point && format.kind != HarvestKind::iv_curve &&
      format.kind != HarvestKind::isc_voc)
    return fail(
        Errc::unsupported,
        "Shepherd's files hold voltage and current of a source, of which this kind of profile does "
        "not have both");
  ShepherdRows rows(format);
  if (format.period >= rows.window_) return rows;
  return fail(
      Errc::invalid_argument, "a sample of this profile lasts ", format.period.count(),
      " ns, at Shepherd's 100 kS/s it takes ", rows.window_.count(), " ns");
}

Status ShepherdRows::add(
    const HarvestBlock& block, const std::function<Status(std::span<const float>)>& take) {
  constexpr RunTime longest = std::chrono::hours(24);
  const std::size_t width = zeros_.size();
  RunTime start = block.first;
  for (std::size_t at = 0; at < block.samples.size(); at += width, start += format_.period) {
    if (start > longest || format_.period > longest)
      return fail(
          Errc::invalid_argument, "the profile lasts more than a day, too much for one file");
    has_moved_ = has_moved_ || start % window_ != RunTime{};
    for (; time() < start; ++next_)
      TRY(take(zeros_));
    auto rows = block.samples.subspan(at, width);
    if (format_.kind == HarvestKind::isc_voc) {
      swapped_ = {rows[1], rows[0]};
      rows = swapped_;
    }
    for (; time() < start + format_.period; ++next_)
      TRY(take(rows));
  }
  return ok;
}

void StepSearch::add(float value) {
  largest_ = std::max(largest_, static_cast<double>(value));
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (!is_possible_[i]) continue;
    const double step = candidates_[i];
    is_possible_[i] = static_cast<double>(value) / step <= most_steps &&
        static_cast<float>(steps_in(value, step) * step) == value;
  }
}

double StepSearch::step() const {
  for (std::size_t i = 0; i < candidates_.size(); ++i)
    if (is_possible_[i]) return candidates_[i];
  double step = std::exp2(std::floor(std::log2(largest_ / most_steps)));
  while (largest_ / step > most_steps)
    step *= 2.0;
  return step;
}

std::uint32_t steps_in(float value, double step) {
  const double steps = static_cast<double>(value) / step;
  return static_cast<std::uint32_t>(std::llround(std::min(steps, most_steps)));
}

}  // namespace sunfleck
