#include "core/power/input.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace sunfleck {

Input::Input(
    const InputStage& stage, const HarvesterConfig& harvester, const SourceAssumptions& source,
    const HarvestFormat& format)
    : stage_(stage),
      format_(format),
      width_(sample_width(format)),
      highest_voltage_{std::numeric_limits<double>::infinity()},
      highest_current_{std::numeric_limits<double>::infinity()} {
  if (stage.kind == InputKind::boost) {
    boost_ = EfficiencyMap(stage.boost);
    lowest_voltage_ = stage.lowest_voltage;
    highest_voltage_ = stage.highest_voltage;
    highest_current_ = stage.highest_current;
  }
  if (is_power(format.kind)) return;
  curve_.emplace(format, source);
  if (is_converter() && !curve_->was_held()) harvester_.emplace(harvester);
}

void Input::set(const float* sample) {
  const bool is_few = width_ <= few;
  if (sample == nullptr) {
    if (held_ && !offered_) return;
  } else if (is_few) {
    if (held_ && offered_ && std::equal(sample, sample + width_, values_.begin())) return;
    std::copy_n(sample, width_, values_.begin());
  }
  offered_ = sample != nullptr;
  held_ = false;
  if (curve_) curve_->set(is_few && offered_ ? values_.data() : sample);
}

void Input::pass(RunTime time) {
  if (!harvester_) return;
  if (harvester_->until_event() == time) held_ = false;
  harvester_->pass(*curve_, time);
}

Feed Input::feed(Volts storage) {
  if (!is_converter()) return diode_feed();
  if (!held_) hold();
  const Watts arriving = boost_.at(storage, point_.voltage, point_.current) * taken_;
  return {.power = arriving, .stage_loss = ahead_ + (taken_ - arriving)};
}

// Where the source is held while nothing changes.
void Input::hold() {
  held_ = true;
  ahead_ = {};
  if (!curve_) {
    hold_power();
    return;
  }
  point_ = limited(harvester_ ? harvester_->hold(*curve_) : curve_->optimum());
  taken_ = point_.voltage * point_.current;
}

void Input::hold_power() {
  const Watts offered{offered_ ? double{values_[0]} : 0.0};
  const bool received = format_.kind == HarvestKind::received_power;
  const Watts rectified = (received ? efficiency_at(stage_.rectifier, offered) : 1.0) * offered;
  taken_ = rectified;
  if (stage_.kind == InputKind::boost) {
    const Volts voltage = stage_.assumed_voltage;
    point_ = limited({.voltage = voltage, .current = rectified / voltage});
    taken_ = point_.voltage * point_.current;
  }
  // What exceeds the converter's current never leaves the source, nor does it heat the rectifier.
  if (rectified > Watts{})
    ahead_ = (taken_ / rectified) * (offered - rectified);
  else
    ahead_ = offered;
}

Feed Input::diode_feed() const {
  Feed feed{.drop = stage_.drop, .series = stage_.resistance};
  if (!offered_) return feed;
  if (is_power(format_.kind)) {
    const Watts offered{double{values_[0]}};
    const bool received = format_.kind == HarvestKind::received_power;
    feed.power = (received ? efficiency_at(stage_.rectifier, offered) : 1.0) * offered;
    feed.stage_loss = offered - feed.power;
  } else if (format_.kind == HarvestKind::voltage_behind_resistance) {
    feed.kind = Feed::Kind::resistance;
    feed.open = {double{values_[0]}};
    feed.resistance = format_.resistance;
  } else if (curve_->was_held()) {
    const OperatingPoint held = curve_->optimum();
    feed.kind = Feed::Kind::current;
    feed.current = held.current;
    feed.open = held.voltage;
  } else {
    feed.kind = Feed::Kind::curve;
    feed.curve = &*curve_;
  }
  return feed;
}

}  // namespace sunfleck
