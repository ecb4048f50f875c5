#include "core/energy/predict.h"

#include <cmath>

#include "core/energy/class_fit.h"
#include "core/energy/held_out.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t fewest_draws = 20;
constexpr std::uint32_t most_draws = 100000;

// A layer as the model sees it.
struct Seen {
  const ClassModel* compute = nullptr;  // none: RESHAPE
  Regressors compute_counts{};
  const ClassModel* checkpoint = nullptr;
  Regressors checkpoint_counts{};
};

Result<Seen> seen_by(
    const EnergyModel& model, const LayerCounts& layer, std::size_t number,
    const Execution& execution) {
  Seen seen;
  if (const std::optional<WorkClass> work = class_of(layer.op)) {
    seen.compute = model.of(*work);
    if (!seen.compute)
      return fail(
          Errc::unsupported, "layer ", number, " (", name_of(layer.op),
          "): the model has not seen '", name_of(*work), "'; fit it to runs that have such layers");
    seen.compute_counts = compute_regressors(layer, execution);
  }
  if (commits_of(layer, execution) == 0) return seen;
  seen.checkpoint = model.of(WorkClass::checkpoint);
  if (!seen.checkpoint)
    return fail(
        Errc::unsupported, "layer ", number, " (", name_of(layer.op),
        "): the model has not seen checkpoints; fit it to a run with --strategy tile or layer");
  seen.checkpoint_counts = checkpoint_regressors(layer, execution);
  return seen;
}

// Which of its draws each class takes, and what the whole network is off.
struct Choice {
  std::array<std::uint64_t, work_classes> of_class{};
  double energy_spread = 0.0;
  double time_spread = 0.0;
};

Choice choose(const EnergyModel& model, Random& random) {
  Choice choice;
  for (const ClassModel& of : model.classes)
    choice.of_class[static_cast<std::size_t>(of.work)] = random.below(of.energy.draws.size());
  const double common = random.normal();
  choice.energy_spread = model.network_spread * common;
  choice.time_spread = model.time_spread * common;
  return choice;
}

Cost drawn(const ClassModel* of, const Regressors& counts, const Choice& choice, Random& random) {
  if (!of) return {};
  const std::size_t draw = choice.of_class[static_cast<std::size_t>(of->work)];
  return draw_cost(*of, counts, draw, choice.energy_spread, choice.time_spread, random);
}

struct Values {
  std::vector<double> energy, time;

  void add(const Cost& cost) {
    energy.push_back(cost.energy);
    time.push_back(cost.time);
  }
  CostInterval around(const Cost& centre) {
    return {
        interval_of(centre.energy, std::move(energy)), interval_of(centre.time, std::move(time))};
  }
};

PredictedLayer layer_of(const NetworkPrediction& prediction, std::size_t i) {
  Values compute;
  Values checkpoint;
  Values total;
  for (const NetworkCosts& draw : prediction.draws) {
    compute.add(draw[i].compute);
    checkpoint.add(draw[i].checkpoint);
    Cost sum = draw[i].compute;
    total.add(sum += draw[i].checkpoint);
  }
  const LayerCosts& centre = prediction.centre[i];
  Cost sum = centre.compute;
  sum += centre.checkpoint;
  return {
      .compute = compute.around(centre.compute),
      .checkpoint = checkpoint.around(centre.checkpoint),
      .total = total.around(sum)};
}

LayerCosts sum_of(const NetworkCosts& costs) {
  LayerCosts sum;
  for (const LayerCosts& layer : costs) {
    sum.compute += layer.compute;
    sum.checkpoint += layer.checkpoint;
  }
  return sum;
}

Cost telemetry_of(const EventCost& byte, std::uint64_t bytes, double energy_off, double time_off) {
  const auto count = static_cast<double>(bytes);
  return {
      count * (byte.energy.si + energy_off * byte.energy_deviation.si),
      count * (byte.time.si + time_off * byte.time_deviation.si)};
}

void add_sums(
    const EnergyModel& model, std::uint64_t sent_bytes, Random& random,
    NetworkPrediction& prediction) {
  Values compute;
  Values checkpoint;
  Values telemetry;
  Values total;
  for (const NetworkCosts& draw : prediction.draws) {
    const LayerCosts sum = sum_of(draw);
    const double off = random.normal();
    const Cost sent = telemetry_of(model.sent_byte, sent_bytes, off, off);
    compute.add(sum.compute);
    checkpoint.add(sum.checkpoint);
    telemetry.add(sent);
    Cost all = sum.compute;
    all += sum.checkpoint;
    total.add(all += sent);
  }
  const LayerCosts centre = sum_of(prediction.centre);
  const Cost sent = telemetry_of(model.sent_byte, sent_bytes, 0.0, 0.0);
  prediction.compute = compute.around(centre.compute);
  prediction.checkpoint = checkpoint.around(centre.checkpoint);
  prediction.telemetry = telemetry.around(sent);
  Cost all = centre.compute;
  all += centre.checkpoint;
  prediction.total = total.around(all += sent);
}

}  // namespace

Cost cost_of(const ClassModel& of, const Regressors& counts) {
  return {dot(counts, of.energy.coefficients), dot(counts, of.time.coefficients)};
}

Cost draw_cost(
    const ClassModel& of, const Regressors& counts, std::size_t class_draw, double energy_spread,
    double time_spread, Random& random) {
  const Unexplained unexplained(random);
  const auto factor = [&](const std::vector<double>& held_out, double spread) {
    return std::max(0.0, (1.0 + unexplained.of(held_out)) * (1.0 + spread));
  };
  return {
      dot(counts, of.energy.draws[class_draw]) * factor(of.energy.held_out, energy_spread),
      dot(counts, of.time.draws[class_draw]) * factor(of.time.held_out, time_spread)};
}

Result<NetworkPrediction> predict_network(
    const EnergyModel& model, std::span<const LayerCounts> layers, const Execution& execution,
    std::uint64_t sent_bytes, std::uint32_t draws, std::uint64_t seed) {
  if (draws < fewest_draws || draws > most_draws)
    return fail(
        Errc::invalid_argument, "predict: ", fewest_draws, " to ", most_draws,
        " draws were wanted, and got ", draws);
  std::vector<Seen> seen;
  for (std::size_t i = 0; i < layers.size(); ++i)
    seen.push_back(TRY(seen_by(model, layers[i], i, execution)));

  NetworkPrediction prediction;
  for (const Seen& layer : seen)
    prediction.centre.push_back(
        {layer.compute ? cost_of(*layer.compute, layer.compute_counts) : Cost{},
         layer.checkpoint ? cost_of(*layer.checkpoint, layer.checkpoint_counts) : Cost{}});
  Random random(seed, "prediction");
  for (std::uint32_t d = 0; d < draws; ++d) {
    const Choice choice = choose(model, random);
    NetworkCosts& costs = prediction.draws.emplace_back();
    for (const Seen& layer : seen) {
      const Cost compute = drawn(layer.compute, layer.compute_counts, choice, random);
      costs.push_back({compute, drawn(layer.checkpoint, layer.checkpoint_counts, choice, random)});
    }
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    prediction.layers.push_back(layer_of(prediction, i));
    prediction.layers.back().name = layers[i].name;
    prediction.layers.back().op = name_of(layers[i].op);
  }
  add_sums(model, sent_bytes, random, prediction);
  return prediction;
}

}  // namespace sunfleck
