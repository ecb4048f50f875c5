#include "app/profile_spec.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <system_error>

#include "app/files.h"
#include "profiles/builtin.h"
#include "profiles/generators.h"
#include "profiles/importers.h"

namespace sunfleck::app {
namespace {

constexpr const char* kept_suffix = ".csv";

// A parameter of a generator as people write it: "power=5mW". Numbers without a unit have unit "".
template <class Source>
struct Parameter {
  std::string_view name;
  std::string_view unit;
  void (*set)(Source& source, double value);
};

RunTime time_of(double seconds) { return to_run_time(Seconds{std::clamp(seconds, 0.0, 1e9)}); }

// What every generator has.
template <class Source>
constexpr Parameter<Source> duration_parameter{
    "duration", "s", [](Source& to, double value) { to.sampling.duration = time_of(value); }};
template <class Source>
constexpr Parameter<Source> sampling_parameter{
    "sample-period", "s", [](Source& to, double value) { to.sampling.period = time_of(value); }};

constexpr std::array constant_parameters{
    Parameter<ConstantSource>{"power", "W", [](auto& to, double value) { to.power.si = value; }},
    duration_parameter<ConstantSource>,
    sampling_parameter<ConstantSource>,
};
constexpr std::array on_off_parameters{
    Parameter<OnOffSource>{"power", "W", [](auto& to, double value) { to.power.si = value; }},
    Parameter<OnOffSource>{"cycle", "s", [](auto& to, double value) { to.cycle = time_of(value); }},
    Parameter<OnOffSource>{"duty", "", [](auto& to, double value) { to.duty = value; }},
    duration_parameter<OnOffSource>,
    sampling_parameter<OnOffSource>,
};
constexpr std::array solar_parameters{
    Parameter<SolarDaySource>{"peak", "W", [](auto& to, double value) { to.peak.si = value; }},
    Parameter<SolarDaySource>{
        "daylight", "s", [](auto& to, double value) { to.daylight = time_of(value); }},
    Parameter<SolarDaySource>{
        "clear", "s", [](auto& to, double value) { to.clear_time.si = value; }},
    Parameter<SolarDaySource>{
        "cloud", "s", [](auto& to, double value) { to.cloud_time.si = value; }},
    duration_parameter<SolarDaySource>,
    sampling_parameter<SolarDaySource>,
};
constexpr std::array walk_parameters{
    Parameter<RandomWalkSource>{
        "power", "W", [](auto& to, double value) { to.power_at_metre.si = value; }},
    Parameter<RandomWalkSource>{"radius", "", [](auto& to, double value) { to.radius = value; }},
    Parameter<RandomWalkSource>{"speed", "", [](auto& to, double value) { to.speed = value; }},
    Parameter<RandomWalkSource>{
        "sensitivity", "W", [](auto& to, double value) { to.sensitivity.si = value; }},
    duration_parameter<RandomWalkSource>,
    sampling_parameter<RandomWalkSource>,
};

template <class Source>
std::string names_of(std::span<const Parameter<Source>> parameters) {
  std::string names;
  for (const auto& parameter : parameters)
    names += join(names.empty() ? "" : ", ", parameter.name);
  return names;
}

template <class Source>
Status set_parameter(
    Source& source, std::span<const Parameter<Source>> parameters, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  const std::string_view name = assignment.substr(0, equals);
  const auto found = std::ranges::find(parameters, name, &Parameter<Source>::name);
  if (equals == std::string_view::npos || found == parameters.end())
    return fail(
        Errc::usage, "profile: '", assignment, "' sets no parameter; there are ",
        names_of(parameters));
  const auto value = parse_quantity(assignment.substr(equals + 1), found->unit);
  if (!value)
    return fail(
        Errc::usage, "profile: '", assignment, "': a number", found->unit.empty() ? "" : " in ",
        found->unit, " was wanted");
  found->set(source, *value);
  return ok;
}

template <class Source>
Status set_parameters(
    Source& source, std::span<const Parameter<Source>> parameters, std::string_view text) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    TRY(set_parameter(source, parameters, text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return ok;
}

Result<HarvestProfile> constant(std::string_view text, std::uint64_t /*seed*/) {
  ConstantSource source;
  TRY(set_parameters<ConstantSource>(source, constant_parameters, text));
  return generate(source);
}

Result<HarvestProfile> on_off(std::string_view text, std::uint64_t /*seed*/) {
  OnOffSource source{.cycle = std::chrono::seconds(1)};
  TRY(set_parameters<OnOffSource>(source, on_off_parameters, text));
  return generate(source);
}

Result<HarvestProfile> solar_day(std::string_view text, std::uint64_t seed) {
  SolarDaySource source{
      .daylight = std::chrono::seconds(30), .clear_time = {4.0}, .cloud_time = {3.0}};
  TRY(set_parameters<SolarDaySource>(source, solar_parameters, text));
  return generate(source, seed);
}

Result<HarvestProfile> random_walk(std::string_view text, std::uint64_t seed) {
  RandomWalkSource source;
  TRY(set_parameters<RandomWalkSource>(source, walk_parameters, text));
  return generate(source, seed);
}

struct Generator {
  std::string_view name;
  std::string_view example;
  Result<HarvestProfile> (*make)(std::string_view parameters, std::uint64_t seed);
};

constexpr std::array generators{
    Generator{"constant", "constant:power=5mW,duration=60s", &constant},
    Generator{"on-off", "on-off:power=5mW,cycle=1s,duty=0.2", &on_off},
    Generator{"solar-day", "solar-day:peak=4mW,daylight=60s,duration=70s", &solar_day},
    Generator{"random-walk", "random-walk:power=3mW,sensitivity=0.1mW", &random_walk},
};

Result<HarvestProfile> from_generator(const std::string& spec, std::uint64_t seed) {
  const std::size_t colon = spec.find(':');
  const std::string_view name = std::string_view(spec).substr(0, colon);
  const auto* const found = std::ranges::find(generators, name, &Generator::name);
  if (found == generators.end())
    return fail(
        Errc::usage, "profile: '", spec,
        "' is neither a file nor a known name; 'sunfleck profile list' has the names");
  HarvestProfile profile = TRY(found->make(std::string_view(spec).substr(colon + 1), seed));
  profile.name = spec;
  return profile;
}

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

std::filesystem::path profile_folder() { return data_folder() / "profiles"; }

std::vector<std::string> imported_profiles() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(profile_folder(), error))
    if (entry.path().extension() == kept_suffix) names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> generator_examples() {
  std::vector<std::string> examples;
  examples.reserve(generators.size());
  for (const Generator& generator : generators)
    examples.emplace_back(generator.example);
  return examples;
}

Result<OpenProfile> find_profile(const std::string& spec, std::uint64_t seed) {
  if (spec.empty()) return fail(Errc::usage, "profile: a name or a file was wanted, and '' came");
  if (is_file(spec)) return open_profile(spec);
  const bool plain_name = spec.find('/') == std::string::npos;
  if (!plain_name) return fail(Errc::io, spec, ": no such file");
  const std::filesystem::path kept = profile_folder() / (spec + kept_suffix);
  if (is_file(kept)) return open_profile(kept);
  if (spec.find(':') != std::string::npos) return opened(TRY(from_generator(spec, seed)));
  const auto builtin = builtin_profiles();
  if (std::ranges::find(builtin, spec, &BuiltinProfile::name) != builtin.end())
    return opened(TRY(builtin_profile(spec, seed)));
  return opened(TRY(from_generator(spec + ":", seed)));
}

}  // namespace sunfleck::app
