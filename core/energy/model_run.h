#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/energy/attribution.h"
#include "core/network/compile.h"
#include "core/target/target.h"

namespace sunfleck {

// Work that has coefficients of its own: layers by their operator, and commits.
enum class WorkClass : std::uint8_t {
  convolution,
  depthwise,
  fully_connected,
  pool,
  addition,
  softmax,
  other,       // QUANTIZE
  checkpoint,  // writing a layer's outputs and committing them
};
inline constexpr std::size_t work_classes = 8;

// "fully connected"; and back, nothing for an unknown word.
const char* name_of(WorkClass work);
std::optional<WorkClass> work_class_called(std::string_view name);
// Nothing for RESHAPE, which takes no work.
std::optional<WorkClass> class_of(Operator op);

// What a cost may grow with; all are known exactly before anything is run.
enum class Regressor : std::uint8_t {
  macs,
  additions,
  inner_calls,
  outputs,  // elements
  nonvolatile_read,
  nonvolatile_written,
  tiles,
  commits,
  constant,  // 1 an execution
};
inline constexpr std::size_t regressors = 9;
using Regressors = std::array<double, regressors>;  // by Regressor

// "bytes read", and what one of it is called: "B"; and back from the name.
const char* name_of(Regressor regressor);
const char* unit_of(Regressor regressor);
std::optional<Regressor> regressor_called(std::string_view name);

// How a network is executed, as far as it decides what a layer takes.
struct Execution {
  Strategy strategy = Strategy::tile;
  RecordLevel records = RecordLevel::checkpoints;
  std::uint16_t tiles_per_commit = FW_COMMIT_AS_PLANNED;
};

// Commits in one execution of a layer; 0 for strategies that commit elsewhere or by the voltage.
std::uint32_t commits_of(const LayerCounts& layer, const Execution& execution);

// What the compute of one execution may grow with. Writing outputs is the checkpoints', not the
// compute's, and `restart` keeps activations in RAM.
Regressors compute_regressors(const LayerCounts& layer, const Execution& execution);
// Likewise its checkpoints.
Regressors checkpoint_regressors(const LayerCounts& layer, const Execution& execution);

// A stored run, as far as a model is fitted to it.
struct ModelRun {
  std::string name;     // in diagnostics: "run 7"
  std::string network;  // tells networks apart: its name, or a hash
  Execution execution;
  std::vector<LayerCounts> layers;
  std::uint32_t inferences = 0;  // complete ones, counted from 0
  Attribution attribution;
  std::uint64_t sent_bytes = 0;  // frames of the records that were received
  Volts rail;                    // mean voltage of the charge that was drawn
};

// What one execution of a layer, or its checkpoints, took: the median of the complete inferences.
struct Observation {
  WorkClass work = WorkClass::other;
  std::size_t run = 0;
  std::size_t layer = 0;
  std::string network;
  std::string name;  // "CONV_2D 3"
  Regressors counts{};
  Joules energy;
  Joules energy_deviation;
  Seconds time;
  Seconds time_deviation;
};

// All observations that runs hold: layers of at least one complete inference.
//
//   time_step   shortest time that is told apart at the two ends of a layer, one deviation
std::vector<Observation> observations_of(const std::vector<ModelRun>& runs, Seconds time_step);

}  // namespace sunfleck
