#include "core/base/text.h"

#include <cmath>

namespace sunfleck {
namespace {

struct Prefix {
  std::string_view symbol;
  double factor;
};

constexpr std::array prefixes{
    Prefix{"p", 1e-12}, Prefix{"n", 1e-9}, Prefix{"u", 1e-6}, Prefix{"m", 1e-3},
    Prefix{"", 1.0},    Prefix{"k", 1e3},  Prefix{"M", 1e6},  Prefix{"G", 1e9},
};

std::string four_digits(double value, std::string_view prefix, std::string_view unit) {
  const double size = std::abs(value);
  const int decimals = size >= 999.95 ? 0 : size >= 99.995 ? 1 : size >= 9.9995 ? 2 : 3;
  return join(fixed(value, decimals), " ", prefix, unit);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

}  // namespace

std::string engineering(double value, std::string_view unit) {
  const double size = std::abs(value);
  if (size == 0.0 || !std::isfinite(size)) return join(value, " ", unit);
  const Prefix* best = nullptr;
  for (const Prefix& prefix : prefixes) {
    // 999.95 of one prefix would round to 1000: it is 1.000 of the next.
    if (size >= 0.99995 * prefix.factor) best = &prefix;
  }
  if (best == nullptr || size >= 1e13) return join(value, " ", unit);
  return four_digits(value / best->factor, best->symbol, unit);
}

std::optional<double> parse_quantity(std::string_view text, std::string_view unit) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || !std::isfinite(value)) return std::nullopt;
  std::string_view rest = trimmed(text.substr(static_cast<std::size_t>(end.ptr - text.data())));
  if (rest.empty()) return value;
  for (const Prefix& prefix : prefixes) {
    if (rest.size() != prefix.symbol.size() + unit.size()) continue;
    if (!rest.starts_with(prefix.symbol) || !rest.ends_with(unit)) continue;
    const double scaled = value * prefix.factor;
    if (!std::isfinite(scaled)) return std::nullopt;
    return scaled;
  }
  return std::nullopt;
}

}  // namespace sunfleck
