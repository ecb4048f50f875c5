#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/units.h"

namespace sunfleck {

constexpr std::string_view symbol(Volts) { return "V"; }
constexpr std::string_view symbol(Amperes) { return "A"; }
constexpr std::string_view symbol(Seconds) { return "s"; }
constexpr std::string_view symbol(Hertz) { return "Hz"; }
constexpr std::string_view symbol(Coulombs) { return "C"; }
constexpr std::string_view symbol(Watts) { return "W"; }
constexpr std::string_view symbol(Joules) { return "J"; }
constexpr std::string_view symbol(Farads) { return "F"; }
constexpr std::string_view symbol(Ohms) { return "Ohm"; }

// Text from parts, the same under every locale; a quantity brings its unit along.
inline void append(std::string& text, std::string_view part) { text += part; }
template <std::integral Integer>
void append(std::string& text, Integer number) {
  text += std::to_string(number);
}
inline void append(std::string& text, double number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text.append(digits.data(), end.ptr);
}
template <int V, int A, int S>
void append(std::string& text, Quantity<V, A, S> quantity) {
  append(text, quantity.si);
  text += ' ';
  text += symbol(quantity);
}

template <class... Parts>
std::string join(const Parts&... parts) {
  std::string text;
  (append(text, parts), ...);
  return text;
}

// "0x40011000".
inline std::string hex(std::uint64_t number) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return "0x" + std::string(digits.data(), end.ptr);
}

inline std::string fixed(double value, int decimals) {
  std::array<char, 400> digits;  // the longest double has 309 digits before its point
  const auto end = std::to_chars(
      digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, decimals);
  return {digits.data(), end.ptr};
}

inline std::optional<double> to_number(std::string_view text) {
  // Instruments answer "+3.300E+00", and std::from_chars refuses a leading plus.
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// A number with an SI prefix and four significant digits, for people: 0.0000472 and "F" give
// "47.20 uF". Zero and what lies outside pico to giga is printed without a prefix.
std::string engineering(double value, std::string_view unit);
template <int V, int A, int S>
std::string engineering(Quantity<V, A, S> quantity) {
  return engineering(quantity.si, symbol(quantity));
}

// The inverse for what people type: "47uF", "2.2 mF", "100 us" (or a bare number in SI units).
//
//   returns   the value in SI units, or nothing when the number is not finite, or when what
//             follows it is neither empty nor an SI prefix (p n u m k M G) and `unit`
std::optional<double> parse_quantity(std::string_view text, std::string_view unit);
template <class Unit>
std::optional<Unit> parse_quantity(std::string_view text) {
  const std::optional<double> value = parse_quantity(text, symbol(Unit{}));
  if (!value) return std::nullopt;
  return Unit{*value};
}

}  // namespace sunfleck
