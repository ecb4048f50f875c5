#include "app/target_bench.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/bench.h"
#include "app/embedded_firmware.h"
#include "app/files.h"
#include "app/profile_spec.h"
#include "core/network/compile.h"
#include "core/network/demo_network.h"
#include "core/power/presets.h"
#include "drivers/simulated/rig_link.h"
#include "drivers/simulated/simulated_rig.h"
#include "drivers/transport/transport.h"
#include "drivers/transport/wire_link.h"

namespace sunfleck::app {
namespace {

constexpr const char* steady_supply = "constant:power=100mW,duration=3600s";
constexpr const char* steady_path = "direct";
constexpr unsigned measure_pin = 2;  // PROTOCOL.md, marks
constexpr std::uint32_t demo_input_count = 10;

class VirtualTarget final : public TargetBench {
 public:
  VirtualTarget(OpenProfile profile, std::string fram)
      : profile_(std::move(profile)), fram_(std::move(fram)) {}

  Status open(const TargetSettings& settings) {
    SimulatedRigConfig config{
        .firmware = {embedded_firmware().begin(), embedded_firmware().end()},
        .device = TRY(find_device(settings.device.empty() ? default_device : settings.device)),
        .power = TRY(power_path_preset(steady_path)),
        .seed = settings.seed};
    rig_ = TRY(SimulatedRig::open(config, *profile_.source));
    const CompiledNetwork demo = TRY(compile(demo_network(), {}));
    TRY(rig_->target().load(
        {.network = demo.image, .inputs = demo_inputs(demo_input_count, settings.seed)}));
    TRY(fill_fram());
    link_ = std::make_unique<RigLink>(*rig_);
    return link_->start();
  }

  TargetLink& link() override { return *link_; }

  std::optional<MarkedEnergy> measured_energy() override {
    const RigDescription& rig = rig_->description();
    (void)link_->receive(link_->now() + 3 * rig.sample_period);  // so that samples cover the pulse
    return energy_of_last_pulse(
        link_->curve(), link_->edges(), measure_pin,
        {.edge = rig.time_uncertainty,
         .current_noise = rig.current_noise,
         .voltage_noise = rig.voltage_noise});
  }

  Status close() override {
    TRY(rig_->stop());
    if (fram_.empty()) return ok;
    return write_file(fram_, std::span<const std::uint8_t>(rig_->nonvolatile()));
  }

 private:
  Status fill_fram() {
    const std::span<std::uint8_t> memory = rig_->nonvolatile();
    std::ranges::fill(memory, 0);
    if (fram_.empty() || !std::filesystem::exists(fram_)) return ok;
    const std::vector<std::uint8_t> bytes = TRY(read_file(fram_, memory.size()));
    if (bytes.size() != memory.size())
      return fail(
          Errc::invalid_argument, fram_, ": the FRAM of this board has ", memory.size(),
          " bytes, the file ", bytes.size());
    std::ranges::copy(bytes, memory.begin());
    return ok;
  }

  OpenProfile profile_;
  std::string fram_;
  std::unique_ptr<SimulatedRig> rig_;
  std::unique_ptr<RigLink> link_;
};

class WiredTarget final : public TargetBench {
 public:
  WiredTarget(std::unique_ptr<Transport> transport, std::uint32_t baud)
      : link_(std::move(transport), baud) {}
  TargetLink& link() override { return link_; }
  std::optional<MarkedEnergy> measured_energy() override { return std::nullopt; }
  Status close() override { return ok; }

 private:
  WireLink link_;
};

}  // namespace

Result<std::unique_ptr<TargetBench>> open_target(const TargetSettings& settings) {
  if (settings.rig != "virtual") {
    const Resource resource = TRY(parse_resource(settings.rig));
    return std::unique_ptr<TargetBench>(
        std::make_unique<WiredTarget>(TRY(open_transport(settings.rig)), resource.baud));
  }
  auto target = std::make_unique<VirtualTarget>(
      TRY(find_profile(steady_supply, settings.seed)), settings.fram);
  TRY(target->open(settings));
  return std::unique_ptr<TargetBench>(std::move(target));
}

}  // namespace sunfleck::app
