#include "app/report/run_document.h"

#include <algorithm>
#include <array>

#include "app/report/quantities.h"
#include "app/report/run_figures.h"
#include "app/report/run_tables.h"
#include "app/sha256.h"
#include "app/version.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

std::string counted(std::uint64_t number, const char* one, const char* many) {
  return join(number, " ", number == 1 ? one : many);
}

// A file's name, of a path or a name.
std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string title_of(const RunReport& report) {
  std::string played = report.network;
  if (played.empty()) played = report.name;
  if (report.profile.empty()) return join("Run ", report.id, ": ", base_name(played));
  return join("Run ", report.id, ": ", base_name(played), " on ", base_name(report.profile));
}

// With spaces at which no line is broken.
std::string tied(std::string_view text) {
  std::string unbroken;
  for (const char letter : text)
    unbroken += letter == ' ' ? std::string("\u00a0") : std::string(1, letter);
  return unbroken;
}

// "47 µF, on at 3 V, off at 2.4 V, tile commits. "
std::string bench_words(const RunReport& report) {
  struct Word {
    const char* key;
    const char* before;
    const char* unit;
  };
  constexpr std::array quantities{
      Word{"capacitance_farads", "", "F"}, Word{"on_threshold_volts", "turn-on ", "V"},
      Word{"off_threshold_volts", "brown-out ", "V"}};
  std::string text;
  for (const Word& word : quantities) {
    const auto found = report.plan.find(word.key);
    if (found != report.plan.end() && found->is_number())
      text += join(
          text.empty() ? "" : ", ", word.before,
          tied(quantity_text(found->get<double>(), word.unit)));
  }
  const auto strategy = report.plan.find("strategy");
  if (strategy != report.plan.end() && strategy->is_string())
    text += join(text.empty() ? "" : ", ", "strategy ", strategy->get<std::string>());
  return text.empty() ? text : text + ". ";
}

std::string summary_of(const RunReport& report) {
  std::string text = join(
      bench_words(report), counted(report.inferences, "inference", "inferences"), " in ",
      tied(quantity_text(report.duration.si, "s")), " with ",
      counted(report.outages, "power failure", "power failures"));
  const Joules lost = energy_of(report, Activity::re_execution);
  if (report.rail_energy.si > 0.0)
    text += join(
        "; ", tied(percentage(lost.si, report.rail_energy.si).text),
        " of the energy was spent on re-execution");
  return text + ".";
}

void add(Section& to, std::optional<Figure> figure) {
  if (figure) to.blocks.emplace_back(std::move(*figure));
}

Section findings_section(const RunReport& report) {
  Section section{.heading = "Findings", .blocks = {}};
  for (const std::string& finding : report.findings) {
    std::string sentence = finding;
    if (!sentence.empty() && sentence.back() != '.') sentence += '.';
    section.blocks.emplace_back(Paragraph{std::move(sentence)});
  }
  return section;
}

Section timeline_section(const RunReport& report, const RunDetail& detail) {
  Section section{.heading = "Timeline", .blocks = {}};
  auto whole = timeline_figure(report, detail, detail.whole, "timeline");
  if (whole)
    whole->caption =
        "The whole run. A layer's span has its checkpoints in it. Bands reach from the lowest to "
        "the highest sample. Spans that are thinner "
        "than the line are drawn together, fainter where they fill less of it.";
  add(section, std::move(whole));
  if (!detail.close) return section;
  auto close = timeline_figure(report, detail, *detail.close, "timeline_close");
  if (close)
    close->caption =
        "A closer look at four power cycles. Numbers are those of layers; what stands under "
        "Re-executed was lost with the power at its end and done again.";
  add(section, std::move(close));
  return section;
}

Section layer_section(const RunReport& report) {
  Section section{.heading = "Energy per layer", .blocks = {}};
  if (report.layers.empty()) return section;
  add(section, layer_figure(report));
  section.blocks.emplace_back(layer_table(report));
  return section;
}

Section activity_section(const RunReport& report, const RunDetail& detail) {
  Section section{.heading = "Where time and energy went", .blocks = {}};
  if (!report.activities.empty()) section.blocks.emplace_back(activity_table(report));
  add(section, inference_figure(detail));
  add(section, power_cycle_figure(detail));
  const bool has_marks =
      std::ranges::any_of(report.marks, [](const MarkRow& row) { return row.count.begun > 0; });
  if (has_marks) section.blocks.emplace_back(mark_table(report));
  return section;
}

Section outage_section(const RunDetail& detail) {
  Section section{.heading = "Outages", .blocks = {}};
  const std::vector<Seconds> lengths = outage_lengths(detail.power_cycles);
  if (lengths.empty()) return section;
  add(section, outage_figure(lengths));
  section.blocks.emplace_back(outage_facts(lengths));
  return section;
}

Section supply_section(const RunReport& report) {
  Section section{.heading = "Power path", .blocks = {}};
  if (report.ledger) section.blocks.emplace_back(ledger_table(*report.ledger));
  return section;
}

Section method_section(const RunReport& report, const RunDetail& detail) {
  Section section{.heading = "Method and assumptions", .blocks = {}};
  section.blocks.emplace_back(Paragraph{join(
      "Energy is voltage times current at the board's rail, summed over the meter's samples, one "
      "every ",
      quantity_text(to_seconds(detail.sample_period).si, "s"),
      ", and split where one activity ends and the next begins. When that was, the board's records "
      "and the edges of the rail and the mark pins say, put on the meter's clock. Each joule is in "
      "exactly one activity, and the activities sum to the total. Compute is work that was kept; "
      "work that a power failure destroyed is re-execution.")});
  section.blocks.emplace_back(Paragraph{
      "Uncertainties are one standard deviation unless 95 % is said. They hold the error of the "
      "board's clock at the edges and the noise of the meter's samples; they do not hold an error "
      "of the meter's calibration."});
  DocumentTable assumptions = assumption_table(report);
  if (!assumptions.rows.empty()) section.blocks.emplace_back(std::move(assumptions));
  return section;
}

Section identity_section(const RunReport& report) {
  Section section{.heading = "Identity and settings", .blocks = {}};
  section.blocks.emplace_back(identity_facts(report));
  DocumentTable settings = settings_table(report);
  if (!settings.rows.empty()) section.blocks.emplace_back(std::move(settings));
  return section;
}

// What the run is repeated from, in short.
std::string footer_of(const RunReport& report) {
  constexpr std::size_t digits = 8;
  const std::string plan =
      report.plan.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const std::string hash =
      sha256({reinterpret_cast<const std::uint8_t*>(plan.data()), plan.size()});
  return join(
      "sunfleck ", program_version, " \u00b7 run ", report.id, " \u00b7 plan ",
      hash.substr(0, digits), " \u00b7 firmware ", report.firmware_sha256.substr(0, digits),
      " \u00b7 seed ", report.seed, " \u00b7 ", report.started_at);
}

}  // namespace

Document run_document(const RunReport& report, const RunDetail& detail) {
  Document document{
      .title = title_of(report),
      .summary = summary_of(report),
      .sections = {},
      .footer = footer_of(report),
      .data = to_json(report)};
  document.sections.push_back({.heading = {}, .blocks = {headline_facts(report)}});
  Section results{.heading = "Result", .blocks = {result_facts(report, detail)}};
  Section clocks{.heading = "Clock and records", .blocks = {clock_facts(report, detail)}};
  for (Section& section : std::array{
           findings_section(report), timeline_section(report, detail), layer_section(report),
           activity_section(report, detail), outage_section(detail), supply_section(report),
           std::move(results), std::move(clocks), method_section(report, detail),
           identity_section(report)})
    if (!section.blocks.empty()) document.sections.push_back(std::move(section));
  return document;
}

}  // namespace sunfleck::app
