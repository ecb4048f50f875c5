#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/base/result.h"
#include "drivers/virtual_target/device_truth.h"
#include "drivers/virtual_target/fram.h"
#include "drivers/virtual_target/registers.h"

namespace sunfleck {

// How far run() may go: whichever comes first.
struct CpuLimits {
  std::uint64_t cycle = 0;  // since power-up
  Charge charge;            // from now on, at the reference voltage
};

enum class CpuStop {
  cycle_limit,
  charge_limit,
  asleep,  // the cycle limit came while the core was not executing: it sleeps, or boots
  fault,   // the core trapped and will not go on; fault() says why
};

// What the board drew, at the reference voltage, by what it was doing.
struct CpuUse {
  Charge boot;
  Charge run;
  Charge sleep;

  Charge total() const { return boot + run + sleep; }
};

// The program read its cycle counter.
struct CounterReading {
  std::uint64_t cycle = 0;  // that it read, before it is divided
  Charge drawn;             // until then, since the last call of take_use()
};

// Everything that a run of a core depends on, at one moment. Only the core that made it can read
// it.
class CpuSnapshot {
 public:
  virtual ~CpuSnapshot() = default;
};

// A core with its memories and registers, executed cycle by cycle and drawing charge. Time is
// counted in core clock cycles since power-up and includes the boot delay, waits and sleep; a
// snapshot and any slicing of the same run give the same state.
class Cpu {
 public:
  virtual ~Cpu() = default;

  // Puts a program into the flash, from its first byte on; the rest of the flash is erased (0xFF).
  // Not while there is power. Fails with invalid_argument when it does not fit.
  virtual Status load(std::span<const std::uint8_t> flash) = 0;

  // From no power to the first cycle of the boot delay: SRAM is filled from `noise`, registers are
  // reset, the FRAM stays.
  virtual void power_cycle(Random& noise) = 0;

  // Runs to the first block of instructions that begins at limits.cycle or later, or that cannot be
  // finished with limits.charge. Of a block that exceeds the charge through its waits nothing has
  // happened. The cycle limit can be passed by the rest of the block that was under way. Sleep, and
  // the boot delay, end at the limits to the cycle.
  virtual CpuStop run(const CpuLimits& limits) = 0;

  // Goes on within the same limits, instruction by instruction (an IT block is one), until not one
  // more fits into limits.charge: the state of a power failure at this very moment. run() may
  // follow.
  virtual CpuStop cut(const CpuLimits& limits) = 0;

  virtual std::uint64_t cycles() const = 0;
  // Executed since power-up, of the blocks begun; the conditional ones count whether they are
  // skipped or not. A trap counts the rest of its block.
  virtual std::uint64_t instructions() const = 0;
  // What was drawn since the last call.
  virtual CpuUse take_use() = 0;
  // The readings of the counter since the last call, where the core was opened to keep them.
  virtual std::vector<CounterReading> take_readings() = 0;
  virtual std::string fault() const = 0;

  virtual std::span<const std::uint8_t> sram() const = 0;
  virtual Fram& fram() = 0;
  virtual Registers& registers() = 0;

  // Between calls of run() and cut().
  virtual std::unique_ptr<CpuSnapshot> snapshot() const = 0;
  virtual void restore(const CpuSnapshot& snapshot) = 0;  // one that this core has made
};

}  // namespace sunfleck
