#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "core/power/converter.h"
#include "core/power/harvester.h"

namespace sunfleck {

// How the input stage feeds the capacitor while a sample lasts, before the capacitor's voltage is
// known. The source is at the voltage of the capacitor's terminals + drop + series * current.
struct Feed {
  enum class Kind {
    power,       // current = power / that voltage
    current,     // current, while that voltage is not above `open`
    resistance,  // current = (open - that voltage) / resistance, if positive
    curve        // current of the curve at that voltage
  };
  Kind kind = Kind::power;
  Watts power{};       // what comes out of rectifier and converter
  Watts stage_loss{};  // lost in them
  Amperes current{};
  Volts open{};
  Ohms resistance{};
  const SourceCurve* curve = nullptr;
  Volts drop{};   // of a diode, whose loss comes on top
  Ohms series{};  // likewise, of the resistance behind it

  // Whether all of `power` arrives at the capacitor.
  bool arrives_whole() const {
    return kind == Kind::power && drop == Volts{} && series == Ohms{};
  }
};

// The input stage as it runs, with the harvester that holds its source.
class Input {
 public:
  // All have passed check().
  Input(
      const InputStage& stage, const HarvesterConfig& harvester, const SourceAssumptions& source,
      const HarvestFormat& format);
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  Input(Input&&) = delete;
  Input& operator=(Input&&) = delete;
  ~Input() = default;

  // Whether it is a converter, so that every feed arrives whole.
  bool is_converter() const { return stage_.kind != InputKind::diode; }
  // Whether the source was recorded as voltage and current where a converter held it.
  bool is_recorded() const {
    return format_.kind == HarvestKind::operating_point && is_converter();
  }
  // Whether a feed depends on the capacitor's voltage.
  bool has_layers() const { return boost_.has_layers(); }
  std::size_t width() const { return width_; }  // of a sample

  // The sample that begins or goes on.
  //
  //   sample   [width()], valid until the next; null: an outage
  void set(const float* sample);

  // What the present sample gives.
  //
  //   storage   voltage of the capacitor, >= 0
  Feed feed(Volts storage);

  // Until the harvester changes something by itself; RunTime::max() for never.
  RunTime until_event() const {
    return harvester_ ? harvester_->until_event() : RunTime::max();
  }
  // Lets time pass with the sample as it is, at most until_event().
  void pass(RunTime time);

  // What a converter takes from a source and what of it arrives.
  struct Taken {
    Watts taken;
    Watts arriving;
  };
  // The same as set() and feed() for one that is_recorded(), without a trace in either.
  //
  //   sample   [2]
  Taken take_recorded(const float* sample, Volts storage) const {
    const OperatingPoint point =
        limited({.voltage = {double{sample[0]}}, .current = {double{sample[1]}}});
    const Watts taken = point.voltage * point.current;
    return {taken, boost_.at(storage, point.voltage, point.current) * taken};
  }

 private:
  // What the converter takes where the source is held: nothing below its lowest voltage.
  OperatingPoint limited(OperatingPoint point) const {
    const Volts voltage = std::min(point.voltage, highest_voltage_);
    if (voltage < lowest_voltage_) return {};
    return {.voltage = voltage, .current = std::min(point.current, highest_current_)};
  }
  void hold();
  void hold_power();
  Feed diode_feed() const;

  InputStage stage_;
  HarvestFormat format_;
  std::size_t width_;
  EfficiencyMap boost_;
  // Of a converter; without limits for one that is ideal.
  Volts lowest_voltage_, highest_voltage_;
  Amperes highest_current_;
  std::optional<SourceCurve> curve_;
  std::optional<Harvester> harvester_;  // of a converter whose source has a curve
  static constexpr std::size_t few = 3;
  std::array<float, few> values_{};  // of a sample with few numbers
  bool offered_ = false;             // not an outage
  bool held_ = false;                // whether what follows is that of the present sample
  OperatingPoint point_;
  Watts taken_;  // by the converter
  Watts ahead_;  // lost in the rectifier for it
};

}  // namespace sunfleck
