// A model out of a file that is not trusted; app/energy_model_write.cpp is the inverse.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/energy_model_file.h"
#include "app/files.h"
#include "app/json_reader.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

constexpr std::size_t most_classes = work_classes;
constexpr std::size_t most_draws = 10000;
constexpr std::size_t most_rows = 100000;

Interval read_interval(const JsonReader& from) {
  return {from.number("value"), from.number("low"), from.number("high")};
}

HeldOutErrors read_errors(const JsonReader& from) {
  return {
      .count = static_cast<std::size_t>(from.count("count")),
      .mean = from.positive("mean"),
      .median = from.positive("median"),
      .largest = from.positive("largest"),
      .covered = from.positive("covered")};
}

EventCost read_event(const JsonReader& from) {
  return {
      .count = from.count("count"),
      .energy = {from.positive("joules")},
      .energy_deviation = {from.positive("joules_deviation")},
      .time = {from.positive("seconds")},
      .time_deviation = {from.positive("seconds_deviation")}};
}

Regressors read_kept(const JsonReader& from, const std::vector<Regressor>& kept) {
  Regressors all{};
  const std::vector<double> values = from.numbers(most_draws);
  if (values.size() != kept.size())
    from.refuse("must have a number for each regressor that was kept");
  for (std::size_t i = 0; i < std::min(values.size(), kept.size()); ++i) {
    if (values[i] < 0.0) from.refuse("must not hold a number below 0");
    all[static_cast<std::size_t>(kept[i])] = values[i];
  }
  return all;
}

CostModel read_cost(const JsonReader& from, const std::vector<Regressor>& kept) {
  CostModel cost;
  cost.coefficients = read_kept(from.member("coefficients"), kept);
  from.each("draws", most_draws, [&](const JsonReader& draw) {
    cost.draws.push_back(read_kept(draw, kept));
  });
  if (cost.draws.empty()) from.refuse("must have draws");
  cost.held_out = from.member("held_out").numbers(most_rows);
  cost.scale = from.positive("scale");
  cost.condition = from.positive("condition");
  return cost;
}

Regressor read_regressor(const JsonReader& from) {
  const std::optional<Regressor> known = regressor_called(from.text());
  if (!known) from.refuse("is no regressor");
  return known.value_or(Regressor::constant);
}

DroppedRegressor read_dropped(const JsonReader& from) {
  DroppedRegressor dropped{
      .regressor = read_regressor(from.member("regressor")),
      .for_lack = from.boolean("for_lack_of_layers")};
  from.each("explained_by", regressors, [&](const JsonReader& by) {
    dropped.explained_by.push_back(read_regressor(by));
  });
  return dropped;
}

FittedLayer read_fitted_layer(const JsonReader& from) {
  return {
      .run = static_cast<std::size_t>(from.count("run")),
      .name = from.text("name"),
      .energy = {from.positive("joules")},
      .deviation = {from.positive("joules_deviation")},
      .predicted = read_interval(from.member("predicted_joules")),
      .time = {from.positive("seconds")},
      .predicted_time = read_interval(from.member("predicted_seconds")),
      .weight = from.positive("weight")};
}

ClassModel read_class(const JsonReader& from) {
  ClassModel of;
  const JsonReader name = from.member("class");
  const std::optional<WorkClass> work = work_class_called(name.text());
  if (!work) name.refuse("is no class of work");
  of.work = work.value_or(WorkClass::other);
  from.each("regressors", regressors, [&](const JsonReader& kept) {
    of.kept.push_back(read_regressor(kept));
  });
  from.each("dropped", regressors, [&](const JsonReader& dropped) {
    of.dropped.push_back(read_dropped(dropped));
  });
  of.energy = read_cost(from.member("energy"), of.kept);
  of.time = read_cost(from.member("time"), of.kept);
  if (of.energy.draws.size() != of.time.draws.size())
    from.refuse("must have as many draws of energy as of time");
  of.power = {from.positive("watts")};
  of.power_deviation = {from.positive("watts_deviation")};
  from.each("layers", most_rows, [&](const JsonReader& layer) {
    of.layers.push_back(read_fitted_layer(layer));
  });
  of.energy_errors = read_errors(from.member("energy_errors"));
  of.time_errors = read_errors(from.member("time_errors"));
  of.power_errors = read_errors(from.member("power_errors"));
  return of;
}

ModelSource read_source(const JsonReader& from) {
  return {
      .name = from.text("name"),
      .network = from.text("network"),
      .execution =
          {.strategy = static_cast<Strategy>(from.count("strategy", FW_STRATEGY_VOLTAGE)),
           .records = static_cast<RecordLevel>(from.count("records", FW_RECORDS_TILES)),
           .tiles_per_commit = static_cast<std::uint16_t>(from.count("tiles_per_commit", 65535))},
      .inferences = static_cast<std::uint32_t>(from.count("inferences", 4294967295U)),
      .rail = {from.positive("rail_volts")}};
}

HeldOutNetwork read_network(const JsonReader& from) {
  return {
      .name = from.text("name"),
      .measured = {from.positive("joules")},
      .predicted = read_interval(from.member("predicted_joules")),
      .measured_time = {from.positive("seconds")},
      .predicted_time = read_interval(from.member("predicted_seconds")),
      .layers = read_errors(from.member("layers"))};
}

// What of the model is no list.
void read_rest(const JsonReader& from, EnergyModel& model) {
  model.board = from.text("board");
  model.program_version = from.text("program_version");
  model.boot = read_event(from.member("boot"));
  model.verified_byte = read_event(from.member("verified_byte"));
  model.restore = read_event(from.member("restore"));
  model.sent_byte = read_event(from.member("sent_byte"));
  model.sleep = {from.positive("sleep_watts")};
  model.sleep_deviation = {from.positive("sleep_watts_deviation")};
  model.rail = {from.positive("rail_volts")};
  model.network_spread = from.positive("network_spread");
  model.time_spread = from.positive("time_spread");
  model.network_errors = read_errors(from.member("network_errors"));
  model.network_time_errors = read_errors(from.member("network_time_errors"));
  model.layer_errors = read_errors(from.member("layer_errors"));
  model.layer_time_errors = read_errors(from.member("layer_time_errors"));
  model.unattributed = from.positive("unattributed_share");
  model.seed = from.count("seed");
  model.bootstraps = static_cast<std::uint32_t>(from.count("bootstraps", most_draws));
}

EnergyModel read_model(const JsonReader& from) {
  EnergyModel model;
  read_rest(from, model);
  from.each(
      "runs", most_rows, [&](const JsonReader& run) { model.runs.push_back(read_source(run)); });
  from.each("classes", most_classes, [&](const JsonReader& of) {
    model.classes.push_back(read_class(of));
  });
  from.each("networks", most_rows, [&](const JsonReader& network) {
    model.networks.push_back(read_network(network));
  });
  from.each(
      "notes", most_rows, [&](const JsonReader& note) { model.notes.push_back(note.text()); });
  for (std::size_t i = 0; i < model.classes.size(); ++i)
    if (model.of(model.classes[i].work) != &model.classes[i])
      from.refuse("must have each class of work once");
  return model;
}

}  // namespace

Result<EnergyModel> model_from_json(std::string_view text, const std::string& where) {
  constexpr int deepest = 16;
  bool too_deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > deepest;
    return !too_deep;
  };
  const json object = json::parse(text, shallow, false);
  if (too_deep || object.is_discarded() || !object.is_object())
    return fail(Errc::invalid_argument, where, ": a JSON document was expected");
  Status damage = ok;
  const JsonReader reader(object, where, damage);
  if (reader.text("format") != energy_model_format && damage) reader.refuse("is no energy model");
  const std::uint64_t version = reader.count("version");
  if (damage && version > energy_model_version)
    return fail(
        Errc::unsupported, where, ": the model has version ", version,
        ", and this program reads up to ", energy_model_version);
  TRY(damage);
  EnergyModel model = read_model(reader);
  TRY(damage);
  return model;
}

Result<EnergyModel> read_energy_model(const std::filesystem::path& path) {
  constexpr std::size_t largest = std::size_t{64} << 20;  // bytes
  const std::vector<std::uint8_t> bytes = TRY(read_file(path, largest));
  return model_from_json(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), path.string());
}

}  // namespace sunfleck::app
