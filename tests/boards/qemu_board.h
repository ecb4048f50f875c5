#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/target/target.h"
#include "core/target/target_link.h"
#include "target_fw/protocol/run_config.h"
#include "tests/boards/golden_network.h"
#include "tests/boards/listener.h"
#include "tests/support/scratch_folder.h"

namespace sunfleck {

// The image mps2_an386.elf under qemu-system-arm, in a process of its own; its FRAM is a file that
// outlives the process.
class QemuBoard final : public TargetLink {
 public:
  static constexpr std::size_t until_idle = std::numeric_limits<std::size_t>::max();

  // A board with nothing but the firmware.
  QemuBoard();
  ~QemuBoard() override { power_down(); }
  QemuBoard(const QemuBoard&) = delete;
  QemuBoard& operator=(const QemuBoard&) = delete;
  // Writes network and inputs to where `source` has them, and a run configuration without progress.
  QemuBoard(const GoldenNetwork& golden, Strategy strategy, fw_source source = FW_SOURCE_BUILT_IN);

  // One power cycle: boots and listens until the board sleeps with its work done, or until so many
  // bytes have come; then kills the process. What it had sent by then is heard. False when the
  // board fell silent before.
  bool power_cycle(Listener& listener, std::size_t bytes = until_idle);

  // Boots it for a host to talk to, until it is switched off.
  void power_up();
  void power_down();
  std::string name() const override { return "mps2-an386"; }
  RunTime now() const override;
  Seconds per_byte() const override { return {10.0 / 921600.0}; }
  Status send(std::span<const std::uint8_t> bytes) override;
  Result<std::vector<std::uint8_t>> receive(RunTime until) override;

  // So many bytes of FRAM from `offset` on.
  std::vector<std::uint8_t> fram(std::uint32_t offset, std::uint32_t bytes) const;

 private:
  void put_in_fram(std::uint32_t offset, std::span<const std::uint8_t> bytes) const;

  struct Process {
    pid_t id = -1;
    int from = -1, to = -1;  // what it says, and what it hears
  };
  static Process start(std::vector<std::string> words);
  void kill();

  ScratchFolder folder_;
  std::uint32_t inferences_ = 0;
  std::vector<std::string> arguments_;
  Process process_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace sunfleck
