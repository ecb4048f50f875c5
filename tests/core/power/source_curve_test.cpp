#include "core/power/source_curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/base/random.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using namespace literals;

HarvestFormat format_of(HarvestKind kind, Ohms resistance = {}) {
  return {.kind = kind, .resistance = resistance, .period = std::chrono::milliseconds(10)};
}

// A curve with the one sample that it is asked about.
class Sampled {
 public:
  Sampled(
      const HarvestFormat& format, std::vector<float> sample,
      const SourceAssumptions& assumptions = {})
      : curve_(format, assumptions), sample_(std::move(sample)) {
    curve_.set(sample_.data());
  }
  Sampled(const Sampled&) = delete;
  Sampled& operator=(const Sampled&) = delete;
  const SourceCurve* operator->() const { return &curve_; }
  double power_at(Volts at) const { return (at * curve_.current_at(at)).si; }
  double best_power() const {
    const OperatingPoint best = curve_.optimum();
    return (best.voltage * best.current).si;
  }

 private:
  SourceCurve curve_;
  std::vector<float> sample_;
};

// A sweep through pairs of volts and amperes.
Sampled sweep(std::vector<float> points, std::uint32_t lead_in = 0) {
  HarvestFormat format = format_of(HarvestKind::iv_curve);
  format.points = static_cast<std::uint32_t>(points.size() / 2);
  format.lead_in = lead_in;
  return {format, std::move(points)};
}

TEST(SourceCurve, GivesTheCurrentOfTheCircuitThatTheKindIs) {
  // (2 V - v) / 100 Ohm.
  const Sampled thevenin(format_of(HarvestKind::voltage_behind_resistance, 100.0_Ohm), {2.0F});
  EXPECT_NEAR(thevenin->current_at({}).si, 20e-3, 1e-15);
  EXPECT_NEAR(thevenin->current_at(0.5_V).si, 15e-3, 1e-15);
  EXPECT_EQ(thevenin->current_at(2.5_V), Amperes{});
  EXPECT_EQ(thevenin->open_voltage(), 2.0_V);
  EXPECT_EQ(thevenin->optimum().voltage, 1.0_V);
  EXPECT_NEAR(thevenin->optimum().current.si, 10e-3, 1e-15);
  EXPECT_FALSE(thevenin->was_held());

  const Sampled point(format_of(HarvestKind::operating_point), {1.5F, 0.25F});
  EXPECT_EQ(point->current_at({}), 0.25_A);
  EXPECT_EQ(point->current_at(1.5_V), 0.25_A);
  EXPECT_EQ(point->current_at(1.6_V), Amperes{});
  EXPECT_EQ(point->open_voltage(), 1.5_V);
  EXPECT_EQ(point->optimum().voltage, 1.5_V);
  EXPECT_EQ(point->optimum().current, 0.25_A);
  EXPECT_TRUE(point->was_held());

  const Sampled load(format_of(HarvestKind::voltage_into_load, 30.0_kOhm), {3.0F});
  EXPECT_NEAR(load->current_at(2.0_V).si, 100e-6, 1e-18);
  EXPECT_EQ(load->current_at(3.1_V), Amperes{});
  EXPECT_NEAR(load.best_power(), 300e-6, 1e-18);
  EXPECT_TRUE(load->was_held());
}

TEST(SourceCurve, OfADiodesLawIsExact) {
  const Sampled cell(format_of(HarvestKind::diode), {1e-3F, 1e-9F, 10.0F});
  EXPECT_NEAR(cell->current_at({}).si, 1e-3, 1e-10);
  // 1 mA - 1 nA (e^10 - 1), e^10 = 22026.4658.
  EXPECT_NEAR(cell->current_at(1.0_V).si, 977.9745342e-6, 1e-10);
  // ln(1 + 1e6) / 10; the maximum with Lambert's function to 30 digits: x = W(e (1 + a/b)) - 1.
  EXPECT_NEAR(cell->open_voltage().si, 1.3815511557963773, 1e-8);
  EXPECT_NEAR(cell->optimum().voltage.si, 1.130546785343479, 1e-8);
  EXPECT_NEAR(cell->optimum().current.si, 918.7362312069247e-6, 1e-10);
  EXPECT_EQ(cell->current_at(1.4_V), Amperes{});
  EXPECT_EQ(cell->current_at(1e6_V), Amperes{});  // where the exponential is infinite
}

TEST(DiodeLaw, HasItsOptimumWhereTheSlopeOfThePowerIsNothing) {
  for (double ratio = 1e-9; ratio < 1e80; ratio *= 7.0) {
    const DiodeLaw law{.a = 2e-3, .b = 2e-3 / ratio, .c = 4.0};
    const double x = law.c * law.optimum().voltage.si;
    // a + b = b e^x (1 + x), as logarithms.
    EXPECT_NEAR((x + std::log1p(x)) / std::log1p(ratio), 1.0, 1e-12) << ratio;
    EXPECT_LT(law.optimum().voltage, law.open_voltage());
    EXPECT_LE(law.current_at(law.open_voltage()).si, 1e-12 * law.a);
  }
}

TEST(SourceCurve, OfShortCircuitAndOpenVoltageGoesThroughBoth) {
  const Sampled cell(format_of(HarvestKind::isc_voc), {2e-3F, 1.5F});  // sharpness 6.4
  EXPECT_NEAR(cell->current_at({}).si, 2e-3, 1e-9);
  EXPECT_NEAR(cell->current_at(1.5_V).si, 0.0, 1e-15);
  EXPECT_NEAR(cell->open_voltage().si, 1.5, 1e-12);
  // 1 - (e^3.2 - 1) / (e^6.4 - 1) = 1 - 1 / (e^3.2 + 1) = 0.9608342772.
  EXPECT_NEAR(cell->current_at(0.75_V).si, 2e-3 * 0.9608342772032357, 1e-9);
  // The maximum of that law at 1 A and 1 V, with Lambert's function to 30 digits.
  EXPECT_NEAR(cell->optimum().voltage.si, 1.5 * 0.7289982997327652, 1e-9);
  EXPECT_NEAR(cell->optimum().current.si, 2e-3 * 0.8248664112976832, 1e-9);
}

TEST(SourceCurve, OfAPanelMeetsItsThreeNumbersAndFollowsTheLight) {
  const SourceAssumptions assumptions{
      .panel = Panel{.short_circuit = 5.0_mA, .open_circuit = 5.0_V, .best_voltage = 4.0_V}};
  const Sampled full(format_of(HarvestKind::irradiance), {1000.0F}, assumptions);
  EXPECT_NEAR(full->current_at({}).si, 5e-3, 1e-15);
  EXPECT_NEAR(full->open_voltage().si, 5.0, 1e-12);
  EXPECT_NEAR(full->optimum().voltage.si, 4.0, 1e-12);
  // c = 2.336662982 1/V by bisection of 0.25 x = ln(1 + x), x = 4 c; what follows by Lambert's
  // function.
  EXPECT_NEAR(full->optimum().current.si, 4.516789980719604e-3, 1e-12);
  const Sampled half(format_of(HarvestKind::irradiance), {500.0F}, assumptions);
  EXPECT_NEAR(half->current_at({}).si, 2.5e-3, 1e-15);
  EXPECT_NEAR(half->open_voltage().si, 4.703363834453774, 1e-9);
  EXPECT_NEAR(half->optimum().voltage.si, 3.7302617842088366, 1e-9);
  const Sampled indoors(format_of(HarvestKind::irradiance), {2.0F}, assumptions);
  EXPECT_NEAR(indoors->optimum().voltage.si, 1.6632444915718878, 1e-9);
  EXPECT_NEAR(indoors->optimum().current.si, 7.987058871285501e-6, 1e-12);
}

TEST(SourceCurve, OfAnyPanelThatIsAcceptedMeetsItsThreeNumbers) {
  for (int percent = 51; percent <= 99; ++percent) {
    const double share = percent / 100.0;
    const Panel panel{
        .short_circuit = 20.0_mA, .open_circuit = 2.5_V, .best_voltage = {share * 2.5}};
    ASSERT_TRUE(check({.panel = panel}, format_of(HarvestKind::irradiance))) << share;
    const DiodeLaw law = law_of(panel);
    EXPECT_NEAR(law.open_voltage() / panel.open_circuit, 1.0, 1e-9) << share;
    EXPECT_NEAR(law.optimum().voltage / panel.best_voltage, 1.0, 1e-9) << share;
    EXPECT_EQ(law.current_at({}), panel.short_circuit) << share;
  }
}

TEST(SourceCurve, OffersNothingInTheDark) {
  const auto is_dark = [](const SourceCurve& curve) {
    const OperatingPoint best = curve.optimum();
    return curve.current_at({}) == Amperes{} && curve.current_at(0.5_V) == Amperes{} &&
        (best.voltage * best.current).si == 0.0;
  };
  const SourceAssumptions assumptions{
      .panel = Panel{.short_circuit = 5.0_mA, .open_circuit = 5.0_V, .best_voltage = 4.0_V}};
  struct Case {
    HarvestFormat format;
    std::vector<float> sample;
  };
  const HarvestFormat curve{
      .kind = HarvestKind::iv_curve, .period = std::chrono::milliseconds(1), .points = 2};
  const Case cases[] = {
      {format_of(HarvestKind::voltage_behind_resistance, 100.0_Ohm), {0.0F}},
      {format_of(HarvestKind::voltage_into_load, 100.0_Ohm), {0.0F}},
      {format_of(HarvestKind::operating_point), {0.0F, 0.0F}},
      {format_of(HarvestKind::operating_point), {2.0F, 0.0F}},
      {format_of(HarvestKind::isc_voc), {0.0F, 1.0F}},
      {format_of(HarvestKind::isc_voc), {1.0F, 0.0F}},
      {format_of(HarvestKind::diode), {0.0F, 1.0F, 1.0F}},
      {format_of(HarvestKind::diode), {1.0F, 0.0F, 1.0F}},
      {format_of(HarvestKind::diode), {1.0F, 1.0F, 0.0F}},
      {format_of(HarvestKind::irradiance), {0.0F}},
      {curve, {0.0F, 0.0F, 0.0F, 0.0F}},
      {curve, {1.0F, 2e-6F, 2.0F, 4e-6F}},  // below open_current
  };
  for (const Case& c : cases) {
    Sampled sampled(c.format, c.sample, assumptions);
    EXPECT_TRUE(is_dark(*sampled.operator->())) << static_cast<int>(c.format.kind);
    SourceCurve outage(c.format, assumptions);
    outage.set(nullptr);
    EXPECT_TRUE(is_dark(outage)) << static_cast<int>(c.format.kind);
    EXPECT_EQ(outage.open_voltage(), Volts{});
  }
}

TEST(SourceCurve, OfASweepIsAStraightLineBetweenNeighbours) {
  // Unequal steps; the current falls to nothing at 3 V.
  const std::vector<float> rising{0.5F, 8e-3F, 1.0F, 6e-3F, 2.0F, 2e-3F, 3.0F, 0.0F, 4.0F, 0.0F};
  const std::vector<float> falling{4.0F, 0.0F, 3.0F, 0.0F, 2.0F, 2e-3F, 1.0F, 6e-3F, 0.5F, 8e-3F};
  for (const std::vector<float>& points : {rising, falling}) {
    const Sampled curve = sweep(points);
    EXPECT_EQ(curve->open_voltage(), 3.0_V);
    EXPECT_NEAR(curve->current_at(1.25_V).si, 5e-3, 1e-9);
    EXPECT_NEAR(curve->current_at(2.5_V).si, 1e-3, 1e-9);
    EXPECT_NEAR(curve->current_at(1.0_V).si, 6e-3, 1e-9);
    EXPECT_NEAR(curve->current_at(0.1_V).si, 8e-3, 1e-9);  // as at the lowest voltage
    EXPECT_NEAR(curve->current_at(0.5_V).si, 8e-3, 1e-9);
    EXPECT_EQ(curve->current_at(3.5_V), Amperes{});
    // Between 1 V and 2 V, P = v (10 mA - 4 mA/V v) with its top at 1.25 V.
    EXPECT_NEAR(curve->optimum().voltage.si, 1.25, 1e-6);
    EXPECT_NEAR(curve->optimum().current.si, 5e-3, 1e-8);
  }
}

TEST(SourceCurve, OfANoisySweepIsTheMeanOfTheLinesAroundAVoltage) {
  // At 1.25 V three lines: 5 mA on the way up, 7.5 mA and 7 mA on the way back and up again.
  const Sampled curve = sweep({0.5F, 5e-3F, 1.5F, 5e-3F, 1.0F, 10e-3F, 2.0F, 0.0F});
  EXPECT_NEAR(curve->current_at(1.25_V).si, (5e-3 + 7.5e-3 + 7.5e-3) / 3.0, 1e-9);
}

TEST(SourceCurve, OfASweepLeavesOutTheReturnOfTheRamp) {
  // Two points at full scale that are told, then a rise without current that is not.
  const Sampled curve = sweep(
      {5.12F, 3e-3F, 5.12F, 3e-3F, 1.5F, 0.0F, 2.98F, 0.0F, 3.0F, 0.0F, 3.0F, 0.0F, 2.0F, 1e-3F,
       1.0F, 2e-3F},
      2);
  EXPECT_EQ(curve->open_voltage(), 3.0_V);
  EXPECT_NEAR(curve->current_at(2.5_V).si, 0.5e-3, 1e-9);
  EXPECT_NEAR(curve->current_at(1.75_V).si, 1.25e-3, 1e-9);
  EXPECT_NEAR(curve.best_power(), 2.25e-3, 1e-9);  // 1.5 V, 1.5 mA: v (3 mA - 1 mA/V v)
}

// I = 1 mA (1 - (v / 2 V)^8) as a cell of 2 V has it, about.
double cell(double v) { return std::max(0.0, 1e-3 * (1.0 - std::pow(v / 2.0, 8.0))); }

TEST(SourceCurve, FindsTheOpenVoltageOfASweepThatGoesOnWithoutCurrent) {
  std::vector<float> points;
  for (int i = 0; i < 500; ++i) {
    points.push_back(0.01F * static_cast<float>(i));
    points.push_back(static_cast<float>(cell(0.01 * i)));
  }
  // 5 uA are left at 2 V (1 - 0.005 / 8) = 1.9987 V, so that 2 V is the first point below.
  EXPECT_NEAR(sweep(points)->open_voltage().si, 2.0, 1e-6);
}

TEST(SourceCurve, FindsTheOpenVoltageWhereARealCellsRampStays) {
  // From 5 V the source follows the ramp only below 2 V, and shows a first current at 1.9 V.
  std::vector<float> points;
  for (int i = 0; i < 500; ++i) {
    const double ramp = 5.0 - 0.01 * i;
    points.push_back(static_cast<float>(std::min(2.0, ramp)));
    points.push_back(static_cast<float>(ramp < 1.9 ? cell(ramp) : 0.0));
  }
  EXPECT_NEAR(sweep(points)->open_voltage().si, 2.0, 1e-6);
}

TEST(SourceCurve, TakesTheHighestVoltageOfASweepThatEndsBeforeTheOpenOne) {
  const Sampled curve = sweep({0.0F, 3e-3F, 1.0F, 2e-3F, 2.0F, 1.5e-3F});
  EXPECT_EQ(curve->open_voltage(), 2.0_V);
  EXPECT_NEAR(curve->current_at(2.0_V).si, 1.5e-3, 1e-9);
  EXPECT_EQ(curve->current_at(2.1_V), Amperes{});
  EXPECT_NEAR(curve.best_power(), 3e-3, 1e-9);
}

TEST(SourceCurve, OfARandomSweepKeepsItsPromises) {
  Random random(7, "sweeps");
  for (int trial = 0; trial < 300; ++trial) {
    const double noise = 3e-6 * random.uniform();  // A
    const bool falls = random.below(2) == 1;
    const double high = 2.1 + 3.0 * random.uniform();
    std::vector<double> ramp(20 + random.below(300));
    for (double& v : ramp)
      v = high * random.uniform();  // unequal steps
    ramp.push_back(1.95);
    std::ranges::sort(ramp);
    if (falls) std::ranges::reverse(ramp);
    std::vector<float> points;
    for (const double v : ramp) {
      points.push_back(static_cast<float>(std::max(0.0, v + 2e-3 * random.normal())));
      points.push_back(static_cast<float>(std::max(0.0, cell(v) + noise * random.normal())));
    }
    const Sampled curve = sweep(points);
    const Volts open = curve->open_voltage();
    const double best = curve.best_power();
    for (std::size_t i = 0; i < points.size(); i += 2) {
      const double v = static_cast<double>(points[i]);
      if (Volts{v} <= open) {
        EXPECT_GE(best, v * static_cast<double>(points[i + 1]));
      }
    }
    for (int i = 0; i < 50; ++i) {
      const Volts at{5.2 * random.uniform()};
      EXPECT_GE(curve->current_at(at), Amperes{});
      EXPECT_LE(curve.power_at(at), best * (1.0 + 1e-12));
      if (at > open) {
        EXPECT_EQ(curve->current_at(at), Amperes{});
      }
    }
  }
}

TEST(SourceCurve, BearsNoiseThatReachesTheCurrentThatCountsAsNone) {
  Random random(11, "noise");
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<float> points;
    for (int i = 0; i < 1000; ++i) {
      const double v = 5.0 - 0.005 * i;
      points.push_back(static_cast<float>(std::max(0.0, v + 1e-3 * random.normal())));
      // An offset of 2 uA and a deviation of 3 uA: one dark point in six is above 5 uA.
      points.push_back(static_cast<float>(std::max(0.0, cell(v) + 2e-6 + 3e-6 * random.normal())));
    }
    const Sampled curve = sweep(points);
    EXPECT_NEAR(curve->open_voltage().si, 2.0, 0.04);
    // The maximum of v (1 - (v/2)^8) is where 9 (v/2)^8 = 1: 1.5197 V, 8/9 of 1 mA.
    // The best of many noisy points is above it.
    EXPECT_NEAR(curve.best_power(), 1.51968 * 8.0 / 9.0 * 1e-3, 0.02 * 1.35e-3);
    EXPECT_NEAR(curve->current_at(1.2_V).si, cell(1.2), 0.02 * 1e-3);
  }
}

TEST(SourceCurve, RefusesWhatIsOutOfRangeByName) {
  const Panel good{.short_circuit = 5.0_mA, .open_circuit = 5.0_V, .best_voltage = 4.0_V};
  struct Case {
    SourceAssumptions assumptions;
    const char* text;
  };
  Panel no_current = good;
  no_current.short_circuit = {};
  Panel no_voltage = good;
  no_voltage.open_circuit = {NAN};
  Panel low = good;
  low.best_voltage = 2.5_V;
  Panel high = good;
  high.best_voltage = 4.99_V;
  const Case cases[] = {
      {{}, "source.panel: the profile gives light"},
      {{.panel = no_current}, "source.panel.short_circuit"},
      {{.panel = no_voltage}, "source.panel.open_circuit"},
      {{.panel = low}, "source.panel.best_voltage"},
      {{.panel = high}, "source.panel.best_voltage"},
      {{.sharpness = 0.0, .panel = good}, "source.sharpness"},
      {{.sharpness = 501.0, .panel = good}, "source.sharpness"},
      {{.panel = good, .open_current = {-1e-9}}, "source.open_current"},
      {{.panel = good, .open_current = {INFINITY}}, "source.open_current"},
  };
  for (const Case& c : cases) {
    const Status status = check(c.assumptions, format_of(HarvestKind::irradiance));
    ASSERT_FALSE(status) << c.text;
    EXPECT_NE(status.error().text.find(c.text), std::string::npos) << status.error().text;
  }
  EXPECT_TRUE(check({.panel = good}, format_of(HarvestKind::irradiance)));
  EXPECT_TRUE(check({}, format_of(HarvestKind::diode)));
}

// The numbers of a text, whatever lies between them.
std::vector<double> numbers_in(const std::vector<std::uint8_t>& bytes) {
  std::vector<double> numbers;
  const std::string text(bytes.begin(), bytes.end());
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    double number = 0.0;
    const auto read = std::from_chars(at, end, number);
    if (read.ec == std::errc{}) numbers.push_back(number);
    at = read.ec == std::errc{} ? read.ptr : at + 1;
  }
  return numbers;
}

// A recorded sweep of solar cells at a light of `percent`.
Sampled recorded_sweep(const std::string& percent, std::uint32_t lead_in) {
  const std::vector<double> rows = numbers_in(
      file_bytes(shared_data("traces/bq25570_board/ivcurves/LED_" + percent + "pc.ivcurve.csv")));
  EXPECT_EQ(rows.size(), 3U * 994U);
  std::vector<float> points;
  for (std::size_t i = 0; i + 2 < rows.size(); i += 3) {
    points.push_back(static_cast<float>(rows[i + 1]));
    points.push_back(static_cast<float>(rows[i + 2]));
  }
  return sweep(points, lead_in);
}

TEST(SourceCurve, OfTheRecordedCellsIsWhatTheRecordingsShow) {
  SKIP_WITHOUT_SHARED_DATA("traces/bq25570_board/ivcurves");
  struct Case {
    const char* light;
    double best_mw;  // the largest V I of the file's rows, by awk
    double open;     // V, by eye: where the plateau of the file lies
  };
  const Case cases[] = {
      {"003", 0.3419, 2.0835}, {"005", 0.9375, 2.5102}, {"008", 1.7618, 2.7768},
      {"010", 2.2495, 2.8727}, {"012", 2.7009, 2.9430}, {"016", 3.6746, 3.0510},
      {"018", 4.1861, 3.0950}, {"020", 4.5890, 3.1250},
  };
  for (const Case& c : cases) {
    for (const std::uint32_t lead_in : {0U, 5U}) {
      const Sampled curve = recorded_sweep(c.light, lead_in);
      EXPECT_NEAR(curve.best_power() * 1e3, c.best_mw, 2e-4) << c.light;
      EXPECT_NEAR(curve->open_voltage().si, c.open, 2e-3) << c.light;
    }
  }
}

TEST(SourceCurve, OfARecordedCellHasTheOpenVoltageThatTheBoardMeasures) {
  SKIP_WITHOUT_SHARED_DATA("traces/bq25570_board/waveforms");
  // V_IN of the board at the same light in its sampling pauses, another instrument: 2.12 V at 3 %.
  const std::vector<double> rows = numbers_in(
      file_bytes(shared_data("traces/bq25570_board/waveforms/var2_LED_003pc_1k.50s_313Hz.csv")));
  std::vector<double> paused;
  for (std::size_t i = 1; i < rows.size(); i += 4)
    if (rows[i] > 2.0) paused.push_back(rows[i]);
  ASSERT_GT(paused.size(), 100U);
  std::ranges::sort(paused);
  EXPECT_NEAR(paused[paused.size() / 2], recorded_sweep("003", 3)->open_voltage().si, 0.04);
}

TEST(SourceCurve, OfAComputedSurfaceEndsWhereTheCurrentDoes) {
  SKIP_WITHOUT_SHARED_DATA("traces/ekho_iv_solar/am1417.csv");
  // The third line: 65 currents in mA over 0 to 3.5 V; the ninth is the first that is 0.
  const std::vector<double> numbers =
      numbers_in(file_bytes(shared_data("traces/ekho_iv_solar/am1417.csv")));
  ASSERT_GT(numbers.size(), 4U + 65U);
  std::vector<float> points;
  for (int i = 0; i < 65; ++i) {
    points.push_back(static_cast<float>(3.5 / 64.0 * i));
    points.push_back(static_cast<float>(1e-3 * numbers[4U + static_cast<std::size_t>(i)]));
  }
  const Sampled curve = sweep(points);
  EXPECT_NEAR(curve->open_voltage().si, 3.5 / 64.0 * 8.0, 1e-6);
  EXPECT_NEAR(curve->current_at({}).si, 88.4516e-6, 1e-9);
}

}  // namespace
}  // namespace sunfleck
