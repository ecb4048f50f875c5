// The energy model against the virtual bench, whose truth holds effects that are not among the
// regressors: wait states of the FRAM, alignment, the supply's voltage.
#include <gtest/gtest.h>

#include <map>

#include "app/energy_model_file.h"
#include "core/energy/fit_energy_model.h"
#include "core/energy/held_out.h"
#include "core/energy/predict.h"
#include "core/network/import_tflite.h"
#include "tests/support/layer_zoo.h"
#include "tests/support/measured_network.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t layers_each = 10;

ModelRun measured_zoo(std::uint64_t seed) {
  const auto compiled = compile(LayerZoo(seed).make(layers_each), {});
  EXPECT_TRUE(compiled) << compiled.error().text;
  if (!compiled) return {};
  constexpr std::array rails{Volts{2.4}, Volts{2.7}, Volts{3.0}};
  return measured(*compiled, {.rail = rails[seed % rails.size()], .seed = seed});
}

// Predictions of a network that a fit never saw against what it took, by layer and as a whole.
struct Judged {
  ErrorTally layers, networks, times;

  void add(const EnergyModel& model, const ModelRun& run) {
    const auto predicted = predict_network(model, run.layers, run.execution, 0, 200, 7);
    ASSERT_TRUE(predicted) << predicted.error().text;
    const double to_rail = model.rail.si / run.rail.si;
    std::map<std::size_t, Cost> by_layer;
    Cost all;
    for (const Observation& seen : observations_of({run}, Seconds{1e-6})) {
      const Cost cost{to_rail * seen.energy.si, seen.time.si};
      by_layer[seen.layer] += cost;
      all += cost;
    }
    for (const auto& [layer, cost] : by_layer)
      layers.add(cost.energy, predicted->layers[layer].total.energy);
    networks.add(all.energy, predicted->total.energy);
    times.add(all.time, predicted->total.time);
  }
};

void tell(const char* what, const HeldOutErrors& errors) {
  std::printf(
      "[ measured ] %s: n %zu, MAPE %.2f %%, median %.2f %%, largest %.1f %%, covered %.1f %%\n",
      what, errors.count, 100.0 * errors.mean, 100.0 * errors.median, 100.0 * errors.largest,
      100.0 * errors.covered);
}

EnergyModel fitted_to_random_networks() {
  std::vector<ModelRun> runs;
  for (std::uint64_t seed = 1; seed <= 24; ++seed)
    runs.push_back(measured_zoo(seed));
  auto model = fit_energy_model(runs, {.draws = 100});
  EXPECT_TRUE(model) << model.error().text;
  return model ? *std::move(model) : EnergyModel{};
}

void expect_random_networks_predicted(const EnergyModel& model) {
  Judged judged;
  for (std::uint64_t seed = 101; seed <= 118; ++seed)
    judged.add(model, measured_zoo(seed));
  const HeldOutErrors layers = judged.layers.errors();
  const HeldOutErrors networks = judged.networks.errors();
  tell("layers never seen", layers);
  tell("networks never seen", networks);
  tell("times of networks never seen", judged.times.errors());
  EXPECT_GE(layers.count, 200U);
  EXPECT_LE(layers.mean, 0.05);
  EXPECT_GE(layers.covered, 0.90);
  EXPECT_LE(layers.covered, 0.985);
  EXPECT_LE(networks.mean, 0.03);
  EXPECT_GE(networks.covered, 0.88) << "two of eighteen may lie outside";
  EXPECT_LE(judged.times.errors().mean, 0.03);
}

// What the model says of itself, by leaving networks out.
void expect_own_judgement(const EnergyModel& model) {
  tell("layers of networks left out", model.layer_errors);
  tell("networks left out", model.network_errors);
  EXPECT_LE(model.network_errors.mean, 0.03);
  EXPECT_LE(model.layer_errors.mean, 0.05);
  EXPECT_GE(model.layer_errors.covered, 0.90);
  EXPECT_LE(model.layer_errors.covered, 0.985);
}

void expect_real_networks_predicted(const EnergyModel& model) {
  Judged judged;
  for (const char* name : {"models/kws_ref_model.tflite", "models/pretrainedResnet_quant.tflite"}) {
    const auto network = import_tflite(file_bytes(shared_data(name)), name);
    ASSERT_TRUE(network) << network.error().text;
    const auto compiled = compile(*network, {});
    ASSERT_TRUE(compiled) << compiled.error().text;
    judged.add(model, measured(*compiled, {.rail = Volts{2.7}, .inferences = 2}));
  }
  tell("kws and ResNet-8", judged.networks.errors());
  tell("their layers", judged.layers.errors());
  EXPECT_LE(judged.networks.errors().largest, 0.03);
  EXPECT_EQ(judged.networks.errors().covered, 1.0);
  EXPECT_LE(judged.layers.errors().mean, 0.05);
}

// One test: the fit takes seconds, and each test is a process of its own.
TEST(JudgedEnergyModel, PredictsRandomAndRealNetworksThatItNeverSaw) {
  const EnergyModel model = fitted_to_random_networks();
  expect_random_networks_predicted(model);
  expect_own_judgement(model);
  const auto read = app::model_from_json(app::model_to_json(model), "model.json");
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(app::model_to_json(*read), app::model_to_json(model));
  SKIP_WITHOUT_SHARED_DATA("models/kws_ref_model.tflite");
  expect_real_networks_predicted(model);
}

}  // namespace
}  // namespace sunfleck
