#include "app/comparison_document.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/version.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

struct ActivityColour {
  Activity activity;
  Colour colour;
  double strength;
};

// What the board is for in blue, what intermittence costs in warm colours, the rest quiet.
constexpr std::array colours{
    ActivityColour{Activity::compute, Colour::blue, 1.0},
    ActivityColour{Activity::checkpoint, Colour::orange, 1.0},
    ActivityColour{Activity::restore, Colour::orange, 0.5},
    ActivityColour{Activity::re_execution, Colour::red, 1.0},
    ActivityColour{Activity::boot, Colour::purple, 1.0},
    ActivityColour{Activity::telemetry, Colour::green, 1.0},
    ActivityColour{Activity::mark, Colour::sky, 1.0},
    ActivityColour{Activity::sleep, Colour::sky, 0.5},
    ActivityColour{Activity::unattributed, Colour::grey, 1.0}};

constexpr std::array group_colours{Colour::orange, Colour::blue, Colour::green,
                                   Colour::purple, Colour::red,  Colour::sky};

std::string change_text(double ratio) {
  const double percent = 100.0 * (ratio - 1.0);
  return (percent < 0.0 ? "" : "+") + fixed(percent, 1) + " %";
}

Quantified dash() { return {.text = "-"}; }

Quantified quantity(const Cost& cost, const char* unit) {
  Quantified cell{.text = engineering(cost.mean, unit), .value = cost.mean};
  if (!(cost.deviation > 0.0)) return cell;
  cell.text += " ± " + engineering(cost.deviation, unit);
  cell.deviation = cost.deviation;
  return cell;
}

Quantified ratio_cell(const Cost& cost) {
  if (!cost.change || !cost.change->ratio) return dash();
  return {.text = change_text(*cost.change->ratio), .value = cost.change->ratio};
}

Quantified end_cell(const Cost& cost, double Range::*end) {
  if (!cost.change || !cost.change->ratio_range) return dash();
  const double value = (*cost.change->ratio_range).*end;
  return {.text = change_text(value), .value = value};
}

Quantified significance_cell(const Cost& cost, double value, int decimals) {
  if (!cost.change || !cost.change->significance) return dash();
  return {
      .text = value > 0.0 && value < 0.001 ? std::string("<0.001") : fixed(value, decimals),
      .value = value};
}

DocumentTable groups_table(const StoredComparison& compared) {
  DocumentTable table{
      .key = "groups",
      .caption = "Groups; the first is the baseline",
      .columns =
          {{"group", "Group", Align::left},
           {"runs", "Runs", Align::left},
           {"inferences", "Inferences"},
           {"samples", "Samples (n)"},
           {"re_executed_share", "Re-executed"}},
      .rows = {}};
  for (std::size_t i = 0; i < compared.runs.size(); ++i) {
    const GroupFacts& group = compared.comparison.groups[i];
    std::string runs;
    for (const db::RunSummary& run : compared.runs[i])
      runs += join(runs.empty() ? "" : ", ", run.id);
    table.rows.push_back(
        {{.text = group.name},
         {.text = runs},
         {.text = join(group.inferences), .value = static_cast<double>(group.inferences)},
         {.text = join(group.samples), .value = static_cast<double>(group.samples)},
         {.text = fixed(100.0 * group.re_executed, 2) + " %", .value = group.re_executed}});
  }
  return table;
}

std::vector<Quantified> change_row(
    const std::string& title, const std::string& group, const std::optional<GroupCost>& cost) {
  std::vector<Quantified> row{{.text = title}, {.text = group}};
  row.resize(10, dash());
  if (!cost) {
    row[2].text = "no counterpart";
    return row;
  }
  row[2] = quantity(cost->time, "s");
  row[3] = ratio_cell(cost->time);
  row[4] = quantity(cost->energy, "J");
  row[5] = ratio_cell(cost->energy);
  row[6] = end_cell(cost->energy, &Range::low);
  row[7] = end_cell(cost->energy, &Range::high);
  if (!cost->energy.change || !cost->energy.change->significance) return row;
  const Significance& significance = *cost->energy.change->significance;
  row[8] = significance_cell(cost->energy, significance.p_adjusted, 3);
  row[9] = {
      .text = fixed(significance.rank.delta, 2), .value = std::optional(significance.rank.delta)};
  return row;
}

DocumentTable changes_table(
    const Comparison& comparison, const std::string& key, const std::string& caption,
    bool of_layers) {
  DocumentTable table{
      .key = key,
      .caption = caption,
      .columns =
          {{"what", of_layers ? "Layer" : "Class", Align::left},
           {"group", "Group", Align::left},
           {"seconds", "Time"},
           {"time_ratio", "Change"},
           {"joules", "Energy"},
           {"energy_ratio", "Change"},
           {"energy_ratio_low", "95 % from"},
           {"energy_ratio_high", "to"},
           {"p_adjusted", "p"},
           {"cliffs_delta", "Cliff's delta"}},
      .rows = {}};
  for (const ComparisonRow& row : comparison.rows) {
    if ((row.key.kind == RowKind::layer) != of_layers) continue;
    for (std::size_t i = 0; i < row.groups.size(); ++i)
      table.rows.push_back(change_row(
          i == 0 ? title_of(row.key) : std::string(), comparison.groups[i].name, row.groups[i]));
  }
  return table;
}

// A bar a group, of what it spent on each activity.
Figure stacks_figure(const Comparison& comparison) {
  ChartPanel panel;
  const ComparisonRow* const active = comparison.row(RowKind::active);
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    Bar bar{.name = comparison.groups[i].name};
    double sum = 0.0;
    for (const ActivityColour& colour : colours)
      for (const ComparisonRow& row : comparison.rows) {
        if (row.key.kind != RowKind::activity || row.key.activity != colour.activity) continue;
        const double energy = std::max(0.0, row.groups[i]->energy.mean);
        sum += energy;
        if (energy > 0.0)
          bar.parts.push_back(
              {.name = sunfleck::name_of(colour.activity),
               .value = energy,
               .colour = colour.colour,
               .strength = colour.strength});
      }
    bar.text = engineering(Joules{sum});
    if (active != nullptr && active->groups[i]->energy.deviation > 0.0)
      bar.deviation = active->groups[i]->energy.deviation;
    panel.bars.push_back(std::move(bar));
  }
  return {
      .key = "energy_stacks",
      .caption =
          "Energy at the rail by the inference; whiskers of two deviations of what is active",
      .chart = {
          .title = "Energy of an inference",
          .x = {.label = "Energy", .unit = "J"},
          .panels = {std::move(panel)}}};
}

// The ratio of each layer with its interval; groups stand beside each other.
Figure ratios_figure(const Comparison& comparison) {
  ChartPanel panel{
      .y = {.label = "Energy, of the baseline's"}, .levels = {{.at = 1.0, .text = "baseline"}}};
  const auto others = static_cast<double>(comparison.groups.size() - 1);
  for (std::size_t i = 1; i < comparison.groups.size(); ++i) {
    Series series{
        .name = comparison.groups[i].name,
        .kind = SeriesKind::points,
        .colour = group_colours.at((i - 1) % group_colours.size())};
    const double aside = 0.5 * (static_cast<double>(i) - 0.5 * (others + 1.0)) / others;
    for (const ComparisonRow& row : comparison.rows) {
      if (row.key.kind != RowKind::layer || !row.groups[i]) continue;
      const std::optional<Change>& change = row.groups[i]->energy.change;
      if (!change || !change->ratio) continue;
      series.x.push_back(row.key.layer + aside);
      series.y.push_back(*change->ratio);
      const Range range = change->ratio_range.value_or(Range{*change->ratio, *change->ratio});
      series.low.push_back(range.low);
      series.high.push_back(range.high);
    }
    panel.series.push_back(std::move(series));
  }
  return {
      .key = "layer_ratios",
      .caption = "Energy of each layer against the baseline's, with 95 % intervals",
      .chart = {.title = "Energy by layer", .x = {.label = "Layer"}, .panels = {std::move(panel)}}};
}

std::string summary_of(const StoredComparison& compared) {
  const Comparison& comparison = compared.comparison;
  const ComparisonRow* const active = comparison.row(RowKind::active);
  std::string text;
  for (std::size_t i = 1; active != nullptr && i < active->groups.size(); ++i) {
    const Cost& energy = active->groups[i]->energy;
    if (!energy.change || !energy.change->ratio) continue;
    text += join(
        text.empty() ? "" : " ", comparison.groups[i].name, " takes ",
        engineering(Joules{energy.mean}), " for an inference, ", change_text(*energy.change->ratio),
        " against ", comparison.groups.front().name);
    if (const auto& range = energy.change->ratio_range)
      text += join(" (95 %: ", change_text(range->low), " to ", change_text(range->high), ")");
    text += ".";
  }
  return text;
}

Section method_section(const StoredComparison& compared) {
  const bool runs = compared.comparison.unit == SampleUnit::run;
  std::string text = join(
      "All energies are at the board's rail, by the finished inference. The samples are ",
      runs ? "the runs, each by the mean of its inferences"
           : "the inferences of the runs, which share their run's clock and profile",
      ". Intervals are of 95 %: of the bootstrap of the ratio of means (", Resamples::count,
      " resamples) from 8 samples on each side on, of Welch's t below, and of the measurement "
      "alone "
      "for a single sample; the uncertainty of the attribution widens them",
      runs ? ", where it is not in the scatter already" : "",
      ". p is that of the Mann-Whitney test, exact up to 20 samples, adjusted by Holm's method for "
      "the number of classes or layers. Cliff's delta is 1 when every sample lies above every one "
      "of the baseline's, -1 when below.");
  Section section{.heading = "Method", .blocks = {Paragraph{std::move(text)}}};
  for (const std::string& note : compared.notes)
    section.blocks.emplace_back(Paragraph{"Note: " + note + "."});
  return section;
}

std::string title_of_all(const Comparison& comparison) {
  std::string title = "Comparison:";
  for (const GroupFacts& group : comparison.groups)
    title += join(&group == &comparison.groups.front() ? " " : ", ", group.name);
  return title;
}

}  // namespace

Document comparison_document(const StoredComparison& compared, CompareBy by) {
  const Comparison& comparison = compared.comparison;
  Document document{
      .title = title_of_all(comparison),
      .summary = summary_of(compared),
      .sections = {},
      .footer =
          join("sunfleck ", program_version, ", baseline run ", compared.runs.front().front().id),
      .data = to_json(compared)};
  document.sections.push_back(
      {.heading = "Groups", .blocks = {groups_table(compared), stacks_figure(comparison)}});
  if (by != CompareBy::layers)
    document.sections.push_back(
        {.heading = "By class",
         .blocks = {changes_table(comparison, "classes", "Cost of an inference by class", false)}});
  const bool has_layers = comparison.row(RowKind::layer) != nullptr;
  if (by != CompareBy::classes && has_layers)
    document.sections.push_back(
        {.heading = "By layer",
         .blocks = {
             ratios_figure(comparison),
             changes_table(comparison, "layers", "Cost of an inference by layer", true)}});
  document.sections.push_back(method_section(compared));
  return document;
}

}  // namespace sunfleck::app
