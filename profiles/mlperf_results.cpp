#include "profiles/mlperf_results.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "profiles/columns.h"

namespace sunfleck {
namespace {

constexpr std::array<std::string_view, 4> networks{"ad", "ic", "kws", "vww"};
constexpr std::size_t most_boards = 100'000;

enum Column : std::size_t { round, division, org, system, bench, mode, energy, rate, column_count };
constexpr std::array<std::string_view, column_count> names{
    "round", "division", "org", "system", "bench", "mode", "median_uJ_per_inf", "median_inf_per_s"};

Result<std::vector<std::size_t>> find_columns(TextLines& lines) {
  const std::optional<std::string_view> heading = lines.next_with_data();
  if (!heading) return lines.wrong("a line of headings was wanted");
  std::vector<std::string_view> headings;
  Fields fields(*heading, ',');
  while (const std::optional<std::string_view> field = fields.next()) {
    if (headings.size() == most_columns) return lines.wrong("more than ", most_columns, " columns");
    headings.push_back(*field);
  }
  std::vector<std::size_t> columns;
  for (const std::string_view name : names) {
    const auto found = std::ranges::find(headings, name);
    if (found == headings.end()) return lines.wrong("a column '", name, "' was wanted");
    columns.push_back(static_cast<std::size_t>(found - headings.begin()));
  }
  return columns;
}

Result<double> positive(const TextLines& lines, std::string_view field) {
  const double value = TRY(lines.number_in(field));
  if (value > 0.0) return value;
  return lines.wrong("a number above 0 was wanted, not '", shown(field), "'");
}

Status take_row(
    const TextLines& lines, const std::vector<std::string_view>& fields,
    std::map<std::string, MeasuredSet>& boards) {
  const auto network = std::ranges::find(networks, fields[bench]);
  if (fields[mode] != "energy" || network == networks.end()) return ok;
  const std::string name =
      join(fields[round], " ", fields[division], " ", fields[org], " ", fields[system]);
  const auto [board, is_new] = boards.try_emplace(name);
  if (is_new && boards.size() > most_boards) return lines.wrong("too many boards");
  if (is_new)
    board->second = {
        .name = name,
        .time = std::vector<Seconds>(networks.size()),
        .energy = std::vector<Joules>(networks.size())};
  const auto index = static_cast<std::size_t>(network - networks.begin());
  if (board->second.energy[index].si > 0.0)
    return lines.wrong("'", shown(fields[bench]), "' is there a second time for ", shown(name, 80));
  board->second.energy[index] = {1e-6 * TRY(positive(lines, fields[energy]))};
  board->second.time[index] = {1.0 / TRY(positive(lines, fields[rate]))};
  return ok;
}

}  // namespace

std::vector<std::uint64_t> mlperf_macs() { return {264'192, 12'501'632, 2'656'768, 7'489'664}; }

Result<MlperfResults> read_mlperf_results(std::string_view text, std::string_view where) {
  TextLines lines(text, where);
  const std::vector<std::size_t> columns = TRY(find_columns(lines));
  std::map<std::string, MeasuredSet> boards;
  std::vector<std::string_view> fields;
  while (const std::optional<std::string_view> line = lines.next_with_data()) {
    TRY(pick_fields(lines, *line, ',', columns, fields));
    TRY(take_row(lines, fields, boards));
  }
  MlperfResults results;
  for (auto& [name, board] : boards) {
    const bool is_complete =
        std::ranges::all_of(board.energy, [](Joules energy) { return energy.si > 0.0; });
    if (is_complete)
      results.sets.push_back(std::move(board));
    else
      ++results.incomplete;
  }
  if (results.sets.size() < 2)
    return fail(
        Errc::invalid_argument, where,
        ": two boards with all of ad, ic, kws and vww were wanted, got ", results.sets.size());
  return results;
}

}  // namespace sunfleck
