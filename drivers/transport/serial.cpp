#include <libserialport.h>

#include <algorithm>
#include <utility>

#include "drivers/transport/transport.h"

namespace sunfleck {
namespace {

constexpr std::chrono::milliseconds write_patience{2000};

// Text of libserialport's error.
std::string reason(sp_return code) {
  if (code != SP_ERR_FAIL) return code == SP_ERR_ARG ? "there is no such port" : "not supported";
  char* const text = sp_last_error_message();
  std::string copy = text;
  sp_free_error_message(text);
  return copy;
}

class SerialTransport final : public Transport {
 public:
  explicit SerialTransport(std::string name) : name_(std::move(name)) {}
  ~SerialTransport() override {
    if (port_ == nullptr) return;
    sp_close(port_);
    sp_free_port(port_);
  }
  SerialTransport(const SerialTransport&) = delete;
  SerialTransport& operator=(const SerialTransport&) = delete;

  Status open(const Resource& resource) {
    TRY(checked(sp_get_port_by_name(resource.address.c_str(), &port_), "find the port"));
    TRY(checked(sp_open(port_, SP_MODE_READ_WRITE), "open the port"));
    TRY(checked(sp_set_baudrate(port_, static_cast<int>(resource.baud)), "set the baud rate"));
    TRY(checked(sp_set_bits(port_, 8), "set 8 bits"));
    TRY(checked(sp_set_parity(port_, SP_PARITY_NONE), "set no parity"));
    TRY(checked(sp_set_stopbits(port_, 1), "set one stop bit"));
    TRY(checked(sp_set_flowcontrol(port_, SP_FLOWCONTROL_NONE), "switch flow control off"));
    return checked(sp_flush(port_, SP_BUF_BOTH), "drop what waits");
  }

  std::string name() const override { return name_; }

  Status write(std::span<const std::uint8_t> bytes) override {
    const auto timeout = static_cast<unsigned>(write_patience.count());
    const int sent = sp_blocking_write(port_, bytes.data(), bytes.size(), timeout);
    if (sent < 0) return fail(Errc::io, name_, ": cannot write: ", reason(sp_return(sent)));
    if (static_cast<std::size_t>(sent) < bytes.size())
      return fail(Errc::io, name_, ": the port took ", sent, " of ", bytes.size(), " bytes");
    return ok;
  }

  Result<std::size_t> read(
      std::span<std::uint8_t> into, std::chrono::milliseconds timeout) override {
    const auto wait = static_cast<unsigned>(std::max<std::int64_t>(1, timeout.count()));
    const int got = sp_blocking_read_next(port_, into.data(), into.size(), wait);
    if (got < 0) return fail(Errc::io, name_, ": cannot read: ", reason(sp_return(got)));
    if (got == 0) return fail(Errc::timeout, name_, ": nothing came");
    return static_cast<std::size_t>(got);
  }

 private:
  Status checked(sp_return code, std::string_view what) const {
    if (code == SP_OK) return ok;
    return fail(Errc::io, name_, ": cannot ", what, ": ", reason(code));
  }

  std::string name_;
  sp_port* port_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Transport>> open_serial(const Resource& resource) {
  auto serial = std::make_unique<SerialTransport>("serial:" + resource.address);
  TRY(serial->open(resource));
  return std::unique_ptr<Transport>(std::move(serial));
}

}  // namespace sunfleck
