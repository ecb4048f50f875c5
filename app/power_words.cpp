#include "app/power_words.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/base/text.h"

namespace sunfleck::app {
namespace {

// "a,b=c" as {"", "a"}, {"b", "c"}; each may be asked for once.
class Assignments {
 public:
  Assignments(std::string option, std::string_view text) : option_(std::move(option)) {
    while (!text.empty()) {
      const std::string_view word = text.substr(0, text.find(','));
      const std::size_t equals = word.find('=');
      const bool is_bare = equals == std::string_view::npos;
      words_.push_back(
          {std::string(is_bare ? "" : word.substr(0, equals)),
           std::string(is_bare ? word : word.substr(equals + 1))});
      text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
  }

  // Leaves `to` as it is when the name was not given; "" is the value without a name.
  template <class Unit>
  Status take(std::string_view name, Unit& to) {
    const auto word = std::ranges::find(words_, name, &Word::name);
    if (word == words_.end()) return ok;
    const std::optional<Unit> value = parse_quantity<Unit>(word->value);
    if (!value)
      return fail(
          Errc::usage, option_, ": a quantity such as 1", symbol(Unit{}), " was wanted, not '",
          word->value, "'");
    to = *value;
    words_.erase(word);
    return ok;
  }
  Status take(std::string_view name, RunTime& to) {
    Seconds time = to_seconds(to);
    TRY(take(name, time));
    to = to_run_time(std::clamp(time, Seconds{-1.0}, Seconds{1e9}));
    return ok;
  }
  Status take_share(double& to) {
    const auto word = std::ranges::find(words_, "", &Word::name);
    if (word == words_.end()) return ok;
    const std::optional<double> value = to_number(word->value);
    if (!value)
      return fail(
          Errc::usage, option_, ": a number such as 0.76 was wanted, not '", word->value, "'");
    to = *value;
    words_.erase(word);
    return ok;
  }
  Status end(std::string_view known) const {
    if (words_.empty()) return ok;
    const Word& first = words_.front();
    return fail(
        Errc::usage, option_, ": '", first.name, first.name.empty() ? "" : "=", first.value,
        "' is not known here; there are ", known);
  }

 private:
  struct Word {
    std::string name;
    std::string value;
  };
  std::string option_;
  std::vector<Word> words_;
};

Error as_usage(const std::string& option, const Error& error) {
  return fail(Errc::usage, option, ": ", error.text);
}

}  // namespace

Result<HarvesterConfig> harvester_called(const std::string& words) {
  const std::string option = "--harvester";
  const std::size_t colon = std::min(words.find(':'), words.size());
  const std::string kind = words.substr(0, colon);
  Assignments rest(option, std::string_view(words).substr(std::min(colon + 1, words.size())));
  HarvesterConfig config;
  if (kind == "fixed") {
    config.kind = HarvesterKind::fixed;
    TRY(rest.take("", config.voltage));
    TRY(rest.end("a voltage: fixed:1.2V"));
  } else if (kind == "fraction") {
    config.kind = HarvesterKind::fraction;
    TRY(rest.take_share(config.share));
    TRY(rest.take("interval", config.interval));
    TRY(rest.take("pause", config.pause));
    TRY(rest.end("a share, interval and pause: fraction:0.76,interval=16s,pause=256ms"));
  } else if (kind == "perturb") {
    config.kind = HarvesterKind::perturb_and_observe;
    config.voltage = Volts{1.0};
    TRY(rest.take("step", config.step));
    TRY(rest.take("interval", config.interval));
    TRY(rest.take("voltage", config.voltage));
    TRY(rest.end("step, interval and voltage: perturb:step=10mV,interval=100ms"));
  } else if (kind == "optimum") {
    config.kind = HarvesterKind::optimum;
    TRY(rest.end("none for optimum"));
  } else {
    return fail(
        Errc::usage, option, ": fixed, fraction, perturb or optimum was wanted, not '", kind, "'");
  }
  if (const Status sound = check(config); !sound) return as_usage(option, sound.error());
  return config;
}

Result<SolarPanel> panel_called(const std::string& words) {
  Assignments rest("--panel", words);
  SolarPanel panel;
  TRY(rest.take("isc", panel.short_circuit));
  TRY(rest.take("voc", panel.open_circuit));
  TRY(rest.take("vmp", panel.best_voltage));
  TRY(rest.end("isc, voc and vmp: isc=10mA,voc=2.2V,vmp=1.7V"));
  const HarvestFormat light{
      .kind = HarvestKind::irradiance, .period = std::chrono::milliseconds(1)};
  if (const Status sound = check(SourceAssumptions{.panel = panel}, light); !sound)
    return as_usage("--panel", sound.error());
  return panel;
}

Status check_panel(const SourceAssumptions& assumptions, const HarvestFormat& format) {
  if (format.kind != HarvestKind::irradiance || assumptions.panel) return ok;
  return fail(
      Errc::usage,
      "profile: it gives light, and the solar panel that it falls on must be said: "
      "--panel isc=10mA,voc=2.2V,vmp=1.7V, or [source.panel] in a TOML power path");
}

Result<RailLoad> load_called(const std::string& words) {
  RailLoad load;
  if (const auto current = parse_quantity<Amperes>(words))
    load.draws = *current;
  else if (const auto resistance = parse_quantity<Ohms>(words))
    load.draws = *resistance;
  else if (const auto power = parse_quantity<Watts>(words))
    load.draws = *power;
  else
    return fail(
        Errc::usage,
        "--load: a current, a resistance or a power such as 2mA, 1kOhm or 5mW was "
        "wanted, not '",
        words, "'");
  // A bare number would be read as amperes.
  if (to_number(words)) return fail(Errc::usage, "--load: '", words, "' needs a unit: A, Ohm or W");
  return load;
}

}  // namespace sunfleck::app
