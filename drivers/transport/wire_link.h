#pragma once

#include <chrono>
#include <memory>

#include "core/target/target_link.h"
#include "drivers/transport/transport.h"

namespace sunfleck {

// The line to a board at a transport, in the world's time since it was made.
class WireLink final : public TargetLink {
 public:
  WireLink(std::unique_ptr<Transport> transport, std::uint32_t baud)
      : transport_(std::move(transport)), per_byte_{10.0 / baud} {}

  std::string name() const override { return transport_->name(); }
  RunTime now() const override { return std::chrono::steady_clock::now() - began_; }
  Seconds per_byte() const override { return per_byte_; }
  Status send(std::span<const std::uint8_t> bytes) override { return transport_->write(bytes); }
  Result<std::vector<std::uint8_t>> receive(RunTime until) override;

 private:
  std::unique_ptr<Transport> transport_;
  Seconds per_byte_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace sunfleck
