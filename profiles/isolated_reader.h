#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/power/harvest.h"
#include "profiles/open_profile.h"
#include "profiles/profile_file.h"

namespace sunfleck {

// What a reader knows of a profile before its first sample; see OpenProfile.
struct ProfileHead {
  std::string name;
  std::string origin;
  HarvestFormat format;
  std::optional<RunTime> duration{};
};

// Takes a profile from a reader that runs in a child process.
class ProfileSink {
 public:
  virtual ~ProfileSink() = default;
  // Once, before anything else.
  virtual void begin(const ProfileHead& head) = 0;
  // Whole samples, at most most_isolated_numbers numbers; blocks come in order of time and do not
  // overlap.
  virtual void add(RunTime first, std::span<const float> samples) = 0;
};

inline constexpr std::size_t most_isolated_numbers = std::size_t{1} << 20;

// What a child process may use.
struct IsolationLimits {
  std::size_t memory = std::size_t{1} << 30;    // bytes more than this process has when it starts
  std::chrono::seconds processor{10};           // time of a processor from one block to the next
  std::chrono::milliseconds patience{120'000};  // that this process waits for a block
};

// Reads a file by a library that a hostile file may crash, exhaust or stop: a child process runs
// `read` and sends what it finds through a pipe, a block ahead of the one who plays it. The child
// can open and write no file, its memory and processor time are bounded (memory and files are not
// under the address sanitizer), and this process checks all that it gets. The child is gone, and
// reaped, when the profile's source is.
//
//   library   that reads the file, for error texts: "HDF5"
//   read      runs in the child, from the beginning at each rewind() of the source; it is to leave
//             alone what other threads may have locked, and to touch no global state of this
//             process. Its error comes out of open_isolated(), or later of the source.
//   fails     as `read` does; io, with the file's name, when the child dies, stops or sends what
//             is no profile: "x.h5: the HDF5 library crashed on this file (signal 11)"
Result<OpenProfile> open_isolated(
    const ProfileFile& file, std::string_view library,
    std::function<Status(const ProfileFile& file, ProfileSink& sink)> read,
    const IsolationLimits& limits = {});

}  // namespace sunfleck
