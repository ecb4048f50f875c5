#include "profiles/text_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace sunfleck {
namespace {

constexpr std::int64_t longest_time = 3'000'000'000'000'000'000;  // 95 years in nanoseconds

// More digits than a number has that somebody recorded.
constexpr std::size_t most_digits = 400;

constexpr std::array<std::int64_t, 10> powers_of_ten{
    1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t digits_value(std::string_view digits) {
  std::int64_t value = 0;
  for (const char digit : digits)
    value = value * 10 + (digit - '0');
  return value;
}

// A decimal number without exponent, times 10^shift, to the nearest whole one; nothing when it is
// written otherwise or beyond the longest time.
std::optional<std::int64_t> shifted_decimal(std::string_view text, std::size_t shift) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  const bool fits = whole.size() <= 18 || (whole.size() == 19 && whole.front() < '9');
  if (whole.empty() || !fits || !is_digits(whole) || !is_digits(fraction)) return std::nullopt;
  if (digits_value(whole) > longest_time / powers_of_ten[shift]) return std::nullopt;
  const bool rounds_up = fraction.size() > shift && fraction[shift] >= '5';
  fraction = fraction.substr(0, shift);
  const std::int64_t value = digits_value(whole) * powers_of_ten[shift] +
      digits_value(fraction) * powers_of_ten[shift - fraction.size()] + (rounds_up ? 1 : 0);
  return negative ? -value : value;
}

}  // namespace

TextLines::TextLines(std::string_view text, std::string_view where) : rest_(text), where_(where) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

std::optional<std::string_view> TextLines::next() {
  if (rest_.empty()) return std::nullopt;
  const std::size_t end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return line;
}

std::optional<std::string_view> TextLines::next_with_data() {
  while (const auto line = next()) {
    const std::string_view data = trimmed(*line);
    if (!data.empty() && !data.starts_with('#')) return data;
  }
  return std::nullopt;
}

Result<double> TextLines::number_in(std::string_view field, bool decimal_comma) const {
  std::optional<double> number = to_number(field);
  if (number && std::isfinite(*number)) return *number;
  if (field.size() > most_digits) return wrong("a number was wanted, got '", shown(field), "'");
  std::string pointed(field);
  std::ranges::replace(pointed, ',', '.');
  number = to_number(pointed);
  const bool has_comma = pointed != field;
  if (has_comma && decimal_comma && number && std::isfinite(*number)) return *number;
  if (has_comma && !decimal_comma && number)
    return wrong("'", shown(field), "' has a decimal comma; write '", shown(pointed), "'");
  return wrong("a number was wanted, got '", shown(field), "'");
}

Result<RunTime> TextLines::time_in(std::string_view field, int exponent, bool decimal_comma) const {
  const auto shift = static_cast<std::size_t>(9 + exponent);
  const std::size_t comma = decimal_comma ? field.find(',') : std::string_view::npos;
  std::string pointed(field.substr(0, most_digits + 1));
  if (comma < pointed.size()) pointed[comma] = '.';
  if (const std::optional<std::int64_t> exact = shifted_decimal(pointed, shift))
    return RunTime(*exact);
  const double time =
      TRY(number_in(field, decimal_comma)) * static_cast<double>(powers_of_ten[shift]);
  if (!(std::abs(time) <= static_cast<double>(longest_time)))
    return wrong("a time of at most 3e9 s was wanted, got '", shown(field), "'");
  return RunTime(std::llround(time));
}

std::string shown(std::string_view field, std::size_t most) {
  std::string text(field.substr(0, most));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  if (field.size() > most) text += "...";
  return text;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

}  // namespace sunfleck
