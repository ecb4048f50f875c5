#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace sunfleck {

// A line to a board and the time that passes on it: the world's on a port, the bench's own on the
// virtual bench, where nothing happens but in receive().
class TargetLink {
 public:
  virtual ~TargetLink() = default;
  virtual std::string name() const = 0;  // the begin of every error text
  virtual RunTime now() const = 0;
  virtual Seconds per_byte() const = 0;  // on the line, as far as it is known
  virtual Status send(std::span<const std::uint8_t> bytes) = 0;
  // Bytes from the board: waits until `until` for the first ones; none when none came.
  virtual Result<std::vector<std::uint8_t>> receive(RunTime until) = 0;
};

}  // namespace sunfleck
