#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/session/rig.h"

// What a scripted board puts on its lines at a time: a change of its marks, or a byte that is
// complete at the receiver.
struct FakeEvent {
  enum class Kind { marks, byte };
  sunfleck::RunTime at{};
  Kind kind = Kind::byte;
  std::uint32_t value = 0;
};

// How a fake rig departs from the ideal one.
struct FakeRigFaults {
  std::set<std::string> failing{};      // calls that fail: "load", "start", "advance", "stop"
  sunfleck::RunTime overshoot{};        // by which advance() comes too late
  sunfleck::RunTime uart_drops_from{};  // bytes in [from, to) are lost
  sunfleck::RunTime uart_drops_to{};
  sunfleck::RunTime latency{};  // of the time stamps of bytes, up to, by turns
  bool stands_still = false;    // advance() returns without having advanced
};

// A wall-clock rig whose board plays a script, on a clock that is moved by hand. It keeps the order
// of the calls, delivers what falls due in each advance() in the pieces that a serial port would
// give, and samples a rail of 3 V that draws 1 mA while it is on.
class FakeRig final : public sunfleck::Rig {
 public:
  FakeRig(std::vector<FakeEvent> script, sunfleck::RunTime source_end, FakeRigFaults faults)
      : script_(std::move(script)), source_end_(source_end), faults_(std::move(faults)) {
    description_.name = "fake";
    description_.time_base = sunfleck::TimeBase::wall_clock;
    description_.sample_period = sample_period;
  }

  static constexpr sunfleck::RunTime sample_period = std::chrono::microseconds(100);
  static constexpr sunfleck::Seconds byte_time{1e-5};

  const sunfleck::RigDescription& description() const override { return description_; }
  sunfleck::Target& target() override { return target_; }

  sunfleck::Status start(sunfleck::RigSink& sink) override {
    if (is_failing("start")) return sunfleck::fail(sunfleck::Errc::io, "fake: start failed");
    sink_ = &sink;
    output_ = sunfleck::Output::on;
    return sunfleck::ok;
  }

  sunfleck::Result<sunfleck::RigProgress> advance(sunfleck::RunTime until) override {
    if (is_failing("advance")) return sunfleck::fail(sunfleck::Errc::io, "fake: advance failed");
    asked_.push_back(until);
    if (faults_.stands_still) return sunfleck::RigProgress{.now = clock_.now()};
    const sunfleck::RunTime to = std::min(until + faults_.overshoot, source_end_);
    clock_.advance(to - clock_.now());
    deliver(to);
    return sunfleck::RigProgress{.now = to, .source_ended = to >= source_end_};
  }

  sunfleck::Status stop() override {
    const bool fails = is_failing("stop");
    output_ = sunfleck::Output::off;
    sink_ = nullptr;
    if (fails) return sunfleck::fail(sunfleck::Errc::io, "fake: stop failed");
    return sunfleck::ok;
  }

  std::optional<sunfleck::PowerLedger> ledger() const override { return std::nullopt; }

  // The calls in order; a repeated one once.
  const std::vector<std::string>& calls() const { return calls_; }
  const std::vector<sunfleck::RunTime>& asked() const { return asked_; }  // of advance()
  sunfleck::Output output() const { return output_; }
  bool has_sink() const { return sink_ != nullptr; }

 private:
  class FakeTarget final : public sunfleck::Target {
   public:
    explicit FakeTarget(FakeRig& rig) : rig_(&rig) {}
    std::string identity() const override { return "a script"; }
    sunfleck::Status load(const sunfleck::Workload&) override {
      if (rig_->is_failing("load")) return sunfleck::fail(sunfleck::Errc::io, "fake: load failed");
      return sunfleck::ok;
    }
    sunfleck::Status send(std::span<const std::uint8_t>) override { return sunfleck::ok; }

   private:
    FakeRig* rig_;
  };

  // Notes the call, and tells whether it is to fail.
  bool is_failing(const std::string& call) {
    if (calls_.empty() || calls_.back() != call) calls_.push_back(call);
    return faults_.failing.contains(call);
  }

  void deliver(sunfleck::RunTime to) {
    for (; next_ < script_.size() && script_[next_].at < to; ++next_) {
      const FakeEvent& event = script_[next_];
      const bool continues = !piece_.empty() && event.kind == FakeEvent::Kind::byte &&
          event.at - last_byte_ <= 3 * sunfleck::to_run_time(byte_time) && piece_.size() < 62;
      if (!continues) send_piece();
      if (event.kind == FakeEvent::Kind::byte)
        take_byte(event);
      else
        take_marks(event);
    }
    send_piece();
    sample(to);
  }

  void take_byte(const FakeEvent& event) {
    if (event.at >= faults_.uart_drops_from && event.at < faults_.uart_drops_to) return;
    if (piece_.empty()) piece_began_ = event.at;
    last_byte_ = event.at;
    piece_.push_back(static_cast<std::uint8_t>(event.value));
  }

  void take_marks(const FakeEvent& event) {
    sample(event.at);
    is_on_ = (event.value & sunfleck::rail_mark) != 0;
    sink_->on_edge({.time = event.at, .marks = event.value});
  }

  void send_piece() {
    if (piece_.empty()) return;
    const sunfleck::RunTime late = faults_.latency * (pieces_++ % 4) / 4;
    sink_->on_uart({.first = piece_began_ + late, .per_byte = byte_time, .bytes = piece_});
    piece_.clear();
  }

  // Samples until `to`, as far as whole ones go.
  void sample(sunfleck::RunTime to) {
    const auto end = static_cast<std::uint64_t>(to / sample_period);
    if (end <= sampled_) return;
    const std::vector<float> voltage(end - sampled_, is_on_ ? 3.0F : 0.0F);
    const std::vector<float> current(end - sampled_, is_on_ ? 1e-3F : 0.0F);
    sink_->on_samples(
        {.first = sampled_,
         .period = sample_period,
         .voltage = voltage,
         .current = current,
         .storage = {},
         .harvest = {}});
    sampled_ = end;
  }

  std::vector<FakeEvent> script_;
  sunfleck::RunTime source_end_;
  FakeRigFaults faults_;
  sunfleck::RigDescription description_;
  FakeTarget target_{*this};
  sunfleck::SimulatedClock clock_;
  sunfleck::RigSink* sink_ = nullptr;
  sunfleck::Output output_ = sunfleck::Output::off;
  std::vector<std::string> calls_;
  std::vector<sunfleck::RunTime> asked_;
  std::size_t next_ = 0;
  std::vector<std::uint8_t> piece_;
  sunfleck::RunTime piece_began_{};
  sunfleck::RunTime last_byte_{};
  int pieces_ = 0;
  bool is_on_ = false;
  std::uint64_t sampled_ = 0;
};
