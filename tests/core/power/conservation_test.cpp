#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "tests/core/power/random_path.h"

namespace sunfleck {
namespace {

using namespace literals;

Joules turnover(const PowerLedger& ledger) { return ledger.harvested + ledger.stored_at_start; }

std::array<Joules, 8> entries(const PowerLedger& ledger) {
  return {ledger.harvested, ledger.input_loss,  ledger.clamped,   ledger.leaked,
          ledger.esr_loss,  ledger.output_loss, ledger.delivered, ledger.stored};
}

TEST(PowerPathConservation, TheLedgerClosesAfterEveryStepOfEveryPath) {
  Random random(11);
  for (int path_number = 0; path_number < 400; ++path_number) {
    const HarvestFormat format = random_format(random);
    const PowerPathConfig config = random_config(random, format);
    ASSERT_TRUE(check(config, format)) << check(config, format).error().text;
    PowerPath path(config, format);
    std::array<Joules, 8> before = entries(path.ledger());
    before.back() = {};
    for (int step = 0; step < 40; ++step) {
      const RandomPieces pieces(random, format);
      // Sometimes more than there is: that must not be delivered either.
      const Coulombs most = path.charge_to_brownout();
      const Coulombs charge = random.below(3) == 0 ? Coulombs{} : 1.5 * random.uniform() * most;
      path.advance(pieces.pieces, charge);
      const PowerLedger& ledger = path.ledger();
      ASSERT_LE(std::abs(ledger.unbalanced().si), 1e-12 * turnover(ledger).si)
          << "path " << path_number << ", step " << step;
      ASSERT_GE(path.storage_voltage(), Volts{});
      ASSERT_LE(
          path.storage_voltage(), std::min(config.capacitor.rated, config.input.charge_limit));
      // No entry falls: nothing is given back, and none is negative.
      std::array<Joules, 8> after = entries(ledger);
      after.back() = std::min(Joules{}, after.back());
      for (std::size_t i = 0; i < after.size(); ++i)
        ASSERT_GE((after[i] - before[i]).si, -1e-12 * turnover(ledger).si)
            << "path " << path_number << ", step " << step << ", entry " << i;
      before = after;
    }
  }
}

TEST(PowerPathConservation, StoredEnergyNeverRisesWithoutHarvest) {
  Random random(12);
  for (int path_number = 0; path_number < 1000; ++path_number) {
    const HarvestFormat format = random_format(random);
    const PowerPathConfig config = random_config(random, format);
    PowerPath path(config, format);
    Joules before = path.ledger().stored;
    for (int step = 0; step < 40; ++step) {
      RandomPieces pieces(random, format);
      std::ranges::fill(pieces.samples, 0.0F);
      path.advance(pieces.pieces, 0.3 * random.uniform() * path.charge_to_brownout());
      ASSERT_LE(path.ledger().stored, before) << "path " << path_number << ", step " << step;
      before = path.ledger().stored;
    }
    EXPECT_EQ(path.ledger().harvested, Joules{}) << "path " << path_number;
  }
}

// The most that a sample can give, wherever it is held.
Watts most_of(const std::optional<SourceCurve>& curve, const float* sample) {
  if (!curve) return {double{*sample}};
  const OperatingPoint best = curve->optimum();
  return best.voltage * best.current;
}

TEST(PowerPathConservation, NoSourceGivesMoreThanItHas) {
  Random random(13);
  for (int path_number = 0; path_number < 300; ++path_number) {
    const HarvestFormat format = random_format(random);
    const PowerPathConfig config = random_config(random, format);
    PowerPath path(config, format);
    std::optional<SourceCurve> curve;
    if (!is_power(format.kind)) curve.emplace(format, config.source);
    Joules most;  // that the source could give at best
    for (int step = 0; step < 40; ++step) {
      const RandomPieces pieces(random, format);
      for (const HarvestPiece& piece : pieces.pieces) {
        for (std::uint32_t i = 0; piece.samples != nullptr && i < piece.count; ++i) {
          const float* sample = piece.samples + i * sample_width(format);
          if (curve) curve->set(sample);
          most += most_of(curve, sample) * to_seconds(piece.duration);
        }
      }
      path.advance(pieces.pieces, random.uniform() * path.charge_to_brownout());
      ASSERT_LE(path.ledger().harvested.si, most.si * (1.0 + 1e-9))
          << "path " << path_number << ", step " << step;
    }
  }
}

// A run of samples in one piece goes through its own inner loop; the same in pieces of one sample
// does not. They agree within what power_path_run.cpp says of its voltages.
TEST(PowerPathConservation, RunsOfSamplesGiveWhatTheSamplesAloneGive) {
  Random random(14);
  int compared = 0;
  while (compared < 150) {
    const HarvestFormat format = random_format(random);
    PowerPathConfig config = random_config(random, format);
    if (config.input.kind == InputKind::diode) continue;
    config.capacitor.series = {};
    config.capacitor.bias_voltage.clear();
    config.capacitor.bias_share.clear();
    config.regulator.output.capacitance = {};
    if (!check(config, format)) continue;
    ++compared;
    PowerPath run(config, format);
    PowerPath alone(config, format);
    for (int step = 0; step < 10; ++step) {
      std::vector<float> samples;
      const std::uint32_t count = 2 + static_cast<std::uint32_t>(random.below(200));
      for (std::uint32_t i = 0; i < count; ++i)
        append_random_sample(random, format, samples);
      const RunTime duration = to_run_time({random_between(random, 1e-6, 1e-4)});
      const Coulombs charge =
          0.1 * random.uniform() * std::min(run.charge_to_brownout(), alone.charge_to_brownout());
      const HarvestPiece whole{.samples = samples.data(), .count = count, .duration = duration};
      run.advance({&whole, 1}, charge);
      std::vector<HarvestPiece> pieces;
      for (std::uint32_t i = 0; i < count; ++i)
        pieces.push_back(
            {.samples = samples.data() + i * sample_width(format),
             .count = 1,
             .duration = duration});
      alone.advance(pieces, charge);
      if (run.rail_on() != alone.rail_on()) break;  // a threshold was met within rounding
      const auto a = entries(run.ledger());
      const auto b = entries(alone.ledger());
      for (std::size_t i = 0; i < a.size(); ++i)
        ASSERT_NEAR(a[i].si, b[i].si, 3e-6 * turnover(alone.ledger()).si)
            << "path " << compared << ", step " << step << ", entry " << i;
    }
  }
}

}  // namespace
}  // namespace sunfleck
