#include "app/crash_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/crash_state.h"
#include "app/table.h"
#include "core/base/text.h"
#include "core/check/failure_schedule.h"
#include "drivers/host_board/host_subject.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

CrashTally sum_of(const CrashCheckResult& result) {
  CrashTally sum;
  for (const CrashBoardResult& board : result.boards)
    add(sum, board.tally);
  return sum;
}

std::uint64_t caught(const CrashCheckResult& result) {
  return static_cast<std::uint64_t>(std::ranges::count_if(result.mutants, &MutantResult::caught));
}

json board_json(const CrashBoardResult& board) {
  json all = to_json(board.tally);
  all["network"] = board.network;
  all["strategy"] = board.strategy;
  all["board"] = board.kind;
  all["writes"] = board.writes;
  all["sites"] = board.sites;
  return all;
}

json mutant_json(const MutantResult& mutant) {
  json all{{"name", seeded_defects()[mutant.defect].name}, {"caught", mutant.caught}};
  if (!mutant.caught) return all;
  all["network"] = mutant.network;
  all["strategy"] = mutant.strategy;
  all["by"] = mutant.how.by;
  all["schedule"] = to_text(mutant.how.finding.schedule);
  all["what"] = mutant.how.finding.what;
  return all;
}

std::vector<std::string> board_row(
    const std::string& network, const std::string& strategy, std::uint64_t sites,
    const CrashTally& tally) {
  std::vector<std::string> row{network, strategy, join(sites)};
  for (const std::uint64_t count : tally.injections)
    row.push_back(join(count));
  row.push_back(join(tally.failures));
  row.push_back(join(tally.wrong));
  row.push_back(join(tally.hazards.size()));
  return row;
}

std::string boards_text(const CrashCheckResult& result) {
  std::vector<TableColumn> columns{{"network", Align::left}, {"strategy", Align::left}, {"sites"}};
  for (const std::string_view name : injection_names)
    columns.push_back({std::string(name)});
  for (const char* name : {"power failures", "wrong", "hazards"})
    columns.push_back({name});
  std::vector<std::vector<std::string>> rows;
  std::uint64_t sites = 0;
  for (const CrashBoardResult& board : result.boards) {
    rows.push_back(board_row(board.network, board.strategy, board.sites, board.tally));
    sites += board.sites;
  }
  rows.push_back(board_row("total", "", sites, sum_of(result)));
  return table_text(columns, rows);
}

std::string mutants_text(const CrashCheckResult& result) {
  std::vector<std::vector<std::string>> rows;
  for (const MutantResult& mutant : result.mutants) {
    std::string how = "NOT CAUGHT";
    if (mutant.caught) {
      const std::string schedule = to_text(mutant.how.finding.schedule);
      how = join(
          mutant.network, ", ", mutant.strategy, ", ", mutant.how.by, ": ",
          schedule.empty() ? "no failure" : schedule, ": ", mutant.how.finding.what);
    }
    rows.push_back({std::string(seeded_defects()[mutant.defect].name), how});
  }
  return table_text({{"defect", Align::left}, {"caught by", Align::left}}, rows);
}

std::string findings_text(const CrashCheckResult& result) {
  std::string text;
  for (const CrashBoardResult& board : result.boards) {
    for (const CrashFinding& finding : board.tally.findings)
      text += join(
          "  ", board.network, ", ", board.strategy, ": ", finding.what, "\n    --reproduce \"",
          to_text(finding.schedule), "\"\n");
    for (const Hazard& hazard : board.tally.hazards)
      text += join(
          "  ", board.network, ", ", board.strategy, ": ", hazard.region, ": ", hazard.bytes,
          " bytes from ", hazard.offset, " on are read and then written between two commits\n");
  }
  for (const std::string& disagreement : result.disagreements)
    text += "  " + disagreement + "\n";
  return text.empty() ? text : "\nwrong:\n" + text;
}

std::string bound_text(const CrashTally& sum) {
  const std::uint64_t runs = total_injections(sum);
  if (sum.wrong > 0) return join(sum.wrong, " of ", runs, " runs wrong");
  return join(
      "0 of ", runs, " runs wrong; fewer than ", rule_of_three(runs),
      " of all such runs are, with 95 % confidence");
}

}  // namespace

json to_json(const CrashCheckResult& result) {
  const CrashTally sum = sum_of(result);
  json boards = json::array();
  for (const CrashBoardResult& board : result.boards)
    boards.push_back(board_json(board));
  json mutants = json::array();
  for (const MutantResult& mutant : result.mutants)
    mutants.push_back(mutant_json(mutant));
  json all{
      {"complete", result.complete},
      {"clean", is_clean(result)},
      {"seconds", result.seconds},
      {"runs", total_injections(sum)},
      {"total", to_json(sum)},
      {"boards", boards},
      {"mutants", mutants},
      {"mutants_caught", caught(result)},
      {"disagreements", result.disagreements}};
  if (sum.wrong == 0) all["upper_bound_95"] = rule_of_three(total_injections(sum));
  return all;
}

std::string to_text(const CrashCheckResult& result) {
  std::string text = boards_text(result);
  if (!result.mutants.empty())
    text += join(
        "\nmutants: ", caught(result), " of ", result.mutants.size(), " caught\n\n",
        mutants_text(result));
  text += findings_text(result);
  text += join("\n", bound_text(sum_of(result)), "\n", fixed(result.seconds, 1), " s of wall time");
  return text + (result.complete ? "\n" : ", not complete\n");
}

}  // namespace sunfleck::app
