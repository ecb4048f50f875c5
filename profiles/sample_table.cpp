#include "profiles/sample_table.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "profiles/columns.h"
#include "profiles/iv_sweeps.h"
#include "profiles/readings.h"
#include "profiles/voltage_column.h"

namespace sunfleck {
namespace {

// Which columns of a table are read, and what they make.
struct Choice {
  std::optional<std::size_t> time;
  std::vector<std::size_t> values;  // voltage and current, power, or voltage
  HarvestKind kind = HarvestKind::operating_point;
  bool is_unnamed = false;  // the one column says neither quantity nor unit
};

bool is_efficiency(const Heading& heading) {
  return heading.text == "eta" || heading.text.starts_with("effic") ||
      heading.text.starts_with("Effic");
}

Result<Choice> choose(const Table& table, const TextLines& lines) {
  if (!table.has_names())
    return lines.wrong(
        "headings that name columns and units were wanted, such as 'time_s,voltage_V,current_A', "
        "got numbers: perhaps an efficiency curve");
  if (std::ranges::any_of(table.headings, &is_efficiency))
    return lines.wrong("this is a table of efficiencies, not a recording of a source");
  const auto voltage = table.column(Measured::voltage);
  const auto current = table.column(Measured::current);
  const auto power = table.column(Measured::power);
  Choice choice{.time = table.column(Measured::time), .values = {}};
  if (voltage && current) {
    choice.values = {*voltage, *current};
  } else if (power) {
    choice.values = {*power};
    choice.kind = HarvestKind::power;
  } else if (voltage) {
    choice.values = {*voltage};
    choice.kind = HarvestKind::voltage_into_load;
  } else if (choice.time && !current && table.headings.size() == 2) {
    choice.values = {1 - *choice.time};
    choice.kind = HarvestKind::voltage_into_load;
    choice.is_unnamed = true;
  } else {
    return lines.wrong(
        "columns of voltage and current, of power, or of voltage were wanted, and the headings "
        "name none");
  }
  return choice;
}

// The exponent of a column's times. Stamps that would be after the year 5138 in the unit of the
// heading are counted from 1970 in a smaller one.
int time_exponent(const Heading& heading, std::string_view first_stamp) {
  if (heading.exponent != 0) return heading.exponent;
  struct Row {
    double from;
    int exponent;
  };
  constexpr std::array<Row, 3> rows{{{1e17, -9}, {1e14, -6}, {1e11, -3}}};
  const double stamp = to_number(first_stamp).value_or(0.0);
  for (const Row& row : rows)
    if (stamp >= row.from) return row.exponent;
  return 0;
}

Result<Readings> read_rows(const Table& table, const Choice& choice, TextLines& lines) {
  std::vector<std::size_t> columns = choice.values;
  if (choice.time) columns.push_back(*choice.time);
  std::vector<double> divisors;
  for (const std::size_t column : choice.values)
    divisors.push_back(std::pow(10.0, -table.headings[column].exponent));
  const bool comma = table.has_decimal_comma();
  Readings readings(choice.values.size());
  std::vector<std::string_view> fields;
  std::vector<double> row(choice.values.size());
  std::optional<int> exponent;
  while (const auto line = lines.next_with_data()) {
    TRY(pick_fields(lines, *line, table.separator, columns, fields));
    RunTime time{};
    if (choice.time) {
      if (!exponent) exponent = time_exponent(table.headings[*choice.time], fields.back());
      time = TRY(lines.time_in(fields.back(), *exponent, comma));
    }
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i] = TRY(lines.number_in(fields[i], comma)) / divisors[i];
    if (choice.kind == HarvestKind::power && row[0] < 0.0)
      return lines.wrong("a power of 0 or more was wanted, got ", row[0], " W");
    TRY(readings.add(lines, time, row));
  }
  return readings;
}

Status refuse_digital_signal(
    const Table& table, const Choice& choice, const Readings& readings, std::string_view where) {
  for (std::size_t i = 0; i < readings.size(); ++i)
    if (readings.row(i)[0] != 0.0F && readings.row(i)[0] != 1.0F) return ok;
  return fail(
      Errc::invalid_argument, where, ": this is a digital signal, '",
      shown(table.headings[choice.values[0]].text), "' of 0 and 1, not a recording of a source");
}

// Numbers too small for an instrument are offsets; how many there were, for the origin.
Result<std::string> offset_note(Readings& readings, HarvestKind kind, std::string_view where) {
  std::string note;
  if (kind == HarvestKind::power) return note;
  const std::size_t voltages =
      TRY(take_offsets(readings, 0, readings.width(), small_voltage, where));
  if (voltages > 0) note += join("; ", voltages, " voltages below 0 V taken as 0 V");
  if (readings.width() == 1) return note;
  const std::size_t currents = TRY(take_offsets(readings, 1, 2, small_current, where));
  if (currents > 0) note += join("; ", currents, " currents below 0 A taken as 0 A");
  return note;
}

// The samples at a fixed period: that of the time stamps, or the one that was told.
Result<Gridded> on_grid(
    const Readings& readings, bool has_time, const ImportOptions& options, std::string_view where) {
  if (has_time) return gridded(readings, where);
  if (!options.period)
    return fail(
        Errc::invalid_argument, where,
        ": a table without a column of times needs to be told the period between its samples");
  TRY(check_duration(readings.size(), *options.period, where));
  Gridded grid{.period = *options.period, .samples = {}};
  for (std::size_t i = 0; i < readings.size(); ++i)
    grid.samples.insert(grid.samples.end(), readings.row(i).begin(), readings.row(i).end());
  return grid;
}

std::string names_of(const Table& table, const Choice& choice) {
  std::string names;
  for (const std::size_t column : choice.values)
    names += join(names.empty() ? "'" : " and '", shown(table.headings[column].text), "'");
  return names;
}

}  // namespace

bool is_sample_table(std::string_view text) {
  TextLines lines(text, "");
  const auto table = read_headings(lines);
  if (!table || table->headings.size() < 2) return false;
  if (!table->has_names()) return true;
  return std::ranges::any_of(table->headings, [](const Heading& heading) {
    return heading.what != Measured::something_else || is_efficiency(heading);
  });
}

Result<HarvestProfile> read_sample_table(
    std::string_view text, std::string_view where, const ImportOptions& options) {
  TextLines lines(text, where);
  const Table table = TRY(read_headings(lines));
  const Choice choice = TRY(choose(table, lines));
  Readings readings = TRY(read_rows(table, choice, lines));
  if (choice.is_unnamed) TRY(refuse_digital_signal(table, choice, readings, where));
  const std::string note = TRY(offset_note(readings, choice.kind, where));

  if (choice.kind == HarvestKind::operating_point && choice.time) {
    if (const auto sweeps = find_sweeps(readings)) {
      HarvestProfile curves = TRY(curves_of(readings, *sweeps, where));
      curves.origin += note;
      return curves;
    }
  }
  Gridded grid = TRY(on_grid(readings, choice.time.has_value(), options, where));
  HarvestFormat format{.kind = choice.kind, .resistance = {}, .period = grid.period};
  if (has_resistance(choice.kind))
    format = TRY(voltage_format(
        options, grid.period, where, join("a waveform of volts, ", names_of(table, choice), ",")));
  TRY(check(format));
  if (grid.samples.empty())
    return fail(Errc::invalid_argument, where, ": two samples or more were wanted, got 0");
  return HarvestProfile{
      .name = {},
      .format = format,
      .samples = std::move(grid.samples),
      .origin = join(
          "table, ", readings.size(), " samples of ", names_of(table, choice),
          choice.is_unnamed ? " taken as volts" : "", " at ", in_seconds(grid.period),
          grid_note(grid), note)};
}

}  // namespace sunfleck
