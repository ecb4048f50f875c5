#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/target/target_link.h"

// What a bad line does to a frame, each in so many of a hundred.
struct LineFaults {
  std::uint64_t lost = 20;
  std::uint64_t repeated = 10;
  std::uint64_t late = 10;     // comes behind the next one
  std::uint64_t flipped = 10;  // in one bit
};

// A bad line before a good one: spoils frames of both directions, drawn from a seed.
class LossyLink final : public sunfleck::TargetLink {
 public:
  LossyLink(sunfleck::TargetLink& link, const LineFaults& faults, std::uint64_t seed)
      : link_(&link), faults_(faults), random_(seed, "lossy line") {}

  std::string name() const override { return "lossy " + link_->name(); }
  sunfleck::RunTime now() const override { return link_->now(); }
  sunfleck::Seconds per_byte() const override { return link_->per_byte(); }

  sunfleck::Status send(std::span<const std::uint8_t> bytes) override {
    std::vector<std::uint8_t> spoilt;
    pass({bytes.begin(), bytes.end()}, sending_, spoilt);
    return link_->send(spoilt);
  }

  sunfleck::Result<std::vector<std::uint8_t>> receive(sunfleck::RunTime until) override {
    const std::vector<std::uint8_t> bytes = TRY(link_->receive(until));
    std::vector<std::uint8_t> spoilt;
    for (const std::uint8_t byte : bytes) {
      frame_.push_back(byte);
      if (byte == 0) pass(std::exchange(frame_, {}), receiving_, spoilt);
    }
    return spoilt;
  }

  std::uint64_t spoilt() const { return spoilt_; }

 private:
  using Bytes = std::vector<std::uint8_t>;

  bool draw(std::uint64_t of_hundred) {
    const bool drawn = random_.below(100) < of_hundred;
    if (drawn) ++spoilt_;
    return drawn;
  }

  // A frame, and what was held back before it, as they come out.
  void pass(Bytes frame, Bytes& held, Bytes& out) {
    const auto put = [&out](const Bytes& bytes) {
      out.insert(out.end(), bytes.begin(), bytes.end());
    };
    if (draw(faults_.flipped) && !frame.empty())
      frame[random_.below(frame.size())] ^= static_cast<std::uint8_t>(1U << random_.below(8));
    const Bytes late = std::exchange(held, {});
    if (!draw(faults_.lost)) {
      if (draw(faults_.late)) {
        held = frame;
      } else {
        put(frame);
        if (draw(faults_.repeated)) put(frame);
      }
    }
    put(late);
  }

  sunfleck::TargetLink* link_;
  LineFaults faults_;
  sunfleck::Random random_;
  std::uint64_t spoilt_ = 0;
  Bytes frame_;  // that is coming in
  Bytes sending_, receiving_;
};
