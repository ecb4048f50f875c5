#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "core/target/target_link.h"
#include "tests/firmware/host_bench.h"

namespace sunfleck {

// The line to a host board. What was sent reaches it at its next power-up, so that each exchange is
// a power cycle of its own: the board must remember everything that matters.
class HostLink final : public TargetLink {
 public:
  // How many bytes the next power cycle may write to non-volatile memory.
  using Budget = std::function<std::uint64_t()>;

  explicit HostLink(HostBench& bench, Budget budget = {})
      : bench_(&bench), budget_(std::move(budget)) {
    bench.board.context = this;
    bench.board.on_nv = nullptr;
    bench.board.on_uart = [](void* self, const std::uint8_t* bytes, std::uint32_t size) {
      auto& said = static_cast<HostLink*>(self)->said_;
      said.insert(said.end(), bytes, bytes + size);
    };
  }
  HostLink(const HostLink&) = delete;
  HostLink& operator=(const HostLink&) = delete;

  std::string name() const override { return "host board"; }
  RunTime now() const override { return now_; }
  Seconds per_byte() const override { return {1e-5}; }

  Status send(std::span<const std::uint8_t> bytes) override {
    sent_.insert(sent_.end(), bytes.begin(), bytes.end());
    return ok;
  }

  Result<std::vector<std::uint8_t>> receive(RunTime until) override {
    if (sent_.empty()) {
      now_ = until;
      return std::vector<std::uint8_t>{};
    }
    const std::vector<std::uint8_t> waiting = std::exchange(sent_, {});
    bench_->board.uart_in = waiting.data();
    bench_->board.uart_in_bytes = static_cast<std::uint32_t>(waiting.size());
    bench_->board.write_budget = budget_ ? budget_() : FW_HOST_NEVER;
    last_end_ = fw_host_power_up(&bench_->board);
    now_ += std::chrono::microseconds(bench_->board.ticks);
    return std::exchange(said_, {});
  }

  fw_host_end last_end() const { return last_end_; }

 private:
  HostBench* bench_;
  Budget budget_;
  RunTime now_{};
  fw_host_end last_end_ = FW_HOST_SLEEPS;
  std::vector<std::uint8_t> sent_, said_;
};

}  // namespace sunfleck
