#include "app/crash_boards.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "app/embedded_firmware.h"
#include "app/load_network.h"
#include "app/sha256.h"
#include "core/base/random.h"
#include "core/check/small_networks.h"
#include "drivers/host_board/host_subject.h"
#include "drivers/virtual_target/virtual_subject.h"

namespace sunfleck::app {
namespace {

constexpr std::uint32_t most_attempts = 65535;  // no number of failures is given up for

struct CrashNetwork {
  std::string name;
  Workload workload;
};

std::vector<std::uint8_t> drawn_inputs(
    const CompiledNetwork& network, std::uint64_t count, std::uint64_t seed) {
  Random random(seed, "inputs of " + network.name);
  std::vector<std::uint8_t> inputs(count * network.input.bytes());
  std::ranges::generate(inputs, [&] { return static_cast<std::uint8_t>(random.bits()); });
  return inputs;
}

CrashNetwork prepared(
    std::string name, CompiledNetwork network, std::uint32_t inferences, std::uint64_t seed) {
  const std::uint64_t inputs = inferences > 1 ? 2 : 1;
  return {
      .name = std::move(name),
      .workload = {
          .network = std::move(network.image),
          .inputs = drawn_inputs(network, inputs, seed),
          .record_level = RecordLevel::results,
          .inferences = inferences,
          .attempts = most_attempts}};
}

Result<std::vector<CrashNetwork>> networks_of(const CrashBoardChoice& choice) {
  std::vector<CrashNetwork> networks;
  for (const std::string& path : choice.networks) {
    const std::filesystem::path file(path);
    Quantisation quantisation;  // what a network answers does not matter here
    if (file.extension() == ".onnx") quantisation.calibration = join("random:", choice.seed);
    LoadedNetwork network = TRY(load_network(path == "demo" ? "" : path, quantisation, {}));
    networks.push_back(prepared(file.stem().string(), std::move(network.compiled), 1, choice.seed));
  }
  if (!networks.empty()) return networks;
  constexpr std::uint64_t small_tile_macs = 200;  // so that each layer has several tiles
  for (const SmallNetwork& small : small_networks()) {
    CompiledNetwork network = TRY(compile(small.make(), {.tile_macs = small_tile_macs}));
    networks.push_back(prepared(std::string(small.name), std::move(network), 3, choice.seed));
  }
  return networks;
}

// Of `crash_strategies`, in their order.
struct Way {
  Strategy strategy = Strategy::tile;
  HostSubject::Ram ram = HostSubject::Ram::plenty;
  std::uint16_t tiles_per_commit = FW_COMMIT_AS_PLANNED;
};
constexpr std::array ways{
    Way{.strategy = Strategy::restart},
    Way{.strategy = Strategy::layer},
    Way{},
    Way{.ram = HostSubject::Ram::just_enough},
    Way{.ram = HostSubject::Ram::just_enough, .tiles_per_commit = 4},
    Way{.strategy = Strategy::voltage}};

const Way& way_called(const std::string& strategy) {
  const auto found = std::ranges::find(crash_strategies, strategy);
  return ways.at(static_cast<std::size_t>(found - crash_strategies.begin()));
}

std::string checksum_of(const Workload& workload, const std::string& kind) {
  std::vector<std::uint8_t> all = workload.network;
  all.insert(all.end(), workload.inputs.begin(), workload.inputs.end());
  if (kind == "virtual")
    all.insert(all.end(), embedded_firmware().begin(), embedded_firmware().end());
  return sha256(all);
}

CrashBoard board_of(const CrashNetwork& network, const std::string& strategy, const std::string& kind) {
  Workload workload = network.workload;
  const Way& way = way_called(strategy);
  workload.strategy = way.strategy;
  workload.tiles_per_commit = way.tiles_per_commit;
  CrashBoard board{
      .network = network.name,
      .strategy = strategy,
      .kind = kind,
      .sha256 = checksum_of(workload, kind)};
  if (kind == "virtual")
    board.make = [workload](std::size_t /*defect*/) -> Result<std::unique_ptr<CrashSubject>> {
      return VirtualSubject::open(workload, embedded_firmware());
    };
  else
    board.make =
        [workload, ram = way.ram](std::size_t defect) -> Result<std::unique_ptr<CrashSubject>> {
      return std::unique_ptr<CrashSubject>(std::make_unique<HostSubject>(workload, ram, defect));
    };
  return board;
}

}  // namespace

Result<std::vector<CrashBoard>> crash_boards(const CrashBoardChoice& choice) {
  std::vector<CrashBoard> boards;
  for (const CrashNetwork& network : TRY(networks_of(choice)))
    for (const std::string& strategy : choice.strategies)
      boards.push_back(board_of(network, strategy, choice.kind));
  return boards;
}

}  // namespace sunfleck::app
