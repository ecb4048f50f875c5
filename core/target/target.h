#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "target_fw/protocol/run_config.h"

namespace sunfleck {

enum class Strategy : std::uint8_t {
  restart = FW_STRATEGY_RESTART,
  layer = FW_STRATEGY_LAYER,
  tile = FW_STRATEGY_TILE,
  voltage = FW_STRATEGY_VOLTAGE,
};

enum class RecordLevel : std::uint8_t {
  results = FW_RECORDS_RESULTS,
  layers = FW_RECORDS_LAYERS,
  checkpoints = FW_RECORDS_CHECKPOINTS,
  tiles = FW_RECORDS_TILES,
};

// What the board is to execute, and how.
struct Workload {
  std::vector<std::uint8_t> network;  // a network image (target_fw/protocol/network_image.h)
  std::vector<std::uint8_t> inputs;   // whole inputs of the network, one after the other
  Strategy strategy = Strategy::tile;
  RecordLevel record_level = RecordLevel::checkpoints;
  std::uint32_t inferences = 0;  // the board sleeps after this many; 0 runs on
  std::uint32_t attempts = 16;   // power cycles without progress before it reports a fault; >= 1
  std::uint32_t period_ticks = 0;
  std::uint32_t run_id = 0;  // tells runs apart that are otherwise the same
  std::uint16_t tiles_per_commit = FW_COMMIT_AS_PLANNED;
  std::uint16_t snapshot_mv = 0;  // storage voltage below which `voltage` takes its snapshot
  std::uint16_t off_mv = 0;       // storage voltage at which the rail fails; 0: unknown
};

// The device under test, real or virtual.
class Target {
 public:
  virtual ~Target() = default;
  virtual std::string identity() const = 0;
  // Puts the workload on the board and forgets earlier progress. Called before the rig starts.
  // Fails with invalid_argument when it does not fit.
  virtual Status load(const Workload& workload) = 0;
  // Bytes to the board's UART. They are lost while the board has no power.
  virtual Status send(std::span<const std::uint8_t> bytes) = 0;
};

}  // namespace sunfleck
