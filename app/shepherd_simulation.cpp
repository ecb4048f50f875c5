#include "app/shepherd_simulation.h"

#include <algorithm>

#include "core/power/harvest_cursor.h"
#include "core/power/shepherd_presets.h"
#include "core/power/shepherd_source.h"

namespace sunfleck::app {
namespace {

// The first of a source's samples, by which the published reader judges it.
Result<std::vector<float>> first_numbers(HarvestSource& source) {
  constexpr std::size_t judged = 2 * 2000;
  std::vector<float> numbers;
  for (bool last = false; !last && numbers.size() < judged;) {
    const HarvestBlock block = TRY(source.next());
    last = block.last;
    numbers.insert(numbers.end(), block.samples.begin(), block.samples.end());
  }
  TRY(source.rewind());
  return numbers;
}

struct TargetOf {
  bool switched;
  Amperes asleep;

  ShepherdTarget operator()(Amperes current) const {
    return ShepherdConstantCurrent{current, switched ? asleep : current};
  }
  ShepherdTarget operator()(Watts power) const {
    return ShepherdConstantPower{power, switched ? Watts{} : power};
  }
  ShepherdTarget operator()(Ohms resistance) const {
    return ShepherdResistor{resistance, switched};
  }
};

// Counts what the published model does into samples of the simulation's kind.
class Sampler {
 public:
  Sampler(RunTime every, const OnSimulationSample& on_sample)
      : every_(every / shepherd_period), on_sample_(on_sample) {}

  // True when a sample ended.
  bool add(const ShepherdSample& at) {
    if (count_ == 0) sample_.lowest_storage = sample_.highest_storage = at.storage_voltage;
    sample_.lowest_storage = std::min(sample_.lowest_storage, at.storage_voltage);
    sample_.highest_storage = std::max(sample_.highest_storage, at.storage_voltage);
    sample_.harvested += at.input_voltage * at.input_current;
    sample_.delivered += at.output_voltage * at.load;
    sample_.rail_share += at.output_voltage > Volts{} ? 1.0 : 0.0;
    sample_.good_share += at.power_good ? 1.0 : 0.0;
    now_ += shepherd_period;
    last_ = at;
    if (++count_ < every_) return false;
    end();
    return true;
  }
  void end() {
    if (count_ == 0) return;
    const double share = 1.0 / static_cast<double>(count_);
    sample_.from = now_ - count_ * shepherd_period;
    sample_.time = now_;
    sample_.harvested = share * sample_.harvested;
    sample_.delivered = share * sample_.delivered;
    sample_.rail_share *= share;
    sample_.good_share *= share;
    sample_.storage = last_.storage_voltage;
    sample_.rail = last_.output_voltage;
    sample_.rail_on = last_.output_voltage > Volts{};
    sample_.power_good = last_.power_good;
    if (on_sample_) on_sample_(sample_);
    sample_ = {};
    count_ = 0;
  }
  RunTime now() const { return now_; }

 private:
  std::int64_t every_;
  const OnSimulationSample& on_sample_;
  std::int64_t count_ = 0;
  RunTime now_{};
  ShepherdSample last_;
  SimulationSample sample_;
};

}  // namespace

Result<ShepherdConfig> shepherd_config(const PowerSettings& settings) {
  if (settings.harvester || settings.panel || !settings.iv_plot.empty())
    return fail(
        Errc::usage,
        "--shepherd-compatible: the published model has its own harvester: --harvester, --panel "
        "and --iv-plot are not for it");
  ShepherdConfig config = TRY(shepherd_preset(settings.path.empty() ? "bq25570" : settings.path));
  const PowerPathChanges& changes = settings.changes;
  config.on = changes.on.value_or(config.on);
  config.off = changes.off.value_or(config.off);
  if (config.capacitor) {
    config.capacitor->capacitance = changes.capacitance.value_or(config.capacitor->capacitance);
    if (changes.initial_voltage)
      config.capacitor->initial = *changes.initial_voltage / config.capacitor->rated;
  }
  TRY(check(config));
  return config;
}

Result<ShepherdResult> simulate_shepherd(
    HarvestSource& source, const PowerSettings& settings, const OnSimulationSample& on_sample,
    const std::stop_token& stop) {
  const ShepherdConfig config = TRY(shepherd_config(settings));
  const HarvestFormat format = source.format();
  const std::vector<float> first = TRY(first_numbers(source));
  const ShepherdInput input = TRY(shepherd_input(format, first));
  const bool switched = settings.load.connected == LoadSwitch::power_good;
  const ShepherdTarget target =
      std::visit(TargetOf{switched, settings.load.asleep}, settings.load.draws);
  TRY(check(target));
  ShepherdSource model(config, input, target);
  ShepherdSummary summary;
  Sampler sampler(settings.sample_every, on_sample);
  const RunTime until = settings.until > RunTime{} ? settings.until : RunTime::max();
  const std::size_t points = format.kind == HarvestKind::iv_curve ? format.points : 1;
  HarvestCursor cursor(source, settings.passes);
  ShepherdResult result;
  while (!cursor.source_ended() && sampler.now() < until && !result.stopped) {
    const HarvestStep step = TRY(cursor.next(format.period * 1000));
    for (const HarvestPiece& piece : step.pieces()) {
      const std::size_t rows = piece.samples == nullptr
          ? static_cast<std::size_t>(piece.duration / shepherd_period) * piece.count
          : points * piece.count;
      for (std::size_t i = 0; i < rows && sampler.now() < until; ++i) {
        const float* at = piece.samples == nullptr ? nullptr : piece.samples + 2 * i;
        const ShepherdSample sample = at == nullptr
            ? model.step({}, {})
            : model.step({static_cast<double>(at[0])}, {static_cast<double>(at[1])});
        summary.add(sample);
        if (sampler.add(sample) && stop.stop_requested()) result.stopped = true;
      }
    }
  }
  sampler.end();
  result.duration = sampler.now();
  result.into_storage = summary.into_storage();
  result.out_of_storage = summary.out_of_storage();
  result.delivered = summary.delivered();
  result.power_good_share = summary.power_good_share();
  return result;
}

}  // namespace sunfleck::app
