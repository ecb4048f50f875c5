#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/network/compile.h"
#include "core/power/power_path.h"
#include "drivers/virtual_target/device_truth.h"

namespace sunfleck::app {

// When a board with the strategy `voltage` takes its snapshot, and why.
struct SnapshotVoltage {
  Volts threshold;          // of the storage
  std::uint32_t bytes = 0;  // of the largest snapshot
  Joules snapshot, tile;    // out of the storage, of it and of the dearest tile
  std::string sentence() const;
};

// The storage voltage from which the dearest tile and then the largest snapshot of the network can
// still be finished before the rail goes off: the board looks at it after each tile.
//
//   threshold = sqrt(off^2 + 2 * 1.5 (snapshot + tile) / C) + 10 mV
//
// Half of both is the margin, for what the two do not count: records, harvest that ends meanwhile,
// and the kernels' cycles, which are rough. 10 mV are the board's ADC. Charges are the mean of the
// device's arithmetic, load and multiply cycles. Out of the storage they are taken at the voltage
// at which the rail comes on, or, behind a buck converter, at the rail's over an efficiency of
// 0.85.
//
//   fails   invalid_argument when that, with the board's hysteresis of a sixteenth, is not below
//   the
//           voltage at which the rail comes on
Result<SnapshotVoltage> snapshot_voltage(
    const CompiledNetwork& network, const DeviceTruth& device, const PowerPathConfig& path);

}  // namespace sunfleck::app
