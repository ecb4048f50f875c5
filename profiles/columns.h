#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "profiles/text_lines.h"

namespace sunfleck {

// The fields of a line, without blanks around them and without quotes.
class Fields {
 public:
  //   separator   a blank: runs of blanks and tabs; else that character
  Fields(std::string_view line, char separator);
  // The next field; nothing behind the last.
  std::optional<std::string_view> next();

 private:
  std::string_view rest_;
  char separator_;
  bool ended_;
};

// What a column holds.
enum class Measured { something_else, time, voltage, current, power };

// A column's heading: "Time [s]", "V [mV]", "Current (uA)", "time_s", "V_IN", "power/mW". The unit
// decides what the column holds; without one its name does, and the unit is the SI's.
struct Heading {
  std::string_view text;
  Measured what = Measured::something_else;
  int exponent = 0;  // the number times 10^exponent is in SI units
};

Heading read_heading(std::string_view text);

// A table of numbers with a line of headings, by commas, semicolons or tabs. Numbers behind
// semicolons and tabs may have a decimal comma.
struct Table {
  char separator = ',';
  std::vector<Heading> headings;

  bool has_decimal_comma() const { return separator != ','; }
  // Whether the headings are more than numbers.
  bool has_names() const;
  // The column that holds this: the first that names an input or a harvester, or else the first. A
  // time is taken from the first column, or from one that is named so.
  std::optional<std::size_t> column(Measured what) const;
};

inline constexpr std::size_t most_columns = 256;

// The headings in the first line that has data; `lines` is behind it then.
// Fails when there is none, or for more than most_columns.
Result<Table> read_headings(TextLines& lines);

// The fields of some columns of a line, in the order that `columns` has.
//
//   columns   [n], each below the number of headings
//   fields    [n], where they come
//   fails     when the line has no such column
Status pick_fields(
    const TextLines& lines, std::string_view line, char separator,
    const std::vector<std::size_t>& columns, std::vector<std::string_view>& fields);

}  // namespace sunfleck
