#include <array>
#include <nlohmann/json.hpp>

#include "app/power_simulation.h"
#include "app/table.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

// Where energy goes, in the order of its way.
struct LedgerLine {
  const char* plane;
  const char* text;
  const char* key;
  Joules PowerLedger::*value;
};

constexpr std::array came_in{
    LedgerLine{"source", "harvested", "harvested_joules", &PowerLedger::harvested},
    LedgerLine{
        "storage", "in the capacitor at the start", "stored_at_start_joules",
        &PowerLedger::stored_at_start}};
constexpr std::array went_to{
    LedgerLine{
        "source", "lost in rectifier and converter", "input_loss_joules", &PowerLedger::input_loss},
    LedgerLine{"storage", "refused by the full capacitor", "clamped_joules", &PowerLedger::clamped},
    LedgerLine{"storage", "leaked in the capacitor", "leaked_joules", &PowerLedger::leaked},
    LedgerLine{
        "storage", "lost in its series resistance", "esr_loss_joules", &PowerLedger::esr_loss},
    LedgerLine{"storage", "in the capacitor at the end", "stored_joules", &PowerLedger::stored},
    LedgerLine{"rail", "lost in the regulator", "output_loss_joules", &PowerLedger::output_loss},
    LedgerLine{"rail", "used by the load", "delivered_joules", &PowerLedger::delivered}};

std::string percent(double share) { return fixed(100.0 * share, 1) + " %"; }

// A share of a whole; what is there but rounds to nothing is not shown as nothing.
std::string share_text(Joules part, Joules whole) {
  if (!(whole > Joules{})) return "-";
  const double share = part / whole;
  if (share > 0.0 && share < 0.0005) return "<0.1 %";
  return percent(share);
}

std::string ledger_text(const PowerLedger& ledger) {
  const Joules whole = ledger.harvested + ledger.stored_at_start;
  std::vector<std::vector<std::string>> rows;
  for (const LedgerLine& line : came_in)
    rows.push_back(
        {line.plane, line.text, engineering(ledger.*line.value),
         share_text(ledger.*line.value, whole)});
  rows.push_back({"", "", "", ""});
  for (const LedgerLine& line : went_to)
    if (ledger.*line.value != Joules{})
      rows.push_back(
          {line.plane, line.text, engineering(ledger.*line.value),
           share_text(ledger.*line.value, whole)});
  return table_text({{"plane", Align::left}, {"energy", Align::left}, {"amount"}, {"share"}}, rows);
}

std::string lengths_text(const LengthDistribution& lengths) {
  if (lengths.count() == 0) return "none that began and ended in it";
  const auto at = [&lengths](double share) {
    return engineering(to_seconds(lengths.quantile(share)));
  };
  return join(
      lengths.count(), ", median ", at(0.5), ", 10 % to 90 %: ", at(0.1), " to ", at(0.9),
      ", longest ", engineering(to_seconds(lengths.longest())));
}

json lengths_json(const LengthDistribution& lengths) {
  json object{{"count", lengths.count()}};
  if (lengths.count() == 0) return object;
  object["mean_seconds"] = lengths.mean().si;
  object["shortest_seconds"] = to_seconds(lengths.shortest()).si;
  object["longest_seconds"] = to_seconds(lengths.longest()).si;
  for (const auto& [key, share] :
       {std::pair{"p10_seconds", 0.1}, std::pair{"median_seconds", 0.5},
        std::pair{"p90_seconds", 0.9}})
    object[key] = to_seconds(lengths.quantile(share)).si;
  return object;
}

std::string result_text(const SimulationResult& result) {
  const Seconds duration = to_seconds(result.duration);
  const auto duty = [duration](RunTime time) {
    return percent(duration > Seconds{} ? to_seconds(time) / duration : 0.0);
  };
  return join(
      "  ended          after ", engineering(duration), result.stopped ? ", stopped by hand" : "",
      result.passes > 1 ? join(", profile played ", result.passes, " times") : "",
      "\n  rail on        ", duty(result.rail_on), " of the time, ", result.power_cycles,
      " power cycles\n  power good     ", duty(result.power_good),
      " of the time\n  first on       ",
      result.first_on ? engineering(to_seconds(*result.first_on)) : "never", "\n  power cycles   ",
      lengths_text(result.on_times), "\n  outages        ", lengths_text(result.outages),
      "\n  capacitor      ", engineering(result.lowest_storage), " to ",
      engineering(result.highest_storage), ", mean ", engineering(result.mean_storage), ", ",
      engineering(result.last_storage), " at the end\n\n", ledger_text(result.ledger));
}

json result_json(const SimulationResult& result) {
  const Seconds duration = to_seconds(result.duration);
  const auto share = [duration](RunTime time) {
    return duration > Seconds{} ? to_seconds(time) / duration : 0.0;
  };
  json ledger;
  for (const LedgerLine& line : came_in)
    ledger[line.key] = (result.ledger.*line.value).si;
  for (const LedgerLine& line : went_to)
    ledger[line.key] = (result.ledger.*line.value).si;
  ledger["unbalanced_joules"] = result.ledger.unbalanced().si;
  return {
      {"duration_seconds", duration.si},
      {"stopped", result.stopped},
      {"passes", result.passes},
      {"rail_on_share", share(result.rail_on)},
      {"power_good_share", share(result.power_good)},
      {"power_cycles", result.power_cycles},
      {"first_on_seconds", result.first_on ? json(to_seconds(*result.first_on).si) : json()},
      {"on_times", lengths_json(result.on_times)},
      {"outages", lengths_json(result.outages)},
      {"storage_lowest_volts", result.lowest_storage.si},
      {"storage_highest_volts", result.highest_storage.si},
      {"storage_mean_volts", result.mean_storage.si},
      {"storage_last_volts", result.last_storage.si},
      {"ledger", ledger}};
}

std::string shepherd_text(const ShepherdResult& result) {
  return join(
      "  ended          after ", engineering(to_seconds(result.duration)),
      result.stopped ? ", stopped by hand" : "", "\n  power good     ",
      percent(result.power_good_share), " of the time\n\n  into the capacitor    ",
      engineering(result.into_storage), "\n  out of the capacitor  ",
      engineering(result.out_of_storage), "\n  used by the load      ",
      engineering(result.delivered), "\n");
}

}  // namespace

std::string to_text(const PowerReport& report) {
  std::string text = join(report.path, " on ", report.profile, "\n  ", report.load);
  if (report.capacitance > Farads{})
    text += join(", ", engineering(report.capacitance), " of storage");
  text += "\n\n";
  if (report.result) text += result_text(*report.result);
  if (report.shepherd) text += shepherd_text(*report.shepherd);
  text += "\n";
  for (const std::string& sentence : report.assumptions)
    text += join("  ", sentence, "\n");
  return text;
}

json to_json(const PowerReport& report) {
  json object{
      {"profile", report.profile},
      {"path", report.path},
      {"capacitance_farads", report.capacitance.si},
      {"load", report.load},
      {"assumptions", report.assumptions}};
  if (report.result) object.update(result_json(*report.result));
  if (report.shepherd)
    object["shepherd"] = {
        {"duration_seconds", to_seconds(report.shepherd->duration).si},
        {"stopped", report.shepherd->stopped},
        {"power_good_share", report.shepherd->power_good_share},
        {"into_storage_joules", report.shepherd->into_storage.si},
        {"out_of_storage_joules", report.shepherd->out_of_storage.si},
        {"delivered_joules", report.shepherd->delivered.si}};
  return object;
}

}  // namespace sunfleck::app
