// The model as JSON and as a table; app/energy_model_read.cpp is the inverse.

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/energy_model_file.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

json interval_json(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

json errors_json(const HeldOutErrors& errors) {
  return {
      {"count", errors.count},
      {"mean", errors.mean},
      {"median", errors.median},
      {"largest", errors.largest},
      {"covered", errors.covered}};
}

json event_json(const EventCost& cost) {
  return {
      {"count", cost.count},
      {"joules", cost.energy.si},
      {"joules_deviation", cost.energy_deviation.si},
      {"seconds", cost.time.si},
      {"seconds_deviation", cost.time_deviation.si}};
}

// The coefficients of the regressors that were kept, in their order.
json kept_json(const std::vector<Regressor>& kept, const Regressors& all) {
  json list = json::array();
  for (const Regressor regressor : kept)
    list.push_back(all[static_cast<std::size_t>(regressor)]);
  return list;
}

json cost_json(const std::vector<Regressor>& kept, const CostModel& cost) {
  json draws = json::array();
  for (const Regressors& draw : cost.draws)
    draws.push_back(kept_json(kept, draw));
  return {
      {"coefficients", kept_json(kept, cost.coefficients)},
      {"draws", draws},
      {"held_out", cost.held_out},
      {"scale", cost.scale},
      {"condition", std::isfinite(cost.condition) ? json(cost.condition) : json(1e300)}};
}

json dropped_json(const DroppedRegressor& dropped) {
  json by = json::array();
  for (const Regressor regressor : dropped.explained_by)
    by.push_back(name_of(regressor));
  return {
      {"regressor", name_of(dropped.regressor)},
      {"explained_by", by},
      {"for_lack_of_layers", dropped.for_lack}};
}

json layer_json(const FittedLayer& layer) {
  return {
      {"run", layer.run},
      {"name", layer.name},
      {"joules", layer.energy.si},
      {"joules_deviation", layer.deviation.si},
      {"predicted_joules", interval_json(layer.predicted)},
      {"seconds", layer.time.si},
      {"predicted_seconds", interval_json(layer.predicted_time)},
      {"weight", layer.weight}};
}

json class_json(const ClassModel& of) {
  json kept = json::array();
  for (const Regressor regressor : of.kept)
    kept.push_back(name_of(regressor));
  json dropped = json::array();
  for (const DroppedRegressor& each : of.dropped)
    dropped.push_back(dropped_json(each));
  json layers = json::array();
  for (const FittedLayer& layer : of.layers)
    layers.push_back(layer_json(layer));
  return {
      {"class", name_of(of.work)},
      {"regressors", kept},
      {"dropped", dropped},
      {"energy", cost_json(of.kept, of.energy)},
      {"time", cost_json(of.kept, of.time)},
      {"watts", of.power.si},
      {"watts_deviation", of.power_deviation.si},
      {"layers", layers},
      {"energy_errors", errors_json(of.energy_errors)},
      {"time_errors", errors_json(of.time_errors)},
      {"power_errors", errors_json(of.power_errors)}};
}

json source_json(const ModelSource& source) {
  return {
      {"name", source.name},
      {"network", source.network},
      {"strategy", static_cast<int>(source.execution.strategy)},
      {"records", static_cast<int>(source.execution.records)},
      {"tiles_per_commit", source.execution.tiles_per_commit},
      {"inferences", source.inferences},
      {"rail_volts", source.rail.si}};
}

json network_json(const HeldOutNetwork& network) {
  return {
      {"name", network.name},
      {"joules", network.measured.si},
      {"predicted_joules", interval_json(network.predicted)},
      {"seconds", network.measured_time.si},
      {"predicted_seconds", interval_json(network.predicted_time)},
      {"layers", errors_json(network.layers)}};
}

template <class Value>
json list_json(const std::vector<Value>& values, json (*form)(const Value&)) {
  json list = json::array();
  for (const Value& value : values)
    list.push_back(form(value));
  return list;
}

}  // namespace

std::string model_to_json(const EnergyModel& model) {
  const json object{
      {"format", energy_model_format},
      {"version", energy_model_version},
      {"board", model.board},
      {"program_version", model.program_version},
      {"runs", list_json(model.runs, &source_json)},
      {"classes", list_json(model.classes, &class_json)},
      {"boot", event_json(model.boot)},
      {"verified_byte", event_json(model.verified_byte)},
      {"restore", event_json(model.restore)},
      {"sent_byte", event_json(model.sent_byte)},
      {"sleep_watts", model.sleep.si},
      {"sleep_watts_deviation", model.sleep_deviation.si},
      {"rail_volts", model.rail.si},
      {"network_spread", model.network_spread},
      {"time_spread", model.time_spread},
      {"networks", list_json(model.networks, &network_json)},
      {"network_errors", errors_json(model.network_errors)},
      {"network_time_errors", errors_json(model.network_time_errors)},
      {"layer_errors", errors_json(model.layer_errors)},
      {"layer_time_errors", errors_json(model.layer_time_errors)},
      {"unattributed_share", model.unattributed},
      {"notes", model.notes},
      {"seed", model.seed},
      {"bootstraps", model.bootstraps}};
  return object.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string model_to_csv(const EnergyModel& model) {
  std::string text =
      "class,regressor,unit,energy_J,energy_low_J,energy_high_J,time_s,time_low_s,time_high_s\n";
  for (const ClassModel& of : model.classes) {
    for (const Regressor regressor : of.kept) {
      const Interval energy = coefficient_of(of.energy, regressor);
      const Interval time = coefficient_of(of.time, regressor);
      text += join(
          name_of(of.work), ",", name_of(regressor), ",", unit_of(regressor), ",", energy.value,
          ",", energy.low, ",", energy.high, ",", time.value, ",", time.low, ",", time.high, "\n");
    }
  }
  return text;
}

}  // namespace sunfleck::app
