#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "app/replay.h"

namespace sunfleck::app {

// One line on a terminal that tells how far long work is, renewed at most ten times a second. Writes
// nothing where there is no terminal.
class ProgressLine {
 public:
  ProgressLine(std::ostream& to, bool terminal) : to_(to), terminal_(terminal) {}

  // A bar for the share that is done, from 0 to 1, and what it says behind it.
  void show(double share, const std::string& text);
  void show(const ReplayProgress& progress);
  void clear();

 private:
  std::ostream& to_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace sunfleck::app
