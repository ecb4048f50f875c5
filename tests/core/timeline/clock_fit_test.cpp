#include "core/timeline/clock_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/base/random.h"
#include "core/base/text.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

ClockMark edge(RunTime clock, RunTime reference, double deviation = 1e-6) {
  return {
      .clock = clock,
      .reference = reference,
      .kind = MarkKind::logic_edge,
      .deviation = {deviation}};
}

TEST(ClockFit, EdgesAreFittedByWeightedLeastSquares) {
  // Three edges 10 s apart; the reference gains 1 ms between each two: 100 ppm.
  const std::vector<ClockMark> marks{edge(0s, 5s), edge(10s, 15s + 1ms), edge(20s, 25s + 2ms)};
  const ClockFit fit = fit_clock({&marks, 1});
  ASSERT_TRUE(fit.drift);
  EXPECT_NEAR(fit.drift->drift, 1.0 / 1.0001 - 1.0, 1e-12);
  // 1 us / sqrt(2 * 10^2) s
  EXPECT_NEAR(fit.drift->uncertainty, 1e-6 / std::sqrt(200.0), 1e-10);
  const ClockLine& line = fit.lines[0];
  EXPECT_EQ(line.to_reference(10s), 15s + 1ms);
  EXPECT_EQ(line.to_clock(15s + 1ms), 10s);
  EXPECT_EQ(line.to_clock(line.to_reference(1234567ns)), 1234567ns);
  // In the middle 1 us / sqrt(3); at the end (1 / 3 + 1 / 2)^(1/2) us.
  EXPECT_NEAR(line.uncertainty_at(10s).si, 1e-6 / std::sqrt(3.0), 1e-12);
  EXPECT_NEAR(line.uncertainty_at(20s).si, 1e-6 * std::sqrt(5.0 / 6.0), 1e-10);

  SCOPED_TRACE("an edge that is known ten times worse pulls a hundred times less");
  const std::vector<ClockMark> pulled{
      edge(0s, 0s), edge(0s, 101us, 10e-6), edge(100s, 100s), edge(100s, 100s + 101us, 10e-6)};
  EXPECT_EQ(fit_clock({&pulled, 1}).lines[0].to_reference(50s), 50s + 1us);
}

TEST(ClockFit, ArrivalsAreTheLastResort) {
  std::vector<ClockMark> marks{edge(0s, 0s), edge(10s, 10s)};
  for (int i = 0; i < 50; ++i)
    marks.push_back({.clock = i * 100ms, .reference = i * 100ms - 1ms, .deviation = {1e-6}});
  EXPECT_EQ(fit_clock({&marks, 1}).lines[0].to_reference(5s), 5s);
}

TEST(ClockFit, WhatMarksDoNotTellIsWithinTheBound) {
  std::vector<ClockMark> marks;
  for (int i = 0; i < 5; ++i)
    marks.push_back({.clock = i * 1ms, .reference = 7s + i * 1ms, .deviation = {3e-6}});
  const ClockFit fit = fit_clock({&marks, 1});
  EXPECT_FALSE(fit.drift);
  EXPECT_EQ(fit.lines[0].to_reference(2ms), 7s + 2ms);
  EXPECT_NEAR(fit.lines[0].uncertainty_at(2ms).si, 3e-6, 1e-7);
  // 100 ppm / sqrt(3) of a minute
  EXPECT_NEAR(fit.lines[0].uncertainty_at(60s).si, 60.0 * 100e-6 / std::sqrt(3.0), 1e-5);
  EXPECT_EQ(fit_clock({}).lines.size(), 0U);
  const std::vector<ClockMark> none;
  EXPECT_FALSE(fit_clock({&none, 1}).drift);
}

// A host that notes when blocks came.
struct Host {
  const char* what;
  std::size_t pieces;  // resets
  int marks;           // in each
  double length;       // s, of each
  std::function<double(Random&)> delay;
  double drift;
};

struct Errors {
  double square = 0.0;  // sum of (error / deviation)^2
  int within = 0;       // 1.96 deviations
  int count = 0;
  double worst = 0.0;  // s

  void add(double error, double deviation) {
    square += error * error / (deviation * deviation);
    within += std::abs(error) < 1.96 * deviation ? 1 : 0;
    ++count;
    worst = std::max(worst, std::abs(error));
  }
  double spread() const { return std::sqrt(square / count); }
  double coverage() const { return static_cast<double>(within) / count; }
};

struct Judged {
  Errors offset, drift;
  int told = 0;
};

void judge(const Host& host, std::uint64_t seed, Judged& judged) {
  Random random(seed, host.what);
  std::vector<std::vector<ClockMark>> pieces(host.pieces);
  std::vector<double> zeros;
  for (std::vector<ClockMark>& marks : pieces) {
    zeros.push_back(static_cast<double>(zeros.size()) * 2.0 * host.length + random.uniform());
    for (int i = 0; i < host.marks; ++i) {
      const double clock = host.length * random.uniform();
      const double reference = zeros.back() + clock / (1.0 + host.drift);
      marks.push_back(
          {.clock = to_run_time({clock}),
           .reference = to_run_time({reference + host.delay(random)}),
           .deviation = {1e-6}});
    }
  }
  const ClockFit fit = fit_clock(pieces);
  if (fit.drift) {
    ++judged.told;
    judged.drift.add(fit.drift->drift - host.drift, fit.drift->uncertainty);
  }
  for (std::size_t k = 0; k < pieces.size(); ++k) {
    for (const double part : {0.0, 0.3, 0.5, 1.0}) {
      const double clock = part * host.length;
      const RunTime at = to_run_time({clock});
      const double truth = zeros[k] + clock / (1.0 + host.drift);
      judged.offset.add(
          to_seconds(fit.lines[k].to_reference(at)).si - truth, fit.lines[k].uncertainty_at(at).si);
    }
  }
}

double exponential(Random& random) { return -std::log(1.0 - random.uniform()); }

TEST(ClockFit, StatedUncertaintyIsThatOfTheErrors) {
  const auto late = [](double mean) {
    return [mean](Random& random) { return mean * exponential(random); };
  };
  const Host hosts[] = {
      {"a minute", 1, 600, 60.0, late(1e-3), 50e-6},
      {"resets", 6, 100, 10.0, late(1.5e-3), -30e-6},
      {"too short to tell", 20, 30, 0.3, late(1e-3), 50e-6},
      {"many boots on a fast line", 200, 8, 0.1, late(20e-6), 20e-6},
      {"polled every 2 ms", 1, 600, 60.0, [](Random& random) { return 2e-3 * random.uniform(); },
       50e-6},
  };
  for (const Host& host : hosts) {
    SCOPED_TRACE(host.what);
    Judged judged;
    for (std::uint64_t seed = 0; seed < 60; ++seed)
      judge(host, seed, judged);
    EXPECT_GT(judged.offset.spread(), 0.75);
    EXPECT_LT(judged.offset.spread(), 1.35);
    EXPECT_GT(judged.offset.coverage(), 0.89);
    EXPECT_LT(judged.offset.coverage(), 0.985);
    if (host.length < 0.2 || host.length > 1.0) {
      EXPECT_EQ(judged.told, 60);
      EXPECT_GT(judged.drift.coverage(), 0.88);
      EXPECT_LT(judged.drift.spread(), 1.3);
    } else {
      EXPECT_EQ(judged.told, 0);
    }
  }
}

TEST(ClockFit, AFewArrivalsThatAreEarlyByMistakeDoNotMoveIt) {
  const Host host{
      "early",
      1,
      600,
      60.0,
      [](Random& random) {
        const bool is_early = random.uniform() < 0.02;
        return is_early ? -5e-3 * random.uniform() : 1e-3 * exponential(random);
      },
      50e-6};
  Judged judged;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    judge(host, seed, judged);
  EXPECT_EQ(judged.told, 100);
  EXPECT_LT(judged.drift.worst, 4e-6);
  EXPECT_LT(judged.offset.worst, 200e-6);
}

TEST(ClockMap, MapsSamplesOntoTheHostsTimeOverALossOfSamples) {
  // Samples counted at a nominal rate; the meter's clock is 20 ppm slow. After 30 s samples are
  // lost, of which it does not know: two seconds of them.
  Random random(1, "meter");
  const auto host_of = [](double meter) {
    return 3.0 + meter * (1.0 + 20e-6) + (meter >= 30.0 ? 2.0 : 0.0);
  };
  std::vector<ClockMap::Stretch> stretches{{.from = 0s, .marks = {}}, {.from = 30s, .marks = {}}};
  for (int i = 0; i < 600; ++i) {
    const double meter = 0.1 * i;
    const double host = host_of(meter) + 1e-3 * exponential(random);
    stretches[meter >= 30.0 ? 1 : 0].marks.push_back(
        {.clock = to_run_time({meter}), .reference = to_run_time({host}), .deviation = {1e-6}});
  }
  const ClockMap map(stretches);
  ASSERT_TRUE(map.drift());
  EXPECT_NEAR(map.drift()->drift, -20e-6, 3.0 * map.drift()->uncertainty);
  for (const double meter : {0.0, 12.5, 29.9, 30.0, 45.0, 60.0}) {
    const RunTime at = to_run_time({meter});
    const RunTime host = map.to_reference(at);
    EXPECT_NEAR(to_seconds(host).si, host_of(meter), 4.0 * map.uncertainty_at(at).si);
    EXPECT_LT(map.uncertainty_at(at).si, 40e-6);
    EXPECT_NEAR(static_cast<double>((map.to_clock(host) - at).count()), 0.0, 1.0);
  }
  // In the loss no sample was taken.
  EXPECT_EQ(map.to_clock(34s), 30s);
}

}  // namespace
}  // namespace sunfleck
