#include "core/compare/power_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace sunfleck {
namespace {

// Logarithms of all that is measured: powers and rates of multiply-accumulates.
struct Table {
  std::vector<std::vector<double>> power;  // [sets][networks] log(W)
  std::vector<std::vector<double>> rate;   // [sets][networks] log(1/s)

  std::size_t sets() const { return power.size(); }
  std::size_t networks() const { return power.front().size(); }
};

// What is to be predicted.
struct Held {
  std::size_t set = 0;
  std::size_t network = 0;
};

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

// A row without one network.
std::vector<double> others(const std::vector<double>& row, std::size_t network) {
  std::vector<double> rest = row;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(network));
  return rest;
}

std::vector<double> exponentials(std::vector<double> values) {
  for (double& value : values)
    value = std::exp(value);
  return values;
}

// Each model gives the logarithm of the power.
using Predict = double (*)(const Table&, Held);

// Minimises the sum of (P / p_i - 1)^2.
double least_relative(const Table& table, Held held) {
  double sum = 0.0;
  double squares = 0.0;
  for (const double power : exponentials(others(table.power[held.set], held.network))) {
    sum += 1.0 / power;
    squares += 1.0 / (power * power);
  }
  return std::log(sum / squares);
}

double mean_power(const Table& table, Held held) {
  return std::log(mean_of(exponentials(others(table.power[held.set], held.network))));
}

double log_mean_power(const Table& table, Held held) {
  return mean_of(others(table.power[held.set], held.network));
}

double median_power(const Table& table, Held held) {
  return median_of(others(table.power[held.set], held.network));
}

double median_and_network(const Table& table, Held held) {
  std::vector<double> factors;
  for (std::size_t set = 0; set < table.sets(); ++set)
    if (set != held.set)
      factors.push_back(table.power[set][held.network] - median_power(table, {set, held.network}));
  return median_power(table, held) + median_of(std::move(factors));
}

double power_by_rate(const Table& table, Held held) {
  double products = 0.0;
  double squares = 0.0;
  for (std::size_t set = 0; set < table.sets(); ++set) {
    const bool is_held = set == held.set;
    const auto row = [&](const std::vector<double>& of) {
      return is_held ? others(of, held.network) : of;
    };
    const std::vector<double> power = row(table.power[set]);
    const std::vector<double> rate = row(table.rate[set]);
    for (std::size_t i = 0; i < rate.size(); ++i) {
      products += (rate[i] - mean_of(rate)) * (power[i] - mean_of(power));
      squares += (rate[i] - mean_of(rate)) * (rate[i] - mean_of(rate));
    }
  }
  const double exponent = squares > 0.0 ? products / squares : 0.0;
  const double distance =
      table.rate[held.set][held.network] - mean_of(others(table.rate[held.set], held.network));
  return log_mean_power(table, held) + exponent * distance;
}

struct Row {
  PowerModel model;
  Predict predict;
};

constexpr std::array models{
    Row{{"constant", "one power a board, least squares of relative errors"}, &least_relative},
    Row{{"mean", "the mean of the powers"}, &mean_power},
    Row{{"log-mean", "the mean of their logarithms"}, &log_mean_power},
    Row{{"median", "their median"}, &median_power},
    Row{{"median-network", "their median, times the network's own factor on other boards"},
        &median_and_network},
    Row{{"mac-rate", "log-mean, with one exponent of MAC/s for all boards"}, &power_by_rate}};

void summarise(ModelErrors& model) {
  std::vector<double> all;
  std::vector<double> by_set;
  for (const std::vector<double>& set : model.errors) {
    all.insert(all.end(), set.begin(), set.end());
    by_set.push_back(mean_of(set));
  }
  model.mean = mean_of(all);
  model.median = median_of(all);
  model.worst = std::ranges::max(all);
  model.set_median = median_of(by_set);
  model.set_worst = std::ranges::max(by_set);
}

}  // namespace

std::vector<ModelErrors> leave_one_out(
    const std::vector<MeasuredSet>& sets, const std::vector<std::uint64_t>& macs) {
  Table table;
  for (const MeasuredSet& set : sets) {
    table.power.emplace_back();
    table.rate.emplace_back();
    for (std::size_t i = 0; i < macs.size(); ++i) {
      table.power.back().push_back(std::log(set.energy[i].si / set.time[i].si));
      table.rate.back().push_back(std::log(static_cast<double>(macs[i]) / set.time[i].si));
    }
  }
  std::vector<ModelErrors> results;
  for (const Row& row : models) {
    results.push_back({.model = row.model});
    for (std::size_t set = 0; set < table.sets(); ++set) {
      std::vector<double>& errors = results.back().errors.emplace_back();
      for (std::size_t i = 0; i < table.networks(); ++i)
        errors.push_back(
            std::abs(std::exp(row.predict(table, {set, i}) - table.power[set][i]) - 1.0));
    }
    summarise(results.back());
  }
  return results;
}

}  // namespace sunfleck
