#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sunfleck::app {

// A unit as an axis shows it: "mW", of which 0.001 W is one.
struct DisplayUnit {
  std::string symbol{};
  double size = 1.0;  // > 0, in the unit it comes from
};

// The unit in which numbers up to `largest` are easy to read: with an SI prefix, so that the
// largest is 1 to 1000; seconds beyond five minutes as minutes, beyond five hours as hours; ohms
// with their sign. No unit, and percent, stay as they are.
DisplayUnit display_unit(std::string_view unit, double largest);

// A quantity in words: "2 mA", "1.5 min", with four significant digits and no zeros at the end.
std::string quantity_text(double value, std::string_view unit);

struct Range {
  double from = 0.0;
  double to = 1.0;  // > from
};

// The smallest of 1, 2 and 5 times a power of ten that divides the range into at most `most` >= 1
// steps.
double tick_step(Range range, int most);

struct Tick {
  double at = 0.0;     // in the axis's unit
  std::string text{};  // in the display unit, with as many decimals as the step has
};

// The multiples of a step that lie in the range.
std::vector<Tick> ticks_in(Range range, const DisplayUnit& unit, int most);

// The range that begins and ends at a multiple of the step, and covers `range`.
Range rounded_out(Range range, const DisplayUnit& unit, int most);

}  // namespace sunfleck::app
