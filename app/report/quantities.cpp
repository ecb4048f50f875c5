#include "app/report/quantities.h"

#include <algorithm>
#include <cmath>

#include "core/base/text.h"

namespace sunfleck::app {
namespace {

constexpr int digits = 4;
constexpr int most_decimals = 9;

double largest_of(std::span<const double> values) {
  double largest = 0.0;
  for (const double value : values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  return largest;
}

// Digits before the point.
int magnitude(double value) {
  return value > 0.0 ? static_cast<int>(std::floor(std::log10(value))) + 1 : 1;
}

std::string with_unit(std::string text, const DisplayUnit& unit) {
  return unit.symbol.empty() ? text : text + " " + unit.symbol;
}

}  // namespace

QuantityColumn::QuantityColumn(std::string_view unit, double largest)
    : unit_(display_unit(unit, largest)),
      decimals_(std::clamp(digits - magnitude(largest / unit_.size), 0, most_decimals)) {}

QuantityColumn::QuantityColumn(std::string_view unit, std::span<const double> values)
    : QuantityColumn(unit, largest_of(values)) {}

std::string QuantityColumn::title(const std::string& words) const {
  return unit_.symbol.empty() ? words : join(words, " [", unit_.symbol, "]");
}

Quantified QuantityColumn::cell(double value, std::optional<double> deviation) const {
  constexpr double half = 0.5;
  const double shown = value / unit_.size;
  const double least = std::pow(10.0, -decimals_);
  Quantified cell{.text = fixed(shown, decimals_), .value = value, .deviation = deviation};
  if (!std::isfinite(value))
    cell = {.text = "-"};
  else if (value == 0.0)
    cell.text = "0";
  else if (std::abs(shown) < half * least)
    cell.text = (value < 0.0 ? ">-" : "<") + fixed(least, decimals_);
  return cell;
}

Quantified quantity(double value, std::string_view unit) {
  return {.text = quantity_text(value, unit), .value = value};
}

Quantified uncertain(double value, double deviation, std::string_view unit) {
  constexpr int deviation_digits = 2;
  if (!(deviation > 0.0) || !std::isfinite(deviation)) return quantity(value, unit);
  const DisplayUnit shown = display_unit(unit, std::max(std::abs(value), deviation));
  const int decimals = std::clamp(
      deviation_digits - 1 - static_cast<int>(std::floor(std::log10(deviation / shown.size))), 0,
      most_decimals);
  return {
      .text = with_unit(
          join(
              fixed(value / shown.size, decimals), " \u00b1 ",
              fixed(deviation / shown.size, decimals)),
          shown),
      .value = value,
      .deviation = deviation};
}

Quantified percentage(double part, double whole) {
  constexpr double percent = 100.0;
  constexpr double least = 0.05;  // of what is shown with one decimal
  if (!(whole > 0.0)) return {.text = "-"};
  const double share = percent * part / whole;
  if (share > 0.0 && share < least) return {.text = "<0.1 %", .value = part / whole};
  return {.text = fixed(share, 1) + " %", .value = part / whole};
}

Quantified count(std::uint64_t number) {
  return {.text = join(number), .value = static_cast<double>(number)};
}

Quantified words(std::string text) { return {.text = std::move(text)}; }

}  // namespace sunfleck::app
