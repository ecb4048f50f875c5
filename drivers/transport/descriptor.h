#pragma once

#include <string>
#include <utility>

#include "drivers/transport/transport.h"

namespace sunfleck {

// A file descriptor that is closed when its owner goes.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }

 private:
  int number_;
};

// Transport::write() and read() on descriptors that do not block. Errors begin with `name`; the end
// of the stream is one.
Status write_all(const std::string& name, int to, std::span<const std::uint8_t> bytes);
Result<std::size_t> read_some(
    const std::string& name, int from, std::span<std::uint8_t> into,
    std::chrono::milliseconds timeout);

}  // namespace sunfleck
