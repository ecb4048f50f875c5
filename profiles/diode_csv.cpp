#include "profiles/diode_csv.h"

#include <array>

#include "profiles/columns.h"
#include "profiles/readings.h"

namespace sunfleck {
namespace {

constexpr std::array<std::string_view, 4> headings{"time_s", "a_Isc_A", "b_Is_A", "c_per_V"};

// The columns of a table with our headings, in their order; nothing for another table.
std::optional<std::vector<std::size_t>> find_columns(const Table& table) {
  std::vector<std::size_t> columns;
  for (const std::string_view wanted : headings) {
    std::size_t at = 0;
    while (at < table.headings.size() && table.headings[at].text != wanted)
      ++at;
    if (at == table.headings.size()) return std::nullopt;
    columns.push_back(at);
  }
  return columns;
}

}  // namespace

bool is_diode_csv(std::string_view text) {
  TextLines lines(text, "");
  const auto table = read_headings(lines);
  return table && find_columns(*table);
}

Result<HarvestProfile> read_diode_csv(std::string_view text, std::string_view where) {
  TextLines lines(text, where);
  const Table table = TRY(read_headings(lines));
  const auto columns = find_columns(table);
  if (!columns) return lines.wrong("the headings time_s, a_Isc_A, b_Is_A, c_per_V were wanted");
  Readings readings(3);
  std::vector<std::string_view> fields;
  while (const auto line = lines.next_with_data()) {
    TRY(pick_fields(lines, *line, table.separator, *columns, fields));
    const bool comma = table.has_decimal_comma();
    const RunTime time = TRY(lines.time_in(fields[0], 0, comma));
    const double a = TRY(lines.number_in(fields[1], comma));
    const double b = TRY(lines.number_in(fields[2], comma));
    const double c = TRY(lines.number_in(fields[3], comma));
    if (b < 0.0 || c < 0.0)
      return lines.wrong("coefficients b and c of 0 or more were wanted, got ", b, " and ", c);
    TRY(readings.add(lines, time, std::array{a, b, c}));
  }
  const std::size_t below = TRY(take_offsets(readings, 0, 3, small_current, where));
  Gridded grid = TRY(gridded(readings, where));
  std::string origin = join(
      "solar cell by the coefficients of I = a - b (exp(c V) - 1), ", readings.size(),
      " samples at ", in_seconds(grid.period));
  if (below > 0) origin += join("; ", below, " short-circuit currents below 0 A taken as 0 A");
  origin += grid_note(grid);
  return HarvestProfile{
      .name = {},
      .format = {.kind = HarvestKind::diode, .period = grid.period},
      .samples = std::move(grid.samples),
      .origin = std::move(origin)};
}

}  // namespace sunfleck
