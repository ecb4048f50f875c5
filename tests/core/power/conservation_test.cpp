#include <gtest/gtest.h>

#include "tests/core/power/random_path.h"

namespace sunfleck {
namespace {

using namespace literals;

Joules turnover(const PowerLedger& ledger) { return ledger.harvested + ledger.stored_at_start; }

void expect_no_negative_entry(const PowerLedger& ledger) {
  const double rounding = -1e-12 * turnover(ledger).si;
  for (const Joules entry :
       {ledger.harvested, ledger.input_loss, ledger.clamped, ledger.leaked, ledger.esr_loss,
        ledger.output_loss, ledger.delivered, ledger.stored})
    EXPECT_GE(entry.si, rounding);
}

TEST(PowerPathConservation, TheLedgerClosesAfterEveryStepOfEveryPath) {
  Random random(11);
  for (int path_number = 0; path_number < 3000; ++path_number) {
    const HarvestFormat format = random_format(random);
    const PowerPathConfig config = random_config(random, format);
    ASSERT_TRUE(check(config, format)) << check(config, format).error().text;
    PowerPath path(config, format);
    for (int step = 0; step < 100; ++step) {
      const auto pieces = random_pieces(random, format);
      // Sometimes more than there is: that must not be delivered either.
      const Coulombs most = path.charge_to_brownout();
      const Coulombs charge = random.below(3) == 0 ? Coulombs{} : 1.5 * random.uniform() * most;
      path.advance(Pieces(pieces), charge);
      const PowerLedger& ledger = path.ledger();
      ASSERT_LE(std::abs(ledger.unbalanced().si), 1e-12 * turnover(ledger).si)
          << "path " << path_number << ", step " << step;
      ASSERT_GE(path.storage_voltage(), Volts{});
      ASSERT_LE(path.storage_voltage(), config.capacitor.rated);
    }
    expect_no_negative_entry(path.ledger());
    if (HasFailure()) FAIL() << "path " << path_number;
  }
}

TEST(PowerPathConservation, StoredEnergyNeverRisesWithoutHarvest) {
  Random random(12);
  for (int path_number = 0; path_number < 2000; ++path_number) {
    const HarvestFormat format = random_format(random);
    const PowerPathConfig config = random_config(random, format);
    PowerPath path(config, format);
    Volts before = path.storage_voltage();
    for (int step = 0; step < 50; ++step) {
      auto pieces = random_pieces(random, format);
      for (Pieces::Piece& piece : pieces)
        piece.value = 0.0F;
      path.advance(Pieces(pieces), 0.3 * random.uniform() * path.charge_to_brownout());
      ASSERT_LE(path.storage_voltage(), before) << "path " << path_number << ", step " << step;
      before = path.storage_voltage();
    }
    EXPECT_EQ(path.ledger().harvested, Joules{});
  }
}

TEST(PowerPathConservation, NoSourceGivesMoreThanItHas) {
  Random random(13);
  for (int path_number = 0; path_number < 3000; ++path_number) {
    const HarvestFormat format = random_format(random);
    const PowerPathConfig config = random_config(random, format);
    PowerPath path(config, format);
    double most = 0.0;  // what the source could give at best, in joules
    for (int step = 0; step < 50; ++step) {
      const auto pieces = random_pieces(random, format);
      for (const Pieces::Piece& piece : pieces) {
        const double v = piece.value;
        const double r = format.resistance.si;
        const double power = is_power(format.kind)          ? v
            : format.kind == HarvestKind::voltage_into_load ? v * v / r
                                                            : v * v / (4.0 * r);
        most += power * piece.duration.si;
      }
      path.advance(Pieces(pieces), random.uniform() * path.charge_to_brownout());
      ASSERT_LE(path.ledger().harvested.si, most * (1.0 + 1e-6)) << "path " << path_number;
    }
  }
}

}  // namespace
}  // namespace sunfleck
