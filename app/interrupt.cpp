#include "app/interrupt.h"

#include <unistd.h>

#include <ctime>

namespace sunfleck::app {
namespace {

constexpr int signalled = 128;  // what shells add to the number of a signal

sigset_t heeded() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t signals = heeded();
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
  // A process that is copied while a thread of it starts may be copied with a lock held.
  waiting_ = std::jthread([this, signals](const std::stop_token& ending) {
    started_.count_down();
    while (!ending.stop_requested()) {
      const timespec poll{.tv_sec = 0, .tv_nsec = 50'000'000};
      const int signal = sigtimedwait(&signals, nullptr, &poll);
      if (signal <= 0) continue;
      if (stop_.stop_requested()) _exit(signalled + signal);
      stop_.request_stop();
    }
  });
  started_.wait();
}

Interrupt::~Interrupt() {
  waiting_.request_stop();
  waiting_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace sunfleck::app
