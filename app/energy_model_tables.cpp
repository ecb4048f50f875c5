#include "app/energy_model_tables.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/energy_model_document.h"
#include "app/replay_settings.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

Quantified word(std::string text) { return {.text = std::move(text)}; }
Quantified number(std::size_t count) {
  return {.text = std::to_string(count), .value = static_cast<double>(count)};
}
Quantified share(double value) { return {.text = percent(value), .value = value}; }
Quantified quantity(double value, const char* unit) {
  return {.text = engineering(value, unit), .value = value};
}
Quantified range(const Interval& interval, const char* unit) {
  return {.text = range_text(interval, unit)};
}

std::vector<Quantified> event_row(const char* what, const char* unit, const EventCost& cost) {
  const auto with = [](double value, double deviation, const char* of) {
    return Quantified{.text = engineering(value, of), .value = value, .deviation = deviation};
  };
  return {
      word(what),
      word(unit),
      number(cost.count),
      with(cost.energy.si, cost.energy_deviation.si, "J"),
      quantity(1.96 * cost.energy_deviation.si, "J"),
      with(cost.time.si, cost.time_deviation.si, "s"),
      quantity(1.96 * cost.time_deviation.si, "s")};
}

std::vector<Quantified> error_row(const std::string& what, const HeldOutErrors& errors) {
  if (errors.count == 0) return {word(what), number(0), word("-"), word("-"), word("-"), word("-")};
  return {
      word(what),
      number(errors.count),
      share(errors.mean),
      share(errors.median),
      share(errors.largest),
      errors.covered > 0.0 ? share(errors.covered) : word("-")};
}

}  // namespace

std::string percent(double share) {
  const double value = 100.0 * share;
  return fixed(value, std::abs(value) < 10.0 ? 2 : 1) + " %";
}

std::string range_text(const Interval& interval, const char* unit) {
  return join("[", engineering(interval.low, unit), ", ", engineering(interval.high, unit), "]");
}

std::string to_text(const DocumentTable& table) {
  std::vector<TableColumn> columns;
  for (const DocumentColumn& column : table.columns)
    columns.push_back({column.title, column.align});
  std::vector<std::vector<std::string>> rows;
  for (const std::vector<Quantified>& row : table.rows) {
    std::vector<std::string>& cells = rows.emplace_back();
    for (const Quantified& cell : row)
      cells.push_back(cell.text);
  }
  return table_text(columns, rows);
}

DocumentTable coefficient_table(const EnergyModel& model) {
  DocumentTable table{
      .key = "coefficients",
      .caption = "Energy and time by class of work and count, with 95 % intervals",
      .columns = {
          {"class", "Class", Align::left},
          {"regressor", "Per", Align::left},
          {"energy_joules", "Energy"},
          {"energy_interval", "95 % interval"},
          {"time_seconds", "Time"},
          {"time_interval", "95 % interval"}}};
  for (const ClassModel& of : model.classes) {
    for (const Regressor regressor : of.kept) {
      const Interval energy = coefficient_of(of.energy, regressor);
      const Interval time = coefficient_of(of.time, regressor);
      const char* const name = name_of(regressor);
      const bool is_constant = regressor == Regressor::constant;
      // Too few layers to leave one out are too few to tell how far their coefficients spread.
      const bool is_spread_known = of.energy_errors.count > 0;
      const Quantified unknown = word("not known");
      table.rows.push_back(
          {word(name_of(of.work)), word(is_constant ? "execution" : name),
           quantity(energy.value, "J"), is_spread_known ? range(energy, "J") : unknown,
           quantity(time.value, "s"), is_spread_known ? range(time, "s") : unknown});
    }
  }
  return table;
}

DocumentTable event_table(const EnergyModel& model) {
  DocumentTable table{
      .key = "events",
      .caption = "What happens beside the layers",
      .columns = {
          {"event", "Event", Align::left},
          {"unit", "Per", Align::left},
          {"count", "Measured"},
          {"energy_joules", "Energy"},
          {"energy_interval_joules", "+- 95 %"},
          {"time_seconds", "Time"},
          {"time_interval_seconds", "+- 95 %"}}};
  table.rows = {
      event_row("boot", "power-up", model.boot),
      event_row("check of image and inputs", "byte, once", model.verified_byte),
      event_row("restore", "power-up", model.restore),
      event_row("telemetry", "byte sent", model.sent_byte)};
  const auto power = [&table](const std::string& what, Watts watts, Watts deviation) {
    table.rows.push_back(
        {word(what), word("power"), word("-"), quantity(watts.si, "W"),
         quantity(1.96 * deviation.si, "W"), word("-"), word("-")});
  };
  for (const ClassModel& of : model.classes)
    power(name_of(of.work), of.power, of.power_deviation);
  if (model.sleep.si > 0.0) power("sleep", model.sleep, model.sleep_deviation);
  return table;
}

DocumentTable error_table(const EnergyModel& model) {
  DocumentTable table{
      .key = "errors",
      .caption = "Errors of predictions of what was held out",
      .columns = {
          {"what", "Held out", Align::left},
          {"count", "n"},
          {"mean", "MAPE"},
          {"median", "Median"},
          {"largest", "Largest"},
          {"covered", "In 95 % interval"}}};
  if (model.network_errors.count > 0) {
    table.rows = {
        error_row("networks: energy", model.network_errors),
        error_row("networks: time", model.network_time_errors),
        error_row("layers of networks held out: energy", model.layer_errors),
        error_row("layers of networks held out: time", model.layer_time_errors)};
  }
  for (const ClassModel& of : model.classes) {
    const std::string name = join("each ", name_of(of.work));
    table.rows.push_back(error_row(name + ": energy", of.energy_errors));
    table.rows.push_back(error_row(name + ": time", of.time_errors));
    table.rows.push_back(error_row(name + ": power x time", of.power_errors));
  }
  return table;
}

DocumentTable network_table(const EnergyModel& model) {
  DocumentTable table{
      .key = "networks",
      .caption = "Networks, each predicted by a fit to the others; one inference",
      .columns = {
          {"network", "Network", Align::left},
          {"measured_joules", "Measured"},
          {"predicted_joules", "Predicted"},
          {"interval", "95 % interval"},
          {"error", "Error"},
          {"layer_error", "Layers' MAPE"}}};
  for (const HeldOutNetwork& network : model.networks)
    table.rows.push_back(
        {word(network.name), quantity(network.measured.si, "J"),
         quantity(network.predicted.value, "J"), range(network.predicted, "J"),
         share(network.predicted.value / network.measured.si - 1.0), share(network.layers.mean)});
  return table;
}

DocumentTable condition_table(const EnergyModel& model) {
  DocumentTable table{
      .key = "condition",
      .caption = "Condition of the fits",
      .columns = {
          {"class", "Class", Align::left},
          {"layers", "Layers"},
          {"regressors", "Regressors"},
          {"condition", "Condition"},
          {"energy_scale", "Energy residual scale"},
          {"time_scale", "Time residual scale"},
          {"outliers", "Outliers"}}};
  for (const ClassModel& of : model.classes) {
    const auto outliers = std::ranges::count_if(
        of.layers, [](const FittedLayer& layer) { return layer.weight <= 0.0; });
    table.rows.push_back(
        {word(name_of(of.work)),
         number(of.layers.size()),
         number(of.kept.size()),
         {.text = fixed(of.energy.condition, 0), .value = of.energy.condition},
         {.text = fixed(of.energy.scale, 2), .value = of.energy.scale},
         {.text = fixed(of.time.scale, 2), .value = of.time.scale},
         number(static_cast<std::size_t>(outliers))});
  }
  return table;
}

DocumentTable run_table(const EnergyModel& model) {
  DocumentTable table{
      .key = "runs",
      .caption = "What the model was fitted to",
      .columns = {
          {"run", "Run", Align::left},
          {"network", "Network", Align::left},
          {"strategy", "Strategy", Align::left},
          {"inferences", "Inferences"},
          {"rail_volts", "Rail"}}};
  for (const ModelSource& source : model.runs)
    table.rows.push_back(
        {word(source.name), word(source.network), word(name_of(source.execution.strategy)),
         number(source.inferences), quantity(source.rail.si, "V")});
  return table;
}

std::vector<std::string> diagnostics_of(const EnergyModel& model) {
  std::vector<std::string> found = model.notes;
  for (const ClassModel& of : model.classes) {
    std::string lacking;
    for (const DroppedRegressor& dropped : of.dropped) {
      if (dropped.for_lack)
        lacking += join(lacking.empty() ? "" : ", ", name_of(dropped.regressor));
      if (dropped.explained_by.empty()) continue;
      std::string by;
      for (const Regressor regressor : dropped.explained_by)
        by += join(by.empty() ? "" : ", ", name_of(regressor));
      found.push_back(join(
          name_of(of.work), ": ", name_of(dropped.regressor), " goes along with ", by,
          " in these layers and was left out"));
    }
    if (!lacking.empty())
      found.push_back(
          join(name_of(of.work), ": too few layers to tell ", lacking, " apart from the rest"));
    constexpr double badly = 1000.0;
    if (of.energy.condition > badly)
      found.push_back(join(
          name_of(of.work), ": the regressors are hard to tell apart (condition ",
          fixed(of.energy.condition, 0), "); the sum is better known than its parts"));
    for (const FittedLayer& layer : of.layers)
      if (layer.weight <= 0.0 && layer.run < model.runs.size())
        found.push_back(join(
            name_of(of.work), ": ", layer.name, " of ", model.runs[layer.run].name,
            " is an outlier and had no say"));
  }
  return found;
}

std::string to_text(const EnergyModel& model) {
  std::string text =
      join("Energy model of ", model.board, ", at the rail, ", engineering(model.rail), "\n\n");
  for (const DocumentTable& table :
       {coefficient_table(model), event_table(model), error_table(model), condition_table(model)})
    text += table.caption + "\n" + to_text(table) + "\n";
  if (!model.networks.empty()) {
    const DocumentTable table = network_table(model);
    text += table.caption + "\n" + to_text(table) + "\n";
  }
  for (const std::string& sentence : diagnostics_of(model))
    text += "note: " + sentence + "\n";
  return text;
}

}  // namespace sunfleck::app
