#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace sunfleck {

// A two-way stream of bytes to an instrument or a board.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::string name() const = 0;  // the resource string, the start of every error text
  virtual Status write(std::span<const std::uint8_t> bytes) = 0;
  // Reads one byte or more, as many as are there; fails with Errc::timeout when none came.
  virtual Result<std::size_t> read(
      std::span<std::uint8_t> into, std::chrono::milliseconds timeout) = 0;
};

// What a resource string says: "serial:/dev/ttyACM0?baud=115200".
struct Resource {
  std::string kind;     // "serial"
  std::string address;  // "/dev/ttyACM0"
  std::uint32_t baud = 921600;
};

// Fails with usage when it is no resource string, or a parameter is unknown or no number.
Result<Resource> parse_resource(std::string_view text);

// Opens a line by its resource string:
//   serial:/dev/ttyACM0?baud=115200   a serial port, 8N1
//   pty:/dev/pts/3                    a pseudo-terminal, raw
//   exec:COMMAND                      standard input and output of a program that the shell starts;
//                                     it ends with the transport
// Fails with usage when there is no such kind, with io when it cannot be opened.
Result<std::unique_ptr<Transport>> open_transport(std::string_view resource);

// The three, each for its kind of resource.
Result<std::unique_ptr<Transport>> open_serial(const Resource& resource);
Result<std::unique_ptr<Transport>> open_pty(const Resource& resource);
Result<std::unique_ptr<Transport>> open_program(const Resource& resource);

}  // namespace sunfleck
