#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/power/harvest.h"
#include "core/power/source_curve.h"

namespace sunfleck {

// Made profiles. Each source below says its model and, after "matches", the statistics that its
// profiles have; tests check exactly those.
//
// What is the same on which machine: all that is drawn comes from whole-number arithmetic
// (core/base/random.h), and every sample is rounded to six significant decimal digits. With the
// same C library the samples are the same to the bit. The sines and logarithms of another one may
// differ in the last of their sixteen digits; the rounding hides that but for about one sample in
// 10^9, which then differs by one in its sixth digit.

// How long a generated profile is, and how fine. It has duration / period samples, rounded down.
struct Sampling {
  RunTime duration = std::chrono::seconds(40);
  RunTime period = std::chrono::milliseconds(10);
};

// The same power all the time.
// Matches: the power, in every sample.
struct ConstantSource {
  Watts power{};  // >= 0
  Sampling sampling;
};

// A source that is switched: `power` for the first `duty` of every cycle, then nothing. A sample
// has the mean power of its period, so that the energy of a cycle is right for any period.
// Matches: cycle and duty, the mean power duty * power.
struct OnOffSource {
  Watts power{};      // while it is on, >= 0
  RunTime cycle{};    // > 0
  double duty = 0.5;  // of 0 to 1
  Sampling sampling;
};

// A random telegraph: two powers that follow each other after exponential times. It begins in
// either state as often as it is in it, and a sample has the mean power of its period.
// Matches: the mean times of both states, the duty high_time / (high_time + low_time), the mean
// power, and an autocorrelation that falls by e in 1 / (1 / high_time + 1 / low_time).
struct TelegraphSource {
  Watts high{};         // >= low
  Watts low{};          // >= 0
  Seconds high_time{};  // > 0
  Seconds low_time{};   // > 0
  Sampling sampling;
};

// Clouds come and go as a Markov chain of two states with exponential times; each lets through a
// share of its own, drawn evenly between `thickest` and `thinnest`, and light follows with a
// first-order lag of `edge`, the time that a cloud's edge takes.
struct Clouds {
  Seconds clear{};        // mean time between two clouds, > 0
  Seconds cloud{};        // mean time of a cloud, > 0
  double thickest = 0.1;  // share of light below the thickest cloud, 0 to 1
  double thinnest = 0.6;  // and the thinnest, thickest to 1
  Seconds edge{};         // >= 0
};

// A solar cell over a day from sunrise to sunset, and the night after it.
//
// Model: the clear sky gives peak * sin(pi t / daylight), the sine of the sun's height on an
// equinox at the equator, without the air's absorption, times what the clouds let through.
// Matches: the sine with its mean of 2 / pi, the length of the night, the share of time under
// clouds cloud / (clear + cloud), and the mean light 1 - that share (1 - (thickest + thinnest) / 2)
// of a clear sky's.
struct SolarDaySource {
  HarvestKind kind = HarvestKind::power;  // or irradiance, or diode: the light on `panel`
  Watts peak{};                           // power: at noon under a clear sky, >= 0
  double irradiance = 1000.0;  // irradiance, diode: W/m2 at noon under a clear sky, 0 to 2000
  // diode: the panel at 1000 W/m2, by the sheet of a KXOB22-04X3L unless said; its short-circuit
  // current is in proportion to the light.
  Panel panel{.short_circuit = {15e-3}, .open_circuit = {1.89}, .best_voltage = {1.5}};
  RunTime daylight{};  // > 0; shorter than a real day's to keep runs short
  Clouds clouds;
  Sampling sampling;
};

// A small solar cell on a desk in an office.
//
// Model: the desk's illuminance is the lamps' and the window's. People come and go as a Markov
// chain of two states with exponential times; an occupancy switch keeps the lamps on while somebody
// is there and for `hold` afterwards, within the working hours only. The window gives `window` lux
// times the sine of the sun's height from sunrise to sunset, times what the clouds let through. The
// cell's power is in proportion to the illuminance.
// Matches: darkness before sunrise and after sunset without lamps; the lamps' share of the working
// hours, 1 - absent e^{-hold / absent} / (present + absent); the window's mean of 2 / pi and its
// clouds as in SolarDaySource.
// Left out: weekends, blinds, the cell's worse efficiency in dim light.
//
// 500 lx: what EN 12464-1 asks for writing and reading. 0.4 uW/lx: 10 cm2 at 100 nW/mm2 under
// 250 lx, measured with GaAs cells (Teran et al. 2015); amorphous silicon gives less than half.
struct OfficeLightSource {
  double lamps = 500.0;          // lx, >= 0
  double window = 300.0;         // lx at noon under a clear sky, >= 0
  Watts per_lux{0.4e-6};         // >= 0
  double begin = 7.0;            // the hour of the day at which the profile begins, 0 to 24
  double work_from = 8.0;        // hours of the day, 0 to 24
  double work_until = 18.0;      // work_from to 24
  double sunrise = 6.0;          // 0 to 24
  double sunset = 18.0;          // > sunrise, to 24
  Seconds present{45.0 * 60.0};  // mean time, > 0
  Seconds absent{20.0 * 60.0};   // mean time, > 0
  Seconds hold{10.0 * 60.0};     // >= 0
  Clouds clouds{.clear = {900.0}, .cloud = {600.0}, .thickest = 0.2, .edge = {20.0}};
  Sampling sampling{.duration = std::chrono::hours(12), .period = std::chrono::seconds(10)};
};

// A device that is carried about in a round room with an RFID reader or power beacon in its middle.
//
// Model: steady steps with a heading that wanders as Brownian motion and turns back at the wall;
// power / d^2 (Friis' free space, d at least `nearest`); log-normal shadowing that forgets
// itself exponentially (Gudmundson 1991); the carrier's body between device and reader as a Markov
// chain of two states with a fixed attenuation; nothing below `sensitivity`, where a rectifier
// gives nothing. Left out: fading by multipath, and the reader's own duty cycle.
// Matches: the range of power from wall to `nearest`, the share of time averted, the shadowing's
// deviation and time.
struct RandomWalkSource {
  Watts power{};                // at 1 m, >= 0
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

// A piezo element in a shoe, behind a bridge rectifier without a drop.
//
// Model: a damped resonator that every heel strike hits anew. Its open-circuit voltage after a
// strike is A e^{-t / decay} sin(2 pi resonance t), the strikes add up, and the bridge takes the
// magnitude. Strides are independent, normal in time and in amplitude. The profile is of kind
// voltage_behind_resistance: the element's capacitance, whose impedance at the resonance is given
// as a resistance, 1 / (2 pi resonance C); 10 kOhm is 1 uF at 16 Hz.
// Matches: stride frequency and the deviation of stride times, the resonance in the bursts' zeros,
// the mean power into a matched load stride peak^2 (1 + strength^2) / 4R * decay / 4 *
// w^2 / (1 + w^2), w = 2 pi resonance decay.
// Left out: the toe's push, and that the voltage stays on the capacitance while nothing is drawn.
//
// One stride a second of each leg is usual walking; insoles give 10 uW to 1 mW on average (Zhao and
// You, Sensors 14, 2014).
struct GaitSource {
  Hertz stride{1.0};       // strikes of one heel a second, 0.1 to 5
  double jitter = 0.03;    // deviation of a stride's time, of its mean, 0 to 0.2
  Volts peak{12.0};        // mean amplitude A, >= 0
  double strength = 0.15;  // deviation of A, of its mean, 0 to 0.3
  Hertz resonance{16.0};   // > 0
  Seconds decay{0.1};      // > 0
  Ohms resistance{10e3};   // > 0
  Sampling sampling{.duration = std::chrono::seconds(10), .period = std::chrono::milliseconds(2)};
};

// A thermoelectric generator between a heating or cooling duct and the room.
//
// Model: the blower runs and rests in turns, each time drawn evenly within +-spread of its mean.
// The difference across the module follows with a first-order lag, from 0 at the beginning of the
// first run, towards `difference` while the blower runs and 0 while it rests. V_oc is the module's
// Seebeck coefficient times it, behind the module's resistance.
// Matches: the mean times of run and rest, the duty run / (run + rest), the mean voltage
// duty seebeck difference, never more than seebeck difference, and a fall by e in `lag`.
//
// 0.05 V/K: 127 couples of bismuth telluride at 0.4 mV/K each.
struct HvacSource {
  double difference = 5.0;  // K across the module after a long run, >= 0
  Seconds run{480.0};       // mean time, > 0
  Seconds rest{720.0};      // mean time, > 0
  double spread = 0.3;      // 0 to 1
  Seconds lag{90.0};        // > 0
  double seebeck = 0.05;    // V/K of the module, >= 0
  Ohms resistance{2.5};     // > 0
  Sampling sampling{.duration = std::chrono::hours(2), .period = std::chrono::seconds(2)};
};

// Each gives a profile, of kind power unless its source says another, whose origin names the model
// and its parameters.
//
//   fails   invalid_argument, naming the parameter, when one is not finite or outside its range, or
//           when the profile would have no samples or more than most_samples numbers
Result<HarvestProfile> generate(const ConstantSource& source);
Result<HarvestProfile> generate(const OnOffSource& source);
Result<HarvestProfile> generate(const TelegraphSource& source, std::uint64_t seed);
Result<HarvestProfile> generate(const SolarDaySource& source, std::uint64_t seed);
Result<HarvestProfile> generate(const OfficeLightSource& source, std::uint64_t seed);
Result<HarvestProfile> generate(const RandomWalkSource& source, std::uint64_t seed);
Result<HarvestProfile> generate(const GaitSource& source, std::uint64_t seed);
Result<HarvestProfile> generate(const HvacSource& source, std::uint64_t seed);

}  // namespace sunfleck
