#include "tests/profiles/bq25570_board.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

namespace {

using sunfleck::Amperes;
using sunfleck::EfficiencyTable;
using sunfleck::Farads;
using sunfleck::Ohms;
using sunfleck::Volts;

std::optional<std::vector<double>> numbers_in(std::string line) {
  const bool semicolons = line.find(';') != std::string::npos;
  if (semicolons) std::ranges::replace(line, ',', '.');
  std::vector<double> numbers;
  std::istringstream fields(line);
  for (std::string field; std::getline(fields, field, semicolons ? ';' : ',');) {
    char* end = nullptr;
    numbers.push_back(std::strtod(field.c_str(), &end));
    if (end == field.c_str() || field.find_first_not_of(" \r", end - field.c_str()) < field.size())
      return std::nullopt;
  }
  return numbers;
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// The value at x on straight lines between points that ascend in x, held beyond them.
double on_line(const std::vector<std::pair<double, double>>& points, double x) {
  const auto high = std::ranges::lower_bound(points, x, {}, &std::pair<double, double>::first);
  if (high == points.begin()) return points.front().second;
  if (high == points.end()) return points.back().second;
  const auto low = high - 1;
  return low->second + (x - low->first) / (high->first - low->first) * (high->second - low->second);
}

// Measured efficiencies over the logarithm of the current.
using Curve = std::vector<std::pair<double, double>>;

// 1 uA to 0.1 A, eight nodes a decade.
std::vector<Amperes> current_nodes() {
  std::vector<Amperes> nodes;
  for (int i = 0; i <= 40; ++i)
    nodes.push_back({std::pow(10.0, -6.0 + i / 8.0)});
  return nodes;
}

void add_curve(EfficiencyTable& table, const Curve& curve) {
  for (const Amperes current : table.current)
    table.efficiency.push_back(std::clamp(on_line(curve, std::log(current.si)), 0.0, 1.0));
}

// Columns of the grid: nominal V_STOR, nominal V_IN; V_IN, I_IN, V_STOR, I_STOR, efficiency. What
// was not measured, since V_IN would be too near to V_STOR, has the efficiency of the highest V_IN
// that was.
EfficiencyTable boost_table(const Columns& grid) {
  std::map<double, std::map<double, Curve>> curves;
  std::map<double, int> inputs;
  for (std::size_t i = 0; i < grid[0].size(); ++i) {
    if (grid[3][i] <= 0.0) continue;
    curves[grid[0][i]][grid[1][i]].emplace_back(std::log(grid[3][i]), grid[6][i]);
    ++inputs[grid[1][i]];
  }
  EfficiencyTable table{.current = current_nodes()};
  for (const auto& [input, count] : inputs)
    table.voltage.push_back({input});
  for (auto& [storage, by_input] : curves) {
    table.storage.push_back({storage});
    for (auto& [input, curve] : by_input)
      std::ranges::sort(curve);
    for (const auto& [input, count] : inputs) {
      const auto above = by_input.upper_bound(input);
      add_curve(table, above == by_input.begin() ? above->second : std::prev(above)->second);
    }
  }
  return table;
}

// Columns of the grid: nominal V_STOR; V_STOR, I_STOR, V_OUT, I_OUT (negative), efficiency.
EfficiencyTable buck_table(const Columns& grid) {
  std::map<double, Curve> curves;
  for (std::size_t i = 0; i < grid[0].size(); ++i)
    if (grid[4][i] < 0.0) curves[grid[0][i]].emplace_back(std::log(-grid[4][i]), grid[5][i]);
  EfficiencyTable table{.current = current_nodes()};
  for (auto& [storage, curve] : curves) {
    std::ranges::sort(curve);
    table.voltage.push_back({storage});
    add_curve(table, curve);
  }
  for (double& efficiency : table.efficiency)
    efficiency = std::max(efficiency, 0.01);  // of currents below the grid
  return table;
}

// From 0 V to the supply through 1 kOhm, beside the analyser: C = dQ / dV in steps of 0.25 V.
void measure_capacitance(Bq25570Board& board, const Columns& charge) {
  const double supply = mean({charge[1].end() - 200, charge[1].end()});
  constexpr double width = 0.25;
  double coulombs = 0.0;
  double from = 0.05;  // below, the switch bounces
  bool begun = false;
  for (std::size_t i = 1; i < charge[0].size(); ++i) {
    const double volts = 0.5 * (charge[1][i] + charge[1][i - 1]);
    if (!begun && volts < from) continue;
    if (!begun) from = volts;
    begun = true;
    coulombs += ((supply - volts) / board_load.si - volts / analyser.si) *
        (charge[0][i] - charge[0][i - 1]);
    if (charge[1][i] < from + width) continue;
    board.bias_voltage.push_back({0.5 * (from + charge[1][i])});
    board.capacitance.push_back({coulombs / (charge[1][i] - from)});
    from = charge[1][i];
    coulombs = 0.0;
    if (from + width > supply - 0.15) break;  // the current is too small to be read from here on
  }
}

// Integral of C V^n dV, n = -1 or 1, of the capacitor with another in parallel.
double integral(const Bq25570Board& board, double parallel, double low, double high, int power) {
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < board.capacitance.size(); ++i)
    points.emplace_back(board.bias_voltage[i].si, board.capacitance[i].si);
  constexpr int steps = 2000;
  double sum = 0.0;
  for (int i = 0; i < steps; ++i) {
    const double volts = low + (high - low) * (i + 0.5) / steps;
    sum += (on_line(points, volts) + parallel) * std::pow(volts, power);
  }
  return sum * (high - low) / steps;
}

// The capacitor alone with the analyser: t = R integral C / V dV, by least squares in t.
Ohms measure_insulation(const Bq25570Board& board, const Columns& discharge) {
  const auto level = [&](double time) {
    const auto at = std::ranges::lower_bound(discharge[0], time) - discharge[0].begin();
    return mean({discharge[1].begin() + at - 25, discharge[1].begin() + at + 25});
  };
  constexpr double first = 0.5;
  double products = 0.0;
  double squares = 0.0;
  for (double time = first + 1.0; time < 99.0; time += 1.0) {
    const double per_ohm = integral(board, 0.0, level(time), level(first), -1);
    products += (time - first) * per_ohm;
    squares += per_ohm * per_ohm;
  }
  const double together = products / squares;
  return {1.0 / (1.0 / together - 1.0 / analyser.si)};
}

struct Phase {
  bool on;
  double seconds, first_volts, last_volts;
};

// The stretches between BAT_OK's edges, without the first milliseconds, in which V_OUT is charged.
std::vector<Phase> phases_of(const Columns& waveform, const Columns& edges) {
  constexpr double settled = 0.004;
  std::vector<Phase> phases;
  for (std::size_t i = 1; i + 1 < edges[0].size(); ++i) {
    const double first = edges[0][i] + settled;
    const double last = edges[0][i + 1] - 0.0005;
    if (last > waveform[0].back()) break;
    const auto volts = [&](double time) {
      const auto at = std::ranges::lower_bound(waveform[0], time) - waveform[0].begin();
      return mean({waveform[2].begin() + at - 8, waveform[2].begin() + at + 8});
    };
    phases.push_back(
        {.on = edges[1][i] > 0.5,
         .seconds = last - first,
         .first_volts = volts(first),
         .last_volts = volts(last)});
  }
  return phases;
}

// Two balances, of all times with load and of all without, for two unknowns: the parallel
// capacitance and what harvester and leakage give on average.
Farads measure_parallel(const Bq25570Board& board, const std::vector<Phase>& phases) {
  struct Balance {
    double seconds = 0.0, half_squares = 0.0, energy = 0.0;
  } with, without;
  for (const Phase& phase : phases) {
    Balance& balance = phase.on ? with : without;
    const double low = std::min(phase.first_volts, phase.last_volts);
    const double high = std::max(phase.first_volts, phase.last_volts);
    const double sign = phase.last_volts > phase.first_volts ? 1.0 : -1.0;
    balance.seconds += phase.seconds;
    balance.half_squares += sign * 0.5 * (high * high - low * low);
    balance.energy += sign * integral(board, 0.0, low, high, 1);
    if (!phase.on) continue;
    const Volts middle{0.5 * (low + high)};
    const Amperes load = board.rail / board_load;
    balance.energy +=
        phase.seconds * (board.rail * load).si / efficiency_at(board.buck, {}, middle, load);
  }
  // energy + parallel * half_squares = given * seconds, for both.
  return {
      (without.energy * with.seconds - with.energy * without.seconds) /
      (with.half_squares * without.seconds - without.half_squares * with.seconds)};
}

// V_OUT after the load was left alone with it: a straight line in the logarithm.
Farads measure_output(const Columns& waveform, const Columns& edges) {
  std::vector<double> constants;
  for (std::size_t i = 1; i < edges[0].size() && edges[0][i] + 0.03 < waveform[0].back(); ++i) {
    if (edges[1][i] > 0.5) continue;
    const auto at = [&](double time) {
      return std::ranges::lower_bound(waveform[0], edges[0][i] + time) - waveform[0].begin();
    };
    const double early = mean({waveform[3].begin() + at(0.0010), waveform[3].begin() + at(0.0012)});
    const double late = mean({waveform[3].begin() + at(0.0250), waveform[3].begin() + at(0.0252)});
    constants.push_back(0.024 / std::log(early / late));
  }
  return {mean(constants) * (1.0 / board_load.si + 1.0 / analyser.si)};
}

struct Pauses {
  std::vector<double> begins, lengths, held, open;
};

void add_pauses(Pauses& pauses, const Columns& waveform) {
  const double threshold = 1.1 * median(waveform[1]);
  std::vector<double> held, open;
  bool was_paused = false;
  double begin = 0.0;
  for (std::size_t i = 0; i < waveform[0].size(); ++i) {
    const double now = waveform[0][i];
    const bool paused = waveform[1][i] > threshold;
    if (paused && !was_paused) {
      if (begin > 0.0) pauses.begins.push_back(now - begin);
      begin = now;
    }
    if (!paused && was_paused) pauses.lengths.push_back(now - begin);
    if (!paused) held.push_back(waveform[1][i]);
    if (paused && now - begin > 0.1) open.push_back(waveform[1][i]);
    was_paused = paused;
  }
  pauses.held.push_back(mean(held));
  pauses.open.push_back(median(open));
}

// Whole numbers of intervals, up to three, between neighbouring edges.
double measure_check(const std::filesystem::path& folder) {
  constexpr double about = 0.064;
  std::vector<double> intervals;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const Columns edges = read_columns(file.path());
    for (std::size_t i = 2; i + 1 < edges[0].size(); ++i) {
      const double time = edges[0][i] - edges[0][i - 1];
      const double count = std::round(time / about);
      if (count >= 1.0 && count <= 3.0 && std::abs(time / count - about) < 0.002)
        intervals.push_back(time / count);
    }
  }
  return mean(intervals);
}

}  // namespace

Columns read_columns(const std::filesystem::path& file) {
  Columns columns;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const auto numbers = numbers_in(line);
    if (!numbers || (!columns.empty() && numbers->size() != columns.size())) continue;
    columns.resize(numbers->size());
    for (std::size_t i = 0; i < columns.size(); ++i)
      columns[i].push_back((*numbers)[i]);
  }
  return columns;
}

Bq25570Board measure_board(const std::filesystem::path& folder) {
  Bq25570Board board;
  const auto efficiency = folder / "efficiency";
  board.boost = boost_table(
      read_columns(efficiency / "data_board_A_boost_full__boost_results_processed.csv"));
  board.buck = buck_table(read_columns(efficiency / "buck_results_processed.csv"));

  measure_capacitance(board, read_columns(folder / "capacitor/cap1_s1_chg.csv"));
  board.insulation = measure_insulation(board, read_columns(folder / "capacitor/cap1_selfdis.csv"));

  const Columns waveform =
      read_columns(folder / "waveforms/var2_LED_003pc_1k.first1.5s_15k6Hz.csv");
  const Columns edges = read_columns(folder / "bat_ok_edges/var2_LED_003pc_1k.bat_ok.csv");
  std::vector<double> rail;
  for (std::size_t i = 0; i < waveform[3].size(); ++i)
    if (waveform[3][i] > 1.75) rail.push_back(waveform[3][i]);
  board.rail = {median(rail)};
  board.output = measure_output(waveform, edges);
  board.parallel = measure_parallel(board, phases_of(waveform, edges));

  Pauses pauses;
  for (const char* name : {"var2_LED_003pc_1k", "var3_LED_010pc_sw_1k"})
    add_pauses(pauses, read_columns(folder / "waveforms" / (std::string(name) + ".50s_313Hz.csv")));
  board.share = 0.5 * (pauses.held[0] / pauses.open[0] + pauses.held[1] / pauses.open[1]);
  board.pause = sunfleck::to_run_time({mean(pauses.lengths)});
  board.interval = sunfleck::to_run_time({mean(pauses.begins)});
  constexpr sunfleck::RunTime fine{1600};  // so that it has 16 equal parts
  board.check_interval =
      sunfleck::to_run_time({measure_check(folder / "bat_ok_edges")}) / fine * fine;
  return board;
}

sunfleck::PowerPathConfig board_path(const Bq25570Board& board, bool always_on) {
  // TI's formulas with the resistors that the board has (MOhm) and V_BIAS = 1.21 V.
  constexpr double bias = 1.21;
  constexpr Volts overvoltage{1.5 * bias * (1.0 + 7.5 / 4.0)};
  constexpr Volts on{bias * (1.0 + (1.0 + 6.98) / 3.0)};
  constexpr Volts off{bias * (1.0 + 6.98 / 3.0)};

  sunfleck::PowerPathConfig path;
  path.input = {
      .kind = sunfleck::InputKind::boost,
      .boost = board.boost,
      .lowest_voltage = {0.1},
      .highest_voltage = {5.1},
      .highest_current = {0.1},
      .charge_limit = overvoltage};
  path.harvester = {
      .kind = sunfleck::HarvesterKind::fraction,
      .share = board.share,
      .interval = board.interval,
      .pause = board.pause};
  path.capacitor.capacitance = board.capacitance.front() + board.parallel;
  for (std::size_t i = 0; i < board.capacitance.size(); ++i) {
    path.capacitor.bias_voltage.push_back(board.bias_voltage[i]);
    path.capacitor.bias_share.push_back(
        (board.capacitance[i] + board.parallel) / path.capacitor.capacitance);
  }
  path.capacitor.leakage = {1.0 / (1.0 / board.insulation.si + 1.0 / analyser.si)};
  path.capacitor.rated = {6.3};
  path.initial_voltage = {4.2};
  path.regulator = {
      .on = on,
      .off = off,
      .good_on = on,
      .good_off = off,
      .check_interval = board.check_interval,
      .lockout = {1.95},
      .output = {
          .kind = sunfleck::OutputKind::buck,
          .voltage = board.rail,
          .drop = {0.1},
          .efficiency = board.buck,
          .capacitance = board.output,
          .always_on = always_on}};
  return path;
}
