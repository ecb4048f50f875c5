#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

enum class InstructionClass : std::uint8_t { alu, load, store, multiply, divide, branch, floating };
inline constexpr std::size_t instruction_classes = 7;

// Charge as a whole number of attocoulombs (1e-18 C): sums of whole numbers do not depend on how a
// run is cut into slices. One value holds up to 9.2 C.
struct Charge {
  std::int64_t atto = 0;

  friend constexpr auto operator<=>(Charge, Charge) = default;
  friend constexpr Charge operator+(Charge a, Charge b) { return {a.atto + b.atto}; }
  friend constexpr Charge operator-(Charge a, Charge b) { return {a.atto - b.atto}; }
  friend constexpr Charge operator*(std::int64_t k, Charge a) { return {k * a.atto}; }
  constexpr Charge& operator+=(Charge other) {
    atto += other.atto;
    return *this;
  }
  constexpr Charge& operator-=(Charge other) {
    atto -= other.atto;
    return *this;
  }
};

constexpr Coulombs to_coulombs(Charge charge) { return {static_cast<double>(charge.atto) * 1e-18}; }
// Rounded towards zero; 0 below 0 and the largest charge above it.
constexpr Charge to_charge(Coulombs coulombs) {
  constexpr double largest = 9.2e18;
  const double atto = coulombs.si * 1e18;
  if (!(atto > 0.0)) return {};
  return {static_cast<std::int64_t>(atto < largest ? atto : largest)};
}

// What one direction of access to the non-volatile memory costs beyond the instruction itself.
struct FramCost {
  std::uint32_t open_cycles = 0;  // waited when an access does not go on in the open line
  std::uint32_t word_cycles = 0;  // waited for each word touched
  Coulombs open;
  Coulombs word;
};

// The non-volatile memory as the core sees it. A word is touched as a whole, so that single bytes
// and unaligned accesses cost as much as words.
struct FramTruth {
  std::uint32_t word_bytes = 2;  // a power of two, 1 to 4
  std::uint32_t line_bytes = 8;  // a power of two, 4 or more: an access in the line, and of the
                                 // direction, of the one before does not open it again
  FramCost read;
  FramCost write;
};

// How the virtual board really spends time and charge. It holds more effects than a fitted energy
// model has parameters for; analysis code never sees it.
struct DeviceTruth {
  std::string_view name;
  std::string_view summary;
  Hertz clock;      // > 0
  Volts reference;  // the rail voltage at which the charges hold
  double slope;     // relative change of every charge per volt of rail above the reference
  std::array<Coulombs, instruction_classes> per_cycle;  // by InstructionClass
  Coulombs per_wait_cycle;                              // while the core waits for the FRAM
  FramTruth fram;
  Seconds boot_time;  // from the rail's edge to the first instruction
  Coulombs boot_charge;
  Amperes sleep_current;
  Amperes uart_current;  // in addition, while a byte is being sent

  // What all charges are multiplied with at this rail voltage; > 0.
  double factor_at(Volts rail) const;
};

// Refuses a truth that no device can have, naming the field.
Status check(const DeviceTruth& truth);

// The devices that come with the bench.
std::span<const DeviceTruth> device_presets();
Result<DeviceTruth> find_device(std::string_view name);

}  // namespace sunfleck
