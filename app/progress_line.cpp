#include "app/progress_line.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "core/base/text.h"

namespace sunfleck::app {
namespace {

constexpr int bar_width = 24;

std::string bar(double share) {
  const int full = static_cast<int>(std::clamp(share, 0.0, 1.0) * bar_width);
  return "[" + std::string(full, '#') + std::string(bar_width - full, '.') + "]";
}

double share_done(const ReplayProgress& progress) {
  double share = 0.0;
  if (progress.inferences_wanted > 0)
    share = static_cast<double>(progress.run.inferences) / progress.inferences_wanted;
  if (progress.time_wanted.count() > 0) {
    const double of_time = to_seconds(progress.run.now) / to_seconds(progress.time_wanted);
    share = std::max(share, of_time);
  }
  return share;
}

}  // namespace

void ProgressLine::show(double share, const std::string& text) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  to_ << "\r\x1b[K" << bar(share) << "  " << text << std::flush;
  shown_ = true;
}

void ProgressLine::show(const ReplayProgress& progress) {
  std::string text = join(progress.run.inferences);
  if (progress.inferences_wanted > 0) text += join("/", progress.inferences_wanted);
  text += join(
      " inferences  ", progress.run.power_cycles, " power cycles  ",
      fixed(to_seconds(progress.run.now).si, 1), " s of the run");
  show(share_done(progress), text);
}

void ProgressLine::clear() {
  if (shown_) to_ << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace sunfleck::app
