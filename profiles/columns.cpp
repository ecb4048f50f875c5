#include "profiles/columns.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sunfleck {
namespace {

struct UnitWord {
  std::string_view word;
  Measured what;
  int exponent;
};

constexpr std::array units{
    UnitWord{"s", Measured::time, 0},
    UnitWord{"sec", Measured::time, 0},
    UnitWord{"seconds", Measured::time, 0},
    UnitWord{"ms", Measured::time, -3},
    UnitWord{"us", Measured::time, -6},
    UnitWord{"\xC2\xB5s", Measured::time, -6},
    UnitWord{"\xCE\xBCs", Measured::time, -6},
    UnitWord{"ns", Measured::time, -9},
    UnitWord{"V", Measured::voltage, 0},
    UnitWord{"mV", Measured::voltage, -3},
    UnitWord{"uV", Measured::voltage, -6},
    UnitWord{"\xC2\xB5V", Measured::voltage, -6},
    UnitWord{"\xCE\xBCV", Measured::voltage, -6},
    UnitWord{"nV", Measured::voltage, -9},
    UnitWord{"A", Measured::current, 0},
    UnitWord{"mA", Measured::current, -3},
    UnitWord{"uA", Measured::current, -6},
    UnitWord{
        "\xC2\xB5"
        "A",
        Measured::current, -6},
    UnitWord{
        "\xCE\xBC"
        "A",
        Measured::current, -6},
    UnitWord{"nA", Measured::current, -9},
    UnitWord{"W", Measured::power, 0},
    UnitWord{"mW", Measured::power, -3},
    UnitWord{"uW", Measured::power, -6},
    UnitWord{"\xC2\xB5W", Measured::power, -6},
    UnitWord{"\xCE\xBCW", Measured::power, -6},
    UnitWord{"nW", Measured::power, -9},
    UnitWord{"pA", Measured::current, -12},
    UnitWord{"pW", Measured::power, -12},
    UnitWord{"kV", Measured::voltage, 3},
    UnitWord{"kW", Measured::power, 3},
    UnitWord{"min", Measured::something_else, 0},  // not one that is read
    UnitWord{"h", Measured::something_else, 0},
};

std::string lower(std::string_view text) {
  std::string result(text.substr(0, 64));
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

// Whatever its case ("current_ma"), but for the second: I_S is a short-circuit current.
const UnitWord* unit_called(std::string_view word) {
  const std::string wanted = lower(word);
  const auto* const found =
      std::ranges::find_if(units, [&](const UnitWord& unit) { return lower(unit.word) == wanted; });
  return found == units.end() || word == "S" ? nullptr : found;
}

struct NameWord {
  std::string_view word;
  bool is_beginning;  // "voltage at the panel", not "voltage" alone
  Measured what;
};

constexpr std::array names{
    NameWord{"time", true, Measured::time},     NameWord{"t", false, Measured::time},
    NameWord{"seconds", false, Measured::time}, NameWord{"sec", false, Measured::time},
    NameWord{"volt", true, Measured::voltage},  NameWord{"v", false, Measured::voltage},
    NameWord{"v_", true, Measured::voltage},    NameWord{"vin", true, Measured::voltage},
    NameWord{"u", false, Measured::voltage},    NameWord{"current", true, Measured::current},
    NameWord{"amp", true, Measured::current},   NameWord{"i", false, Measured::current},
    NameWord{"i_", true, Measured::current},    NameWord{"iin", true, Measured::current},
    NameWord{"power", true, Measured::power},   NameWord{"p", false, Measured::power},
    NameWord{"p_", true, Measured::power},      NameWord{"pin", true, Measured::power},
};

Measured by_name(std::string_view text) {
  const std::string name = lower(text);
  for (const NameWord& each : names)
    if (each.is_beginning ? name.starts_with(each.word) : name == each.word) return each.what;
  return Measured::something_else;
}

// The part of a heading that is a unit by its brackets, or nothing.
std::optional<std::string_view> bracketed_unit(std::string_view text) {
  const std::size_t open = text.find_last_of("[(");
  if (open == std::string_view::npos || !(text.ends_with(']') || text.ends_with(')')))
    return std::nullopt;
  return trimmed(text.substr(open + 1, text.size() - open - 2));
}

bool names_the_input(std::string_view heading) {
  constexpr std::array<std::string_view, 7> words{"v_in", "i_in",  "p_in", "vin",
                                                  "iin",  "input", "harv"};
  const std::string name = lower(heading);
  return std::ranges::any_of(
      words, [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

// "duration_s" is a time, but not a time stamp.
bool names_time(std::string_view heading) {
  const std::string name = lower(heading);
  return name.starts_with('t') || name.starts_with("sec") || name.find("time") != std::string::npos;
}

char separator_of(std::string_view line) {
  for (const char separator : {';', '\t'})
    if (line.find(separator) != std::string_view::npos) return separator;
  return ',';
}

bool is_number(std::string_view field) {
  std::string pointed(field.substr(0, 64));
  std::ranges::replace(pointed, ',', '.');
  return to_number(pointed).has_value();
}

}  // namespace

Fields::Fields(std::string_view line, char separator)
    : rest_(separator == ' ' ? trimmed(line) : line),
      separator_(separator),
      ended_(trimmed(line).empty()) {}

std::optional<std::string_view> Fields::next() {
  if (ended_) return std::nullopt;
  const std::size_t end = separator_ == ' ' ? rest_.find_first_of(" \t") : rest_.find(separator_);
  std::string_view field = trimmed(rest_.substr(0, end));
  ended_ = end == std::string_view::npos;
  rest_.remove_prefix(ended_ ? rest_.size() : end + 1);
  if (separator_ == ' ') rest_ = trimmed(rest_);
  if (field.size() >= 2 && field.starts_with('"') && field.ends_with('"'))
    field = trimmed(field.substr(1, field.size() - 2));
  return field;
}

Heading read_heading(std::string_view text) {
  Heading heading{.text = text};
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return heading;
  if (const std::optional<std::string_view> word = bracketed_unit(text)) {
    // A column in a unit that is not known is none of ours, whatever its name.
    if (const UnitWord* const unit = unit_called(*word))
      return {.text = text, .what = unit->what, .exponent = unit->exponent};
    return heading;
  }
  const std::size_t before = text.find_last_of("_/ ");
  const UnitWord* const unit =
      unit_called(before == std::string_view::npos ? text : text.substr(before + 1));
  if (unit != nullptr) return {.text = text, .what = unit->what, .exponent = unit->exponent};
  heading.what = by_name(text);
  return heading;
}

std::optional<std::size_t> Table::column(Measured what) const {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    if (headings[i].what != what) continue;
    if (what == Measured::time && i > 0 && !names_time(headings[i].text)) continue;
    if (what != Measured::time && names_the_input(headings[i].text)) return i;
    if (!first) first = i;
  }
  return first;
}

bool Table::has_names() const {
  return !std::ranges::all_of(
      headings, [](const Heading& heading) { return is_number(heading.text); });
}

Result<Table> read_headings(TextLines& lines) {
  const std::optional<std::string_view> line = lines.next_with_data();
  if (!line)
    return fail(Errc::invalid_argument, lines.where(), ": a line of headings was wanted, got none");
  Table table{.separator = separator_of(*line), .headings = {}};
  Fields fields(*line, table.separator);
  while (const auto field = fields.next()) {
    if (table.headings.size() == most_columns)
      return lines.wrong("a table has at most ", most_columns, " columns, and here are more");
    table.headings.push_back(read_heading(*field));
  }
  return table;
}

Status pick_fields(
    const TextLines& lines, std::string_view line, char separator,
    const std::vector<std::size_t>& columns, std::vector<std::string_view>& fields) {
  fields.assign(columns.size(), {});
  const std::size_t last = *std::ranges::max_element(columns);
  Fields all(line, separator);
  for (std::size_t at = 0; at <= last; ++at) {
    const std::optional<std::string_view> field = all.next();
    if (!field)
      return lines.wrong(
          "a line of ", last + 1, " or more columns was wanted, got '", shown(line), "'");
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i] == at) fields[i] = *field;
  }
  return ok;
}

}  // namespace sunfleck
