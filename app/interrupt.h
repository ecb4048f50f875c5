#pragma once

#include <csignal>
#include <latch>
#include <stop_token>
#include <thread>

namespace sunfleck::app {

// Turns Ctrl-C, a polite kill and a closed terminal into a stop request, so that a run ends by
// switching its outputs off and keeping what it recorded. Make it before any other thread is
// started; a second signal while the first is being heeded ends the program at once.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  sigset_t before_{};
  std::latch started_{1};
  std::jthread waiting_;
};

}  // namespace sunfleck::app
