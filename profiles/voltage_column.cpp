#include "profiles/voltage_column.h"

#include <array>
#include <cmath>

#include "profiles/columns.h"
#include "profiles/readings.h"

namespace sunfleck {
namespace {

// The heading of a column of volts; nothing when the line is a number already.
std::optional<Heading> volts_heading(std::string_view line) {
  if (to_number(line)) return Heading{.text = {}, .what = Measured::voltage};
  const Heading heading = read_heading(line);
  if (heading.what != Measured::voltage) return std::nullopt;
  return heading;
}

}  // namespace

bool is_voltage_column(std::string_view text) {
  TextLines lines(text, "");
  const auto first = lines.next_with_data();
  const auto second = lines.next_with_data();
  return first && volts_heading(*first) && (!second || to_number(*second));
}

Result<HarvestFormat> voltage_format(
    const ImportOptions& options, std::optional<RunTime> period, std::string_view where,
    std::string_view what) {
  const std::optional<RunTime> known = period ? period : options.period;
  std::string missing;
  const auto need = [&missing](bool is_there, std::string_view name) {
    if (!is_there) missing += join(missing.empty() ? "" : " and ", name);
  };
  need(known.has_value(), "the period between its samples");
  need(options.resistance.has_value(), "a resistance");
  need(options.kind.has_value(), "its kind (voltage_into_load or voltage_behind_resistance)");
  if (!missing.empty())
    return fail(Errc::invalid_argument, where, ": ", what, " needs to be told ", missing);
  if (!has_resistance(*options.kind))
    return fail(
        Errc::invalid_argument, where, ": ", what,
        " is of kind voltage_into_load or voltage_behind_resistance, and another was given");
  const HarvestFormat format{
      .kind = *options.kind, .resistance = *options.resistance, .period = *known};
  TRY(check(format));
  return format;
}

Result<HarvestProfile> read_voltage_column(
    std::string_view text, std::string_view where, const ImportOptions& options) {
  const HarvestFormat format =
      TRY(voltage_format(options, std::nullopt, where, "a column of volts without times"));
  TextLines lines(text, where);
  TextLines after_heading = lines;
  const auto heading = volts_heading(after_heading.next_with_data().value_or(""));
  if (heading && !heading->text.empty()) lines = after_heading;
  const double divisor = std::pow(10.0, heading ? -heading->exponent : 0);
  Readings readings(1);
  while (const auto line = lines.next_with_data()) {
    const double volts = TRY(lines.number_in(*line)) / divisor;
    TRY(readings.add(lines, {}, std::array{volts}));
  }
  if (readings.size() == 0)
    return fail(Errc::invalid_argument, where, ": one voltage or more was wanted, got none");
  TRY(check_duration(readings.size(), format.period, where));
  const std::size_t below = TRY(take_offsets(readings, 0, 1, small_voltage, where));
  HarvestProfile profile{
      .name = {},
      .format = format,
      .samples = {},
      .origin = join(
          "a column of ", readings.size(), " voltages, period ", in_seconds(format.period), " and ",
          format.resistance, " as told")};
  for (std::size_t i = 0; i < readings.size(); ++i)
    profile.samples.push_back(readings.row(i)[0]);
  if (below > 0) profile.origin += join("; ", below, " voltages below 0 V taken as 0 V");
  return profile;
}

}  // namespace sunfleck
