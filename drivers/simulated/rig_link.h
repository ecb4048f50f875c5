#pragma once

#include <cstdint>
#include <vector>

#include "core/energy/energy_curve.h"
#include "core/session/rig.h"
#include "core/target/target_link.h"

namespace sunfleck {

// The line to the board of a rig, in the rig's time; keeps what its meter and its mark pins say.
// The rig plays while somebody listens, and stops with the link.
class RigLink final : public TargetLink, private RigSink {
 public:
  // `rig` is loaded, not started, and must outlive the link.
  explicit RigLink(Rig& rig) : rig_(&rig) {}
  ~RigLink() override;
  RigLink(const RigLink&) = delete;
  RigLink& operator=(const RigLink&) = delete;

  Status start() { return rig_->start(*this); }

  std::string name() const override { return rig_->description().name; }
  RunTime now() const override { return now_; }
  Seconds per_byte() const override { return per_byte_; }
  Status send(std::span<const std::uint8_t> bytes) override { return rig_->target().send(bytes); }
  // Fails with io when the source ends.
  Result<std::vector<std::uint8_t>> receive(RunTime until) override;

  const EnergyCurve& curve() const { return curve_; }
  const std::vector<MarkEdge>& edges() const { return edges_; }

 private:
  void on_samples(const SampleBlock& block) override { curve_.append(block); }
  void on_edge(const MarkEdge& edge) override { edges_.push_back(edge); }
  void on_uart(const UartBytes& bytes) override;

  Rig* rig_;
  RunTime now_{};
  Seconds per_byte_{10.0 / 921600};  // until the first byte tells
  std::vector<std::uint8_t> received_;
  EnergyCurve curve_;
  std::vector<MarkEdge> edges_;
};

}  // namespace sunfleck
