#include "drivers/transport/descriptor.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sunfleck {
namespace {

constexpr std::chrono::milliseconds write_patience{2000};

// Whether the descriptor is ready within the time.
bool wait(int descriptor, short events, std::chrono::milliseconds timeout) {
  pollfd waiting{.fd = descriptor, .events = events, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(timeout.count())) > 0;
}

bool is_to_be_tried_again(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Status write_all(const std::string& name, int to, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    if (!wait(to, POLLOUT, write_patience))
      return fail(
          Errc::io, name, ": the other end took no byte for ", write_patience.count(), " ms");
    ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == ENOTSOCK) sent = ::write(to, bytes.data(), bytes.size());
    if (sent < 0 && !is_to_be_tried_again(errno))
      return fail(Errc::io, name, ": cannot write: ", std::strerror(errno));
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return ok;
}

Result<std::size_t> read_some(
    const std::string& name, int from, std::span<std::uint8_t> into,
    std::chrono::milliseconds timeout) {
  if (!wait(from, POLLIN, timeout)) return fail(Errc::timeout, name, ": nothing came");
  const ssize_t got = ::read(from, into.data(), into.size());
  if (got > 0) return static_cast<std::size_t>(got);
  if (got < 0 && is_to_be_tried_again(errno)) return fail(Errc::timeout, name, ": nothing came");
  return fail(
      Errc::io, name, ": cannot read: ", got == 0 ? "the other end is gone" : std::strerror(errno));
}

}  // namespace sunfleck
