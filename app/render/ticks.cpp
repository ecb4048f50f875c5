#include "app/render/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.h"

namespace sunfleck::app {
namespace {

// The steps of a range are found to this share of a step, so that rounding neither loses nor adds a
// tick at its ends.
constexpr double slack = 1e-6;

std::string tick_text(double value, double step) {
  const int decimals = std::clamp(-static_cast<int>(std::floor(std::log10(step) + slack)), 0, 9);
  if (std::abs(value) < slack * step) return "0";
  std::string text = fixed(value, decimals);
  if (text.front() == '-') text.replace(0, 1, "\u2212");
  return text;
}

}  // namespace

DisplayUnit display_unit(std::string_view unit, double largest) {
  constexpr std::array<std::string_view, 8> prefixes{"p", "n", "\u00b5", "m", "", "k", "M", "G"};
  constexpr int lowest = -12;
  constexpr double minute = 60.0;
  constexpr double hour = 3600.0;
  if (unit.empty() || unit == "%") return {std::string(unit), 1.0};
  const bool is_time = unit == "s";
  if (is_time && largest > 5.0 * hour) return {"h", hour};
  if (is_time && largest > 5.0 * minute) return {"min", minute};
  const std::string symbol = unit == "Ohm" ? "\u2126" : std::string(unit);
  if (!(largest > 0.0) || !std::isfinite(largest)) return {symbol, 1.0};
  int exponent = 3 * static_cast<int>(std::floor(std::log10(largest * (1.0 + slack)) / 3.0));
  exponent = std::clamp(exponent, lowest, is_time ? 0 : 9);
  const auto index = static_cast<std::size_t>((exponent - lowest) / 3);
  return {std::string(prefixes.at(index)) + symbol, std::pow(10.0, exponent)};
}

std::string quantity_text(double value, std::string_view unit) {
  constexpr int digits = 4;
  const DisplayUnit shown = display_unit(unit, std::abs(value));
  const double size = std::abs(value) / shown.size;
  const int before_point = size >= 1.0 ? static_cast<int>(std::floor(std::log10(size))) + 1 : 1;
  std::string text = fixed(value / shown.size, std::max(0, digits - before_point));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return shown.symbol.empty() ? text : join(text, " ", shown.symbol);
}

double tick_step(Range range, int most) {
  const double least = (range.to - range.from) / std::max(most, 1);
  const double decade = std::pow(10.0, std::floor(std::log10(least)));
  for (const double step : {1.0, 2.0, 5.0})
    if (step * decade >= least * (1.0 - slack)) return step * decade;
  return 10.0 * decade;
}

std::vector<Tick> ticks_in(Range range, const DisplayUnit& unit, int most) {
  const Range shown{range.from / unit.size, range.to / unit.size};
  const double step = tick_step(shown, most);
  const double first = std::ceil(shown.from / step - slack);
  const double last = std::floor(shown.to / step + slack);
  std::vector<Tick> ticks;
  for (double index = first; index <= last; index += 1.0)
    ticks.push_back({index * step * unit.size, tick_text(index * step, step)});
  return ticks;
}

Range rounded_out(Range range, const DisplayUnit& unit, int most) {
  const double step = tick_step({range.from / unit.size, range.to / unit.size}, most) * unit.size;
  return {step * std::floor(range.from / step + slack), step * std::ceil(range.to / step - slack)};
}

}  // namespace sunfleck::app
