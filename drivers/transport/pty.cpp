#include <fcntl.h>
#include <termios.h>

#include <cerrno>
#include <cstring>

#include "drivers/transport/descriptor.h"

namespace sunfleck {
namespace {

class PtyTransport final : public Transport {
 public:
  PtyTransport(std::string name, Descriptor terminal)
      : name_(std::move(name)), terminal_(std::move(terminal)) {}

  std::string name() const override { return name_; }
  Status write(std::span<const std::uint8_t> bytes) override {
    return write_all(name_, terminal_.number(), bytes);
  }
  Result<std::size_t> read(
      std::span<std::uint8_t> into, std::chrono::milliseconds timeout) override {
    return read_some(name_, terminal_.number(), into, timeout);
  }

 private:
  std::string name_;
  Descriptor terminal_;
};

}  // namespace

Result<std::unique_ptr<Transport>> open_pty(const Resource& resource) {
  const std::string name = "pty:" + resource.address;
  Descriptor terminal(::open(resource.address.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (terminal.number() < 0)
    return fail(Errc::io, name, ": cannot open it: ", std::strerror(errno));
  termios settings{};
  if (::tcgetattr(terminal.number(), &settings) != 0)
    return fail(Errc::io, name, ": it is no terminal");
  ::cfmakeraw(&settings);
  if (::tcsetattr(terminal.number(), TCSANOW, &settings) != 0)
    return fail(Errc::io, name, ": cannot set it up: ", std::strerror(errno));
  return std::unique_ptr<Transport>(std::make_unique<PtyTransport>(name, std::move(terminal)));
}

}  // namespace sunfleck
