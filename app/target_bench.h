#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/energy/marked_energy.h"
#include "core/power/harvest.h"
#include "core/target/target_link.h"

namespace sunfleck::app {

// Which board is meant, and how it is reached.
struct TargetSettings {
  std::string rig = "virtual";  // or a resource string of drivers/transport
  std::string device;           // preset of the virtual board; empty: the usual one
  std::string fram;             // file that holds the virtual board's FRAM; empty: it is forgotten
  std::uint64_t seed = 1;       // of the virtual board's RAM noise and meter
};

// A board that is reached, alone: no harvest, but a steady supply.
class TargetBench {
 public:
  virtual ~TargetBench() = default;
  virtual TargetLink& link() = 0;
  // The energy while the board's pin for measurements was high, the last time; nothing without a
  // meter.
  virtual std::optional<MarkedEnergy> measured_energy() = 0;
  // Lets go of the board, and keeps its FRAM where there is a file for it.
  virtual Status close() = 0;
};

// The virtual rig is the virtual board with the firmware of this program, the demo network built
// in, and an FRAM that is erased unless `fram` names a file of it: what was loaded or configured
// lasts for one command, or in that file.
// Fails with usage for a rig that there is not, with io when it cannot be reached.
Result<std::unique_ptr<TargetBench>> open_target(const TargetSettings& settings);

}  // namespace sunfleck::app
