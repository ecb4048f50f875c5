#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/power/harvest.h"

namespace sunfleck {

// How long a generated profile is, and how fine. It has duration / period samples, rounded down.
struct Sampling {
  RunTime duration = std::chrono::seconds(40);
  RunTime period = std::chrono::milliseconds(10);
};

// The same power all the time.
struct ConstantSource {
  Watts power{};  // >= 0
  Sampling sampling;
};

// A source that is switched: `power` for the first `duty` of every cycle, then nothing. A sample
// has the mean power of its period, so that the energy of a cycle is right for any period.
struct OnOffSource {
  Watts power{};      // while it is on, >= 0
  RunTime cycle{};    // > 0
  double duty = 0.5;  // of 0 to 1
  Sampling sampling;
};

// A solar cell over a day from sunrise to sunset, and the night after it.
//
// Model: the clear sky gives peak * sin(pi t / daylight), the sine of the sun's height on an
// equinox at the equator, without the air's absorption. Clouds come and go as a Markov chain of two
// states with exponential times; each lets through a share of its own, drawn evenly between
// `thinnest` and `thickest`, and light follows with a first-order lag of `edge`, the time that a
// cloud's edge takes.
struct SolarDaySource {
  Watts peak{};           // at noon under a clear sky, >= 0
  RunTime daylight{};     // > 0; shorter than a real day's to keep runs short
  Seconds clear_time{};   // mean time between two clouds, > 0
  Seconds cloud_time{};   // mean time of a cloud, > 0
  double thickest = 0.1;  // share of light below the thickest cloud, 0 to 1
  double thinnest = 0.6;  // and the thinnest, thickest to 1
  Seconds edge{};         // >= 0
  Sampling sampling;
};

// A device that is carried about in a round room with an RFID reader or power beacon in its middle.
//
// Model: steady steps with a heading that wanders as Brownian motion and turns back at the wall;
// power_at_metre / d^2 (Friis' free space, d at least `nearest`); log-normal shadowing that forgets
// itself exponentially (Gudmundson 1991); the carrier's body between device and reader as a Markov
// chain of two states with a fixed attenuation; nothing below `sensitivity`, where a rectifier
// gives nothing. Left out: fading by multipath, and the reader's own duty cycle.
struct RandomWalkSource {
  Watts power_at_metre{};       // >= 0
  double radius = 3.0;          // of the room in metres, > nearest
  double nearest = 0.5;         // metres, > 0
  double speed = 1.0;           // metres per second, >= 0
  double turning = 1.0;         // deviation of the heading after a second, radians, >= 0
  double shadowing = 3.0;       // deviation, decibels, >= 0
  Seconds shadowing_time{0.5};  // after which shadowing has forgotten itself to 1 / e, > 0
  double body = 15.0;           // attenuation, decibels, >= 0
  Seconds facing_time{3.0};     // mean time without the body in between, > 0
  Seconds averted_time{1.0};    // mean time with it, > 0
  Watts sensitivity{};          // >= 0
  Sampling sampling;
};

// Each gives a profile of kind power whose origin names the model and its parameters, the same on
// every machine for the same parameters and seed.
//
//   fails   invalid_argument, naming the parameter, when one is not finite or outside its range, or
//           when the profile would have no samples or more than most_samples
Result<HarvestProfile> generate(const ConstantSource& source);
Result<HarvestProfile> generate(const OnOffSource& source);
Result<HarvestProfile> generate(const SolarDaySource& source, std::uint64_t seed);
Result<HarvestProfile> generate(const RandomWalkSource& source, std::uint64_t seed);

}  // namespace sunfleck
