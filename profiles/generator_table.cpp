#include "profiles/generator_table.h"

#include <algorithm>
#include <array>
#include <optional>

#include "profiles/generators.h"

namespace sunfleck {
namespace {

using namespace literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

template <class Source>
struct Parameter {
  std::string_view name;
  std::string_view unit;  // empty for a number without
  void (*set)(Source& source, double value);
};

void assign(double& to, double value) { to = value; }
template <int V, int A, int S>
void assign(Quantity<V, A, S>& to, double value) {
  to.si = value;
}
void assign(RunTime& to, double value) {
  constexpr double longest = 9e9;  // seconds that fit into nanoseconds
  to = to_run_time(Seconds{std::clamp(value, -1.0, longest)});
}

// Sets the member that is found along a path of members.
template <auto first, auto... rest, class Source>
void store(Source& to, double value) {
  if constexpr (sizeof...(rest) == 0)
    assign(to.*first, value);
  else
    store<rest...>(to.*first, value);
}

constexpr std::array constant_parameters{
    Parameter<ConstantSource>{"power", "W", &store<&ConstantSource::power>},
    Parameter<ConstantSource>{
        "duration", "s", &store<&ConstantSource::sampling, &Sampling::duration>},
    Parameter<ConstantSource>{
        "sample-period", "s", &store<&ConstantSource::sampling, &Sampling::period>},
};
constexpr std::array on_off_parameters{
    Parameter<OnOffSource>{"power", "W", &store<&OnOffSource::power>},
    Parameter<OnOffSource>{"cycle", "s", &store<&OnOffSource::cycle>},
    Parameter<OnOffSource>{"duty", "", &store<&OnOffSource::duty>},
    Parameter<OnOffSource>{"duration", "s", &store<&OnOffSource::sampling, &Sampling::duration>},
    Parameter<OnOffSource>{"sample-period", "s", &store<&OnOffSource::sampling, &Sampling::period>},
};
constexpr std::array telegraph_parameters{
    Parameter<TelegraphSource>{"high", "W", &store<&TelegraphSource::high>},
    Parameter<TelegraphSource>{"low", "W", &store<&TelegraphSource::low>},
    Parameter<TelegraphSource>{"high-time", "s", &store<&TelegraphSource::high_time>},
    Parameter<TelegraphSource>{"low-time", "s", &store<&TelegraphSource::low_time>},
    Parameter<TelegraphSource>{
        "duration", "s", &store<&TelegraphSource::sampling, &Sampling::duration>},
    Parameter<TelegraphSource>{
        "sample-period", "s", &store<&TelegraphSource::sampling, &Sampling::period>},
};
constexpr std::array solar_parameters{
    Parameter<SolarDaySource>{"peak", "W", &store<&SolarDaySource::peak>},
    Parameter<SolarDaySource>{"irradiance", "W/m2", &store<&SolarDaySource::irradiance>},
    Parameter<SolarDaySource>{
        "isc", "A", &store<&SolarDaySource::panel, &SolarPanel::short_circuit>},
    Parameter<SolarDaySource>{
        "voc", "V", &store<&SolarDaySource::panel, &SolarPanel::open_circuit>},
    Parameter<SolarDaySource>{
        "vmpp", "V", &store<&SolarDaySource::panel, &SolarPanel::best_voltage>},
    Parameter<SolarDaySource>{"daylight", "s", &store<&SolarDaySource::daylight>},
    Parameter<SolarDaySource>{"clear", "s", &store<&SolarDaySource::clouds, &Clouds::clear>},
    Parameter<SolarDaySource>{"cloud", "s", &store<&SolarDaySource::clouds, &Clouds::cloud>},
    Parameter<SolarDaySource>{"thickest", "", &store<&SolarDaySource::clouds, &Clouds::thickest>},
    Parameter<SolarDaySource>{"thinnest", "", &store<&SolarDaySource::clouds, &Clouds::thinnest>},
    Parameter<SolarDaySource>{"edge", "s", &store<&SolarDaySource::clouds, &Clouds::edge>},
    Parameter<SolarDaySource>{
        "duration", "s", &store<&SolarDaySource::sampling, &Sampling::duration>},
    Parameter<SolarDaySource>{
        "sample-period", "s", &store<&SolarDaySource::sampling, &Sampling::period>},
};
constexpr std::array office_parameters{
    Parameter<OfficeLightSource>{"lamps", "lx", &store<&OfficeLightSource::lamps>},
    Parameter<OfficeLightSource>{"window", "lx", &store<&OfficeLightSource::window>},
    Parameter<OfficeLightSource>{"per-lux", "W", &store<&OfficeLightSource::per_lux>},
    Parameter<OfficeLightSource>{"begin", "h", &store<&OfficeLightSource::begin>},
    Parameter<OfficeLightSource>{"work-from", "h", &store<&OfficeLightSource::work_from>},
    Parameter<OfficeLightSource>{"work-until", "h", &store<&OfficeLightSource::work_until>},
    Parameter<OfficeLightSource>{"sunrise", "h", &store<&OfficeLightSource::sunrise>},
    Parameter<OfficeLightSource>{"sunset", "h", &store<&OfficeLightSource::sunset>},
    Parameter<OfficeLightSource>{"present", "s", &store<&OfficeLightSource::present>},
    Parameter<OfficeLightSource>{"absent", "s", &store<&OfficeLightSource::absent>},
    Parameter<OfficeLightSource>{"hold", "s", &store<&OfficeLightSource::hold>},
    Parameter<OfficeLightSource>{"clear", "s", &store<&OfficeLightSource::clouds, &Clouds::clear>},
    Parameter<OfficeLightSource>{"cloud", "s", &store<&OfficeLightSource::clouds, &Clouds::cloud>},
    Parameter<OfficeLightSource>{
        "thickest", "", &store<&OfficeLightSource::clouds, &Clouds::thickest>},
    Parameter<OfficeLightSource>{
        "thinnest", "", &store<&OfficeLightSource::clouds, &Clouds::thinnest>},
    Parameter<OfficeLightSource>{"edge", "s", &store<&OfficeLightSource::clouds, &Clouds::edge>},
    Parameter<OfficeLightSource>{
        "duration", "s", &store<&OfficeLightSource::sampling, &Sampling::duration>},
    Parameter<OfficeLightSource>{
        "sample-period", "s", &store<&OfficeLightSource::sampling, &Sampling::period>},
};
constexpr std::array walk_parameters{
    Parameter<RandomWalkSource>{"power", "W", &store<&RandomWalkSource::power>},
    Parameter<RandomWalkSource>{"radius", "m", &store<&RandomWalkSource::radius>},
    Parameter<RandomWalkSource>{"nearest", "m", &store<&RandomWalkSource::nearest>},
    Parameter<RandomWalkSource>{"speed", "m/s", &store<&RandomWalkSource::speed>},
    Parameter<RandomWalkSource>{"turning", "", &store<&RandomWalkSource::turning>},
    Parameter<RandomWalkSource>{"shadowing", "dB", &store<&RandomWalkSource::shadowing>},
    Parameter<RandomWalkSource>{"shadowing-time", "s", &store<&RandomWalkSource::shadowing_time>},
    Parameter<RandomWalkSource>{"body", "dB", &store<&RandomWalkSource::body>},
    Parameter<RandomWalkSource>{"facing-time", "s", &store<&RandomWalkSource::facing_time>},
    Parameter<RandomWalkSource>{"averted-time", "s", &store<&RandomWalkSource::averted_time>},
    Parameter<RandomWalkSource>{"sensitivity", "W", &store<&RandomWalkSource::sensitivity>},
    Parameter<RandomWalkSource>{
        "duration", "s", &store<&RandomWalkSource::sampling, &Sampling::duration>},
    Parameter<RandomWalkSource>{
        "sample-period", "s", &store<&RandomWalkSource::sampling, &Sampling::period>},
};
constexpr std::array gait_parameters{
    Parameter<GaitSource>{"stride", "Hz", &store<&GaitSource::stride>},
    Parameter<GaitSource>{"jitter", "", &store<&GaitSource::jitter>},
    Parameter<GaitSource>{"peak", "V", &store<&GaitSource::peak>},
    Parameter<GaitSource>{"strength", "", &store<&GaitSource::strength>},
    Parameter<GaitSource>{"resonance", "Hz", &store<&GaitSource::resonance>},
    Parameter<GaitSource>{"decay", "s", &store<&GaitSource::decay>},
    Parameter<GaitSource>{"resistance", "Ohm", &store<&GaitSource::resistance>},
    Parameter<GaitSource>{"duration", "s", &store<&GaitSource::sampling, &Sampling::duration>},
    Parameter<GaitSource>{"sample-period", "s", &store<&GaitSource::sampling, &Sampling::period>},
};
constexpr std::array hvac_parameters{
    Parameter<HvacSource>{"difference", "K", &store<&HvacSource::difference>},
    Parameter<HvacSource>{"run", "s", &store<&HvacSource::run>},
    Parameter<HvacSource>{"rest", "s", &store<&HvacSource::rest>},
    Parameter<HvacSource>{"spread", "", &store<&HvacSource::spread>},
    Parameter<HvacSource>{"lag", "s", &store<&HvacSource::lag>},
    Parameter<HvacSource>{"seebeck", "V/K", &store<&HvacSource::seebeck>},
    Parameter<HvacSource>{"resistance", "Ohm", &store<&HvacSource::resistance>},
    Parameter<HvacSource>{"duration", "s", &store<&HvacSource::sampling, &Sampling::duration>},
    Parameter<HvacSource>{"sample-period", "s", &store<&HvacSource::sampling, &Sampling::period>},
};

// A number in a unit; a time may be in minutes and hours, too.
std::optional<double> quantity_of(std::string_view text, std::string_view unit) {
  std::optional<double> value = parse_quantity(text, unit);
  if (value || unit != "s") return value;
  if ((value = parse_quantity(text, "min"))) return 60.0 * *value;
  if ((value = parse_quantity(text, "h"))) return 3600.0 * *value;
  return std::nullopt;
}

template <const auto& table>
std::string names_of() {
  std::string names;
  for (const auto& parameter : table) {
    names += join(names.empty() ? "" : ", ", parameter.name);
    if (!parameter.unit.empty()) names += join(" (", parameter.unit, ")");
  }
  return names;
}

template <const auto& table, class Source>
Status set_parameter(Source& source, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  const auto found =
      std::ranges::find(table, assignment.substr(0, equals), &Parameter<Source>::name);
  if (equals == std::string_view::npos || found == table.end())
    return fail(Errc::usage, "'", assignment, "' sets no parameter; there are ", names_of<table>());
  const auto value = quantity_of(assignment.substr(equals + 1), found->unit);
  if (!value)
    return fail(
        Errc::usage, "'", assignment, "': a number", found->unit.empty() ? "" : " in ", found->unit,
        " was wanted");
  found->set(source, *value);
  return ok;
}

// A generator with its usual parameters and the table of those that may be set.
template <const auto& usual, const auto& table>
Result<HarvestProfile> make(std::string_view assignments, std::uint64_t seed) {
  auto source = usual;
  while (!assignments.empty()) {
    const std::size_t comma = std::min(assignments.find(','), assignments.size());
    TRY(set_parameter<table>(source, assignments.substr(0, comma)));
    assignments.remove_prefix(std::min(comma + 1, assignments.size()));
  }
  if constexpr (requires { generate(source, seed); })
    return generate(source, seed);
  else
    return generate(source);
}

// What each is without parameters: something that a small board can live on.
constexpr ConstantSource constant{.power = 1.5_mW, .sampling = {}};
constexpr OnOffSource on_off{
    .power = 3.0_mW,
    .cycle = milliseconds(500),
    .sampling = {.duration = seconds(30), .period = milliseconds(10)}};
constexpr TelegraphSource telegraph{
    .high = 3.0_mW,
    .high_time = 0.5_s,
    .low_time = 1.5_s,
    .sampling = {.duration = seconds(60), .period = milliseconds(20)}};
constexpr SolarDaySource solar_day{
    .peak = 4.0_mW,
    .daylight = seconds(600),
    .clouds = {.clear = 40.0_s, .cloud = 30.0_s, .edge = 3.0_s},
    .sampling = {.duration = seconds(720), .period = milliseconds(200)}};
constexpr SolarDaySource with_kind(HarvestKind kind) {
  SolarDaySource source = solar_day;
  source.kind = kind;
  return source;
}
constexpr SolarDaySource solar_light = with_kind(HarvestKind::irradiance);
constexpr SolarDaySource solar_panel = with_kind(HarvestKind::diode);
constexpr OfficeLightSource office_light{};
constexpr RandomWalkSource random_walk{.power = 3.3_mW, .sampling = {}};
constexpr GaitSource gait{};
constexpr HvacSource hvac{};

// To add a generator, add a row.
constexpr std::array table{
    Generator{
        .name = "constant",
        .summary = "the same power all the time",
        .example = "constant:power=5mW,duration=60s",
        .parameters = &names_of<constant_parameters>,
        .make = &make<constant, constant_parameters>},
    Generator{
        .name = "on-off",
        .summary = "power that is switched regularly",
        .example = "on-off:power=5mW,cycle=1s,duty=0.2",
        .parameters = &names_of<on_off_parameters>,
        .make = &make<on_off, on_off_parameters>},
    Generator{
        .name = "telegraph",
        .summary = "two powers that follow each other after exponential times",
        .example = "telegraph:high=5mW,high-time=200ms,low-time=1s",
        .parameters = &names_of<telegraph_parameters>,
        .make = &make<telegraph, telegraph_parameters>},
    Generator{
        .name = "solar-day",
        .summary = "power of a solar cell from sunrise to night, with clouds",
        .example = "solar-day:peak=4mW,daylight=60s,duration=70s",
        .parameters = &names_of<solar_parameters>,
        .make = &make<solar_day, solar_parameters>},
    Generator{
        .name = "solar-light",
        .summary = "the same day as light, W/m2, for a panel of the power path",
        .example = "solar-light:irradiance=800,daylight=10h,duration=12h,sample-period=10s",
        .parameters = &names_of<solar_parameters>,
        .make = &make<solar_light, solar_parameters>},
    Generator{
        .name = "solar-panel",
        .summary = "the same day as a panel's diode law, by the three numbers of its sheet",
        .example = "solar-panel:isc=15mA,voc=1.89V,vmpp=1.5V",
        .parameters = &names_of<solar_parameters>,
        .make = &make<solar_panel, solar_parameters>},
    Generator{
        .name = "office-light",
        .summary = "power of a small cell in an office: lamps, people, a window",
        .example = "office-light:lamps=300lx,hold=5min,per-lux=0.2uW",
        .parameters = &names_of<office_parameters>,
        .make = &make<office_light, office_parameters>},
    Generator{
        .name = "random-walk",
        .summary = "power of a device that is carried around an RF beacon",
        .example = "random-walk:power=3mW,sensitivity=0.1mW",
        .parameters = &names_of<walk_parameters>,
        .make = &make<random_walk, walk_parameters>},
    Generator{
        .name = "gait",
        .summary = "rectified voltage of a piezo element in a shoe, behind its impedance",
        .example = "gait:stride=0.9Hz,peak=20V,resistance=22kOhm",
        .parameters = &names_of<gait_parameters>,
        .make = &make<gait, gait_parameters>},
    Generator{
        .name = "hvac",
        .summary = "voltage of a thermoelectric module over a duct, behind its resistance",
        .example = "hvac:difference=8K,run=5min,rest=10min",
        .parameters = &names_of<hvac_parameters>,
        .make = &make<hvac, hvac_parameters>},
};

}  // namespace

std::span<const Generator> generators() { return table; }

Result<HarvestProfile> generated(std::string_view specification, std::uint64_t seed) {
  const std::size_t colon = std::min(specification.find(':'), specification.size());
  const auto found = std::ranges::find(table, specification.substr(0, colon), &Generator::name);
  if (found == table.end()) {
    std::string names;
    for (const Generator& each : table)
      names += join(names.empty() ? "" : ", ", each.name);
    return fail(
        Errc::not_found, "no generator is called '", specification.substr(0, colon),
        "'; there are ", names);
  }
  const std::size_t after = std::min(colon + 1, specification.size());
  Result<HarvestProfile> made = found->make(specification.substr(after), seed);
  if (!made) return fail(Errc::usage, found->name, ": ", made.error().text);
  HarvestProfile profile = *std::move(made);
  profile.name = specification;
  return profile;
}

}  // namespace sunfleck
