#include "app/energy_model_document.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/energy_model_file.h"
#include "app/energy_model_tables.h"

namespace sunfleck::app {
namespace {

constexpr std::array colours{Colour::blue,   Colour::orange, Colour::green, Colour::red,
                             Colour::purple, Colour::sky,    Colour::grey};

Colour colour_of(std::size_t i) { return colours[i % colours.size()]; }

bool was_held_out(const FittedLayer& layer) { return layer.predicted.value > 0.0; }

// The ends of a diagonal through all points.
struct Range {
  double low = 1e300;
  double high = 0.0;
  void add(double value) {
    if (!(value > 0.0)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

// Of layers, each class in a colour. Both axes are logarithms: layers span four decades.
Chart predicted_chart(const EnergyModel& model) {
  Chart chart{
      .title = "Predicted against measured",
      .note = "each layer predicted by a fit without it, with its 95 % interval",
      .x = {.label = "log10 of measured energy", .unit = ""},
      .panels = {{.y = {.label = "log10 of predicted energy", .unit = ""}}}};
  Range range;
  std::vector<Series>& series = chart.panels[0].series;
  for (std::size_t i = 0; i < model.classes.size(); ++i) {
    const ClassModel& of = model.classes[i];
    Series points{.name = name_of(of.work), .kind = SeriesKind::points, .colour = colour_of(i)};
    for (const FittedLayer& layer : of.layers) {
      if (!was_held_out(layer)) continue;
      points.x.push_back(std::log10(layer.energy.si));
      points.y.push_back(std::log10(layer.predicted.value));
      points.low.push_back(std::log10(std::max(layer.predicted.low, 1e-3 * layer.predicted.value)));
      points.high.push_back(std::log10(layer.predicted.high));
      range.add(layer.energy.si);
      range.add(layer.predicted.value);
    }
    if (!points.x.empty()) series.push_back(std::move(points));
  }
  if (range.high > 0.0) {
    const std::vector<double> ends{std::log10(range.low), std::log10(range.high)};
    series.push_back({.name = "equal", .colour = Colour::grey, .x = ends, .y = ends});
  }
  return chart;
}

Chart residual_chart(const EnergyModel& model) {
  Chart chart{
      .title = "Residuals",
      .note = "measured less predicted, by a fit without the layer",
      .x = {.label = "log10 of predicted energy in joules", .unit = ""},
      .panels = {{.y = {.label = "residual, % of the prediction", .unit = ""}}}};
  for (std::size_t i = 0; i < model.classes.size(); ++i) {
    const ClassModel& of = model.classes[i];
    Series points{.name = name_of(of.work), .kind = SeriesKind::points, .colour = colour_of(i)};
    for (const FittedLayer& layer : of.layers) {
      if (!was_held_out(layer)) continue;
      points.x.push_back(std::log10(layer.predicted.value));
      points.y.push_back(100.0 * (layer.energy.si / layer.predicted.value - 1.0));
    }
    if (!points.x.empty()) chart.panels[0].series.push_back(std::move(points));
  }
  chart.panels[0].levels = {{.at = 0.0}};
  return chart;
}

Section method_section() {
  return {
      .heading = "Method",
      .blocks = {
          Paragraph{
              "The energy and the time of each class of work are sums of counts that the compiler "
              "knows, times coefficients that are not negative. They are fitted by relatively "
              "weighted non-negative least squares (Lawson and Hanson) with Huber's loss first and "
              "Tukey's biweight at the end; the scale is the median absolute residual. Energies "
              "are at the rail."},
          Paragraph{
              "95 % intervals of coefficients are quantiles of refits to layers drawn with "
              "replacement. Those of predictions add what no coefficient explains: the errors of "
              "layers, or of networks where five or more were measured, that a fit did not see."}}};
}

std::string summary_of(const EnergyModel& model) {
  std::string text = join(
      "Fitted to ", model.runs.size(), model.runs.size() == 1 ? " run" : " runs", " on ",
      model.board.empty() ? "a board" : model.board, ".");
  if (model.network_errors.count > 0)
    text += join(
        " Networks held out: ", percent(model.network_errors.mean), " mean error, ",
        percent(model.network_errors.covered), " within their 95 % interval.");
  return text;
}

}  // namespace

Document energy_model_document(const EnergyModel& model) {
  Document document{
      .title = join("Energy model of ", model.board.empty() ? "a board" : model.board),
      .summary = summary_of(model),
      .footer = join(
          "sunfleck ", model.program_version, ", seed ", model.seed, ", ", model.bootstraps,
          " bootstrap draws"),
      .data = nlohmann::json::parse(model_to_json(model))};
  Section errors{.heading = "How well it predicts what it has not seen"};
  errors.blocks.emplace_back(error_table(model));
  if (!model.networks.empty()) errors.blocks.emplace_back(network_table(model));
  errors.blocks.emplace_back(
      Figure{.key = "predicted", .caption = "Layers held out", .chart = predicted_chart(model)});
  errors.blocks.emplace_back(
      Figure{.key = "residuals", .caption = "What is left over", .chart = residual_chart(model)});
  Section diagnostics{.heading = "Diagnostics"};
  diagnostics.blocks.emplace_back(condition_table(model));
  for (std::string& sentence : diagnostics_of(model))
    diagnostics.blocks.emplace_back(Paragraph{std::move(sentence)});
  document.sections = {
      {.heading = "Coefficients", .blocks = {coefficient_table(model), event_table(model)}},
      std::move(errors),
      std::move(diagnostics),
      {.heading = "Measured runs", .blocks = {run_table(model)}},
      method_section()};
  return document;
}

}  // namespace sunfleck::app
