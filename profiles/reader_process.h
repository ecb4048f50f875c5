#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace sunfleck {

// One message of a child process to its parent.
struct ChildMessage {
  std::uint32_t kind = 0;  // the user's
  std::vector<std::byte> bytes;
};

// A child process that sends messages through a pipe. It has a copy of this process's memory, no
// open descriptor but the pipe, and can open none; it writes nothing and dumps no core.
class ReaderProcess {
 public:
  struct Limits {
    std::size_t memory;                  // bytes above what this process has; not under asan
    std::chrono::seconds processor;      // from one message to the next
    std::chrono::milliseconds patience;  // of next()
    std::size_t message;                 // the largest, bytes
  };
  // Sends a message; ends the child when nobody reads any more.
  using Send = std::function<void(std::uint32_t kind, std::string_view bytes)>;

  // Runs `work` in a child, which ends after it. Fails with io when there can be no child.
  //
  //   subject   begins every error: "x.h5: the HDF5 library"
  static Result<ReaderProcess> start(
      std::string subject, const Limits& limits, const std::function<void(const Send&)>& work);

  ReaderProcess(ReaderProcess&& other) noexcept;
  ReaderProcess& operator=(ReaderProcess&& other) noexcept;
  ReaderProcess(const ReaderProcess&) = delete;
  ReaderProcess& operator=(const ReaderProcess&) = delete;
  // Kills the child and reaps it.
  ~ReaderProcess() { stop(); }

  // The next message, in `message`, whose memory is used again.
  //
  //   fails   io when the child has ended, by itself or not, when it sends a message that is too
  //           long, or nothing for too long; the child is gone then
  Status next(ChildMessage& message);
  // Kills the child, if there is one, and reaps it.
  void stop();
  pid_t child() const { return child_; }  // -1: there is none

 private:
  ReaderProcess(std::string subject, const Limits& limits)
      : subject_(std::move(subject)), limits_(limits) {}
  Status read(std::byte* into, std::size_t count);
  Error death();

  std::string subject_;
  Limits limits_;
  pid_t child_ = -1;
  int pipe_ = -1;
};

}  // namespace sunfleck
