#include "app/crash_state.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/files.h"
#include "core/check/failure_schedule.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

constexpr std::size_t largest_state = std::size_t{256} << 20;  // bytes
constexpr const char* format = "sunfleck crash check 1";

json to_json(const CrashFinding& finding) {
  return {{"schedule", to_text(finding.schedule)}, {"what", finding.what}};
}

CrashFinding finding_from(const json& from) {
  // A schedule that cannot be read gives an exception as every other member does.
  auto schedule = parse_schedule(from.at("schedule").get<std::string>());
  if (!schedule) throw json::other_error::create(600, schedule.error().text, &from);
  return {.schedule = *std::move(schedule), .what = from.at("what").get<std::string>()};
}

CrashTally tally_from(const json& from) {
  CrashTally tally;
  const json& injections = from.at("injections");
  for (std::size_t i = 0; i < injection_names.size(); ++i)
    tally.injections[i] = injections.value(std::string(injection_names[i]), std::uint64_t{0});
  tally.failures = from.at("power_failures").get<std::uint64_t>();
  tally.wrong = from.at("wrong").get<std::uint64_t>();
  for (const json& finding : from.at("findings"))
    tally.findings.push_back(finding_from(finding));
  for (const json& hazard : from.at("hazards"))
    tally.hazards.push_back(
        {.region = hazard.at("region").get<std::string>(),
         .offset = hazard.at("offset").get<std::uint32_t>(),
         .bytes = hazard.at("bytes").get<std::uint32_t>()});
  return tally;
}

json to_json(const MutantResult& mutant) {
  return {
      {"defect", mutant.defect},     {"caught", mutant.caught}, {"network", mutant.network},
      {"strategy", mutant.strategy}, {"by", mutant.how.by},     {"finding", to_json(mutant.how.finding)}};
}

MutantResult mutant_from(const json& from) {
  return {
      .defect = from.at("defect").get<std::size_t>(),
      .caught = from.at("caught").get<bool>(),
      .network = from.at("network").get<std::string>(),
      .strategy = from.at("strategy").get<std::string>(),
      .how = {.by = from.at("by").get<std::string>(), .finding = finding_from(from.at("finding"))}};
}

// Takes the members of `from` that `state`, a fresh one of the same check, has room for.
void take(const json& from, CrashState& state) {
  for (const json& unit : from.at("done"))
    state.done.at(unit.get<std::size_t>()) = true;
  for (std::size_t i = 0; i < state.boards.size(); ++i)
    state.boards[i] = tally_from(from.at("boards").at(i));
  for (const json& mutant : from.at("mutants"))
    state.mutants.push_back(mutant_from(mutant));
  state.seconds = from.at("seconds").get<double>();
}

}  // namespace

json to_json(const CrashTally& tally) {
  json injections = json::object();
  for (std::size_t i = 0; i < injection_names.size(); ++i)
    injections[std::string(injection_names[i])] = tally.injections[i];
  json findings = json::array();
  for (const CrashFinding& finding : tally.findings)
    findings.push_back(to_json(finding));
  json hazards = json::array();
  for (const Hazard& hazard : tally.hazards)
    hazards.push_back(
        {{"region", hazard.region}, {"offset", hazard.offset}, {"bytes", hazard.bytes}});
  return {
      {"injections", injections},
      {"power_failures", tally.failures},
      {"wrong", tally.wrong},
      {"findings", findings},
      {"hazards", hazards}};
}

Status write_state(const std::string& path, const CrashState& state) {
  json done = json::array();
  for (std::size_t i = 0; i < state.done.size(); ++i)
    if (state.done[i]) done.push_back(i);
  json boards = json::array();
  for (const CrashTally& tally : state.boards)
    boards.push_back(to_json(tally));
  json mutants = json::array();
  for (const MutantResult& mutant : state.mutants)
    mutants.push_back(to_json(mutant));
  const json all{
      {"format", format}, {"check", state.check},   {"done", done},
      {"boards", boards}, {"mutants", mutants},     {"seconds", state.seconds}};
  return write_file(path, all.dump() + "\n");
}

Result<CrashState> read_state(const std::string& path, const CrashState& fresh) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return fresh;
  const std::vector<std::uint8_t> bytes = TRY(read_file(path, largest_state));
  CrashState state = fresh;
  try {
    const json from = json::parse(bytes);
    if (from.value("format", "") != format)
      return fail(Errc::invalid_argument, path, ": this is no state of a crash check");
    if (from.at("check").get<std::string>() != fresh.check)
      return fail(
          Errc::invalid_argument, path,
          ": the state is of a check of something else, or with other amounts");
    take(from, state);
  } catch (const std::exception& error) {
    return fail(Errc::invalid_argument, path, ": ", error.what());
  }
  return state;
}

}  // namespace sunfleck::app
