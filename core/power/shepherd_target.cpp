#include "core/power/shepherd_target.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/power/shepherd_units.h"

namespace sunfleck {
namespace {

using namespace literals;

constexpr Ohms least_resistance = 1e-3_Ohm;
constexpr Ohms most_resistance{std::numeric_limits<double>::infinity()};

Status check_target(const ShepherdConstantCurrent& target) {
  TRY(check_range("target.active", target.active, 0.0_A, 1e3_A));
  return check_range("target.asleep", target.asleep, 0.0_A, 1e3_A);
}

Status check_target(const ShepherdConstantPower& target) {
  TRY(check_range("target.active", target.active, 0.0_W, 1e3_W));
  return check_range("target.asleep", target.asleep, 0.0_W, 1e3_W);
}

Status check_target(const ShepherdResistor& target) {
  return check_range("target.resistance", target.resistance, least_resistance, most_resistance);
}

Status check_target(const ShepherdDiode& target) {
  TRY(check_range("target.forward_voltage", target.forward_voltage, 0.2_V, 10.0_V));
  TRY(check_range("target.forward_current", target.forward_current, 1.0_nA, 1e3_A));
  return check_range("target.resistance", target.resistance, least_resistance, 1e9_Ohm);
}

Amperes drawn(const ShepherdConstantCurrent& target, Volts, bool power_good) {
  return power_good ? target.active : target.asleep;
}

Amperes drawn(const ShepherdConstantPower& target, Volts rail, bool power_good) {
  if (rail <= 0.0_V) return {};
  return (power_good ? target.active : target.asleep) / rail;
}

Amperes drawn(const ShepherdResistor& target, Volts rail, bool power_good) {
  return power_good || !target.switched ? rail / target.resistance : Amperes{};
}

Amperes drawn(const ShepherdDiode& target, Volts rail, bool power_good) {
  if (target.switched && !power_good) return {};
  constexpr double boltzmann = 1.380649e-23;
  constexpr double elementary_charge = 1.6021766e-19;
  constexpr double junction = 373.15;  // K
  constexpr Volts slope{2.0 * boltzmann * junction / elementary_charge};
  const Amperes saturation =
      (1.0 / std::expm1(target.forward_voltage / slope)) * target.forward_current;
  Volts across = 0.5 * rail;
  Amperes through_resistor{};
  Amperes through_diode{};
  for (int i = 0; i < 10; ++i) {
    const double ratio = 1.0 + (rail - across) / (saturation * target.resistance);
    if (ratio > 0.0) across = std::log(ratio) * slope;
    through_resistor = std::max(0.0_A, (rail - across) / target.resistance);
    through_diode = std::max(0.0_A, std::expm1(across / slope) * saturation);
    const bool agrees = std::abs(through_resistor / through_diode - 1.0) < 1e-6;
    if (through_diode > 0.0_A && agrees) break;
    across = rail - target.resistance * (0.5 * (through_resistor + through_diode));
  }
  return 0.5 * (through_resistor + through_diode);
}

}  // namespace

Status check(const ShepherdTarget& target) {
  return std::visit([](const auto& kind) { return check_target(kind); }, target);
}

Amperes current_of(const ShepherdTarget& target, Volts rail, bool power_good) {
  return std::visit([=](const auto& kind) { return drawn(kind, rail, power_good); }, target);
}

}  // namespace sunfleck
