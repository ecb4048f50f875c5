#include "app/replay_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

struct StrategyName {
  std::string_view name;
  Strategy value;
};
struct RecordLevelName {
  std::string_view name;
  RecordLevel value;
};

constexpr std::array strategies{
    StrategyName{"restart", Strategy::restart},
    StrategyName{"layer", Strategy::layer},
    StrategyName{"tile", Strategy::tile},
    StrategyName{"voltage", Strategy::voltage},
};
constexpr std::array record_levels{
    RecordLevelName{"results", RecordLevel::results},
    RecordLevelName{"layers", RecordLevel::layers},
    RecordLevelName{"checkpoints", RecordLevel::checkpoints},
    RecordLevelName{"tiles", RecordLevel::tiles},
};

template <class Unit>
json number_or_null(const std::optional<Unit>& quantity) {
  return quantity ? json(quantity->si) : json(nullptr);
}

// Reads the members of a JSON object one by one and remembers the first that does not fit.
class Members {
 public:
  explicit Members(const json& object) : object_(object) {}

  void text(const char* name, std::string& to) {
    if (const json* value = find(name);
        value != nullptr && expect(value->is_string(), name, "text"))
      to = value->get<std::string>();
  }
  template <class Integer>
  void count(const char* name, Integer& to) {
    const json* value = find(name);
    if (value == nullptr || !expect(value->is_number_unsigned(), name, "a whole number")) return;
    const auto number = value->get<std::uint64_t>();
    if (expect(number <= std::numeric_limits<Integer>::max(), name, "a smaller number"))
      to = static_cast<Integer>(number);
  }
  template <class Integer>
  void count(const char* name, std::optional<Integer>& to) {
    if (find(name) != nullptr) count(name, to.emplace());
  }
  template <class Unit>
  void quantity(const char* name, std::optional<Unit>& to) {
    const json* value = find(name);
    if (value != nullptr && expect(value->is_number(), name, "a number"))
      to = Unit{value->get<double>()};
  }
  void seconds(const char* name, RunTime& to) {
    std::optional<Seconds> read;
    quantity(name, read);
    if (read && expect(read->si >= 0.0 && read->si < 1e9, name, "a time of 0 to 1e9 s"))
      to = to_run_time(*read);
  }
  template <class Value>
  void word(const char* name, std::optional<Value> (*called)(std::string_view), Value& to) {
    std::string read;
    text(name, read);
    if (read.empty()) return;
    const std::optional<Value> value = called(read);
    if (expect(value.has_value(), name, "a known word")) to = *value;
  }
  Status status() const {
    if (wrong_.empty()) return ok;
    return fail(Errc::invalid_argument, "plan: ", wrong_);
  }

 private:
  const json* find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  bool expect(bool fits, const char* name, const char* wanted) {
    if (!fits && wrong_.empty()) wrong_ = join("'", name, "' must be ", wanted);
    return fits;
  }

  const json& object_;
  std::string wrong_;
};

}  // namespace

std::string name_of(Strategy strategy) {
  return std::string(std::ranges::find(strategies, strategy, &StrategyName::value)->name);
}

std::string name_of(RecordLevel level) {
  return std::string(std::ranges::find(record_levels, level, &RecordLevelName::value)->name);
}

std::optional<Strategy> strategy_called(std::string_view name) {
  const auto found = std::ranges::find(strategies, name, &StrategyName::name);
  if (found == strategies.end()) return std::nullopt;
  return found->value;
}

std::optional<RecordLevel> record_level_called(std::string_view name) {
  const auto found = std::ranges::find(record_levels, name, &RecordLevelName::name);
  if (found == record_levels.end()) return std::nullopt;
  return found->value;
}

std::string name_of_commits(std::uint16_t tiles_per_commit) {
  if (tiles_per_commit == FW_COMMIT_AS_PLANNED) return "plan";
  if (tiles_per_commit == FW_COMMIT_BY_ENERGY) return "energy";
  return join(tiles_per_commit);
}

std::optional<std::uint16_t> commits_called(std::string_view name) {
  if (name == "plan") return FW_COMMIT_AS_PLANNED;
  if (name == "energy") return FW_COMMIT_BY_ENERGY;
  std::uint16_t tiles = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), tiles);
  const bool whole = read.ec == std::errc() && read.ptr == name.data() + name.size();
  if (!whole || tiles == FW_COMMIT_AS_PLANNED || tiles == FW_COMMIT_BY_ENERGY) return std::nullopt;
  return tiles;
}

json to_json(const ReplaySettings& settings) {
  return {
      {"name", settings.name},
      {"firmware", settings.firmware},
      {"board", settings.board},
      {"network", settings.network},
      {"calibration", settings.quantisation.calibration},
      {"bits", name_of(settings.quantisation.bits)},
      {"choice",
       settings.quantisation.choice ? json(*settings.quantisation.choice) : json(nullptr)},
      {"inputs", settings.inputs},
      {"float_inputs", settings.float_inputs},
      {"expected_output", settings.expected_output},
      {"profile", settings.profile},
      {"passes", settings.passes},
      {"strategy", settings.board.empty() ? json(name_of(settings.strategy)) : json(nullptr)},
      {"commit_every", name_of_commits(settings.tiles_per_commit)},
      {"snapshot_voltage_volts", number_or_null(settings.snapshot_voltage)},
      {"record_level", name_of(settings.record_level)},
      {"attempts", settings.attempts},
      {"inferences", settings.inferences},
      {"max_time_seconds", to_seconds(settings.max_time).si},
      {"inference_period_seconds", settings.inference_period.si},
      {"device", settings.device},
      {"path", settings.path},
      {"harvester", settings.harvester},
      {"panel", settings.panel},
      {"capacitance_farads", number_or_null(settings.capacitance)},
      {"initial_voltage_volts", number_or_null(settings.initial_voltage)},
      {"on_threshold_volts", number_or_null(settings.on_threshold)},
      {"off_threshold_volts", number_or_null(settings.off_threshold)},
      {"tile_macs", settings.tile_macs},
      {"working_bytes", settings.working_bytes},
      {"sample_period_seconds", to_seconds(settings.sample_period).si},
      {"seed", settings.seed},
  };
}

Result<ReplaySettings> replay_settings(const json& plan) {
  if (!plan.is_object()) return fail(Errc::invalid_argument, "plan: a JSON object was wanted");
  ReplaySettings settings;
  std::optional<Seconds> inference_period;
  Members members(plan);
  members.text("name", settings.name);
  members.text("firmware", settings.firmware);
  members.text("board", settings.board);
  members.text("network", settings.network);
  members.text("calibration", settings.quantisation.calibration);
  members.word("bits", &bits_called, settings.quantisation.bits);
  members.count("choice", settings.quantisation.choice);
  members.text("inputs", settings.inputs);
  members.text("float_inputs", settings.float_inputs);
  members.text("expected_output", settings.expected_output);
  members.text("profile", settings.profile);
  members.count("passes", settings.passes);
  members.word("strategy", &strategy_called, settings.strategy);
  members.word("commit_every", &commits_called, settings.tiles_per_commit);
  members.quantity("snapshot_voltage_volts", settings.snapshot_voltage);
  members.word("record_level", &record_level_called, settings.record_level);
  members.count("attempts", settings.attempts);
  members.count("inferences", settings.inferences);
  members.seconds("max_time_seconds", settings.max_time);
  members.quantity("inference_period_seconds", inference_period);
  members.text("device", settings.device);
  members.text("path", settings.path);
  members.text("harvester", settings.harvester);
  members.text("panel", settings.panel);
  members.quantity("capacitance_farads", settings.capacitance);
  members.quantity("initial_voltage_volts", settings.initial_voltage);
  members.quantity("on_threshold_volts", settings.on_threshold);
  members.quantity("off_threshold_volts", settings.off_threshold);
  members.count("tile_macs", settings.tile_macs);
  members.count("working_bytes", settings.working_bytes);
  members.seconds("sample_period_seconds", settings.sample_period);
  members.count("seed", settings.seed);
  TRY(members.status());
  settings.inference_period = inference_period.value_or(Seconds{});
  return settings;
}

}  // namespace sunfleck::app
