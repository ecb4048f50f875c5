#include "tests/profiles/bq25570_board.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "profiles/importers.h"
#include "tests/support/pieces.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using namespace literals;

const char* const folder = "traces/bq25570_board";

// How often and how long BAT_OK was on.
struct Recorded {
  std::string name;   // "var2_LED_003pc_1k"
  double duty = 0.0;  // per cent, from the first edge to the last
  double edges = 0.0;
};

std::vector<Recorded> recorded_levels() {
  std::vector<Recorded> levels;
  std::ifstream file(shared_data(folder) / "measured_groundtruth.csv");
  std::string line;
  std::getline(file, line);  // name,dur_s,edges,duty_on_pct,...
  while (std::getline(file, line)) {
    std::ranges::replace(line, ',', ' ');
    std::istringstream fields(line);
    Recorded level;
    double duration = 0.0;
    if (fields >> level.name >> duration >> level.edges >> level.duty) levels.push_back(level);
  }
  return levels;
}

// The board at a light level, 10 s to settle and then as long as the recordings: 50 s.
Recorded simulated(const Bq25570Board& board, bool always_on, const HarvestProfile& light) {
  const PowerPathConfig config = board_path(board, always_on);
  EXPECT_TRUE(check(config, light.format));
  PowerPath path(config, light.format);
  // Checks of the thresholds fall on the ends of steps, so that nothing switches within one.
  const RunTime step = board.check_interval / 16;
  constexpr RunTime settled = std::chrono::seconds(10);
  constexpr RunTime end = std::chrono::seconds(60);
  const Coulombs charge = board.rail / board_load * to_seconds(step);
  const HarvestPiece piece{.samples = light.samples.data(), .count = 1, .duration = step};
  std::vector<std::pair<RunTime, bool>> edges;
  for (RunTime now{}; now < end;) {
    const bool on = path.rail_on();
    path.advance({&piece, 1}, on ? std::min(charge, path.charge_to_brownout()) : Coulombs{});
    now += step;
    if (now > settled && path.rail_on() != on) edges.emplace_back(now, path.rail_on());
  }
  RunTime on_time{};
  for (std::size_t i = 1; i < edges.size(); ++i)
    if (edges[i - 1].second) on_time += edges[i].first - edges[i - 1].first;
  Recorded result{.name = {}, .edges = static_cast<double>(edges.size())};
  if (edges.size() > 1)
    result.duty =
        100.0 * to_seconds(on_time).si / to_seconds(edges.back().first - edges.front().first).si;
  const PowerLedger& ledger = path.ledger();
  EXPECT_LT(std::abs(ledger.unbalanced().si), 1e-12 * ledger.harvested.si);
  return result;
}

// Mean error of the time share in which the output was on, over all levels of a variant whose I-V
// curve is there.
void compare(const std::string& variant, bool always_on, std::size_t fewest, double most_error) {
  const Bq25570Board board = measure_board(shared_data(folder));
  double errors = 0.0;
  std::size_t count = 0;
  for (const Recorded& level : recorded_levels()) {
    if (!level.name.starts_with(variant)) continue;
    const std::string light = level.name.substr(5, 9);  // "LED_003pc"
    const auto curve = shared_data(folder) / "ivcurves" / (light + ".ivcurve.csv");
    if (!std::filesystem::exists(curve)) continue;
    const auto open = open_profile(curve);
    ASSERT_TRUE(open) << open.error().text;
    const auto profile = in_memory(*open, 1U << 24U);
    ASSERT_TRUE(profile) << profile.error().text;
    const Recorded got = simulated(board, always_on, *profile);
    std::printf(
        "  %-22s on %6.2f %% of the time, measured %6.2f %%; %3.0f edges, measured %3.0f\n",
        level.name.c_str(), got.duty, level.duty, got.edges, level.edges);
    errors += std::abs(got.duty - level.duty);
    ++count;
  }
  ASSERT_GE(count, fewest);
  std::printf("  mean error %.2f points\n", errors / static_cast<double>(count));
  EXPECT_LE(errors / static_cast<double>(count), most_error);
}

TEST(Bq25570Board, WithASwitchedConverterTheOutputIsOnAsLongAsMeasured) {
  SKIP_WITHOUT_SHARED_DATA(folder);
  compare("var2", false, 6, 1.2);
}

TEST(Bq25570Board, WithASwitchedLoadTheOutputIsOnAsLongAsMeasured) {
  SKIP_WITHOUT_SHARED_DATA(folder);
  compare("var3", true, 3, 1.4);
}

// The capacitor alone beside the analyser, with or without 5 V behind 1 kOhm.
PowerPathConfig capacitor_alone(const Bq25570Board& board, Volts initial) {
  PowerPathConfig path;
  path.input = {.kind = InputKind::diode};
  path.capacitor = {
      .capacitance = board.capacitance.front(),
      .leakage = {1.0 / (1.0 / board.insulation.si + 1.0 / analyser.si)},
      .rated = 6.3_V,
      .bias_voltage = board.bias_voltage};
  for (const Farads capacitance : board.capacitance)
    path.capacitor.bias_share.push_back(capacitance / board.capacitance.front());
  path.initial_voltage = initial;
  path.regulator = {.on = 6.2_V, .off = 0.1_V, .good_on = 6.2_V, .good_off = 6.1_V};
  return path;
}

constexpr HarvestFormat supply{
    .kind = HarvestKind::voltage_behind_resistance,
    .resistance = board_load,
    .period = std::chrono::milliseconds(1)};

// The largest distance between the model and the recording, in volts.
double worst_error(
    PowerPath& path, float source, const Columns& recording, double from, Seconds step) {
  double worst = 0.0;
  double now = from;
  const Pieces piece({{source, step}});
  for (std::size_t i = 0; i < recording[0].size(); ++i) {
    if (recording[0][i] < from) continue;
    while (now < recording[0][i]) {
      path.advance(piece, {});
      now += step.si;
    }
    worst = std::max(worst, std::abs(path.storage_voltage().si - recording[1][i]));
  }
  return worst;
}

TEST(Bq25570Board, ItsCapacitorChargesAsMeasured) {
  SKIP_WITHOUT_SHARED_DATA(folder);
  const Bq25570Board board = measure_board(shared_data(folder));
  const Columns charge = read_columns(shared_data(folder) / "capacitor/cap1_s1_chg.csv");
  const auto first = std::ranges::find_if(charge[1], [](double volts) { return volts > 0.05; });
  const std::size_t begin = static_cast<std::size_t>(first - charge[1].begin());
  PowerPath path(capacitor_alone(board, Volts{charge[1][begin]}), supply);
  // 5 V are 100 %: the 20 % that a nominal 100 uF would be off are 0.5 V.
  const double error = worst_error(path, 5.0F, charge, charge[0][begin], 0.1_ms);
  std::printf("  charge through 1 kOhm: at most %.0f mV from the recording\n", 1e3 * error);
  EXPECT_LT(error, 0.05);
}

TEST(Bq25570Board, ItsCapacitorDischargesItselfAsMeasured) {
  SKIP_WITHOUT_SHARED_DATA(folder);
  const Bq25570Board board = measure_board(shared_data(folder));
  const Columns discharge = read_columns(shared_data(folder) / "capacitor/cap1_selfdis.csv");
  // The recording begins 0.1 s before the supply is taken away; 0.5 s later the dielectric has
  // settled.
  const auto first = std::ranges::lower_bound(discharge[0], 0.5);
  const std::size_t begin = static_cast<std::size_t>(first - discharge[0].begin());
  PowerPath path(capacitor_alone(board, Volts{discharge[1][begin]}), supply);
  const double error = worst_error(path, 0.0F, discharge, discharge[0][begin], 10.0_ms);
  std::printf("  self-discharge over 100 s: at most %.0f mV from the recording\n", 1e3 * error);
  EXPECT_LT(error, 0.1);
}

}  // namespace
}  // namespace sunfleck
