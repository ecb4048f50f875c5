#include "profiles/formats.h"

#include <array>
#include <charconv>
#include <cmath>

#include "core/power/harvest_statistics.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

constexpr std::string_view title = "# sunfleck harvest profile 1";

std::string escaped(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\\')
      line += "\\\\";
    else if (c == '\n')
      line += "\\n";
    else if (c == '\r')
      line += "\\r";
    else
      line += c;
  }
  return line;
}

std::string unescaped(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool is_escape = line[i] == '\\' && i + 1 < line.size();
    if (is_escape) ++i;
    if (is_escape && line[i] == 'n')
      text += '\n';
    else if (is_escape && line[i] == 'r')
      text += '\r';
    else
      text += line[i];
  }
  return text;
}

std::string_view unit_of(HarvestKind kind) { return is_power(kind) ? "W" : "V"; }

void append_value(std::string& text, float value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end.ptr);
  text += '\n';
}

// The text after "# <field>: "; nothing when the line is another.
std::optional<std::string_view> after_field(std::string_view line, std::string_view field) {
  const std::string start = join("# ", field, ":");
  if (!line.starts_with(start)) return std::nullopt;
  line.remove_prefix(start.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

// Reads the header, whose lines come in their order.
class Header {
 public:
  explicit Header(TextLines& lines) : lines_(lines) {}

  Result<std::string_view> text(std::string_view field) {
    const std::optional<std::string_view> line = lines_.next();
    if (!line)
      return fail(Errc::invalid_argument, lines_.wrong("the file ends in its header").text);
    const auto value = after_field(*line, field);
    if (!value)
      return lines_.wrong("the header's '# ", field, ":' was wanted, got '", shown(*line), "'");
    return *value;
  }
  // A number above 0 with its unit.
  Result<double> number(std::string_view field, std::string_view unit) {
    std::string_view value = TRY(text(field));
    if (!value.ends_with(join(" ", unit)))
      return lines_.wrong("'", field, "' was wanted in ", unit, ", got '", shown(value), "'");
    value.remove_suffix(unit.size() + 1);
    const double number = TRY(lines_.number_in(value));
    if (number > 0.0) return number;
    return lines_.wrong("'", field, "' must be above 0, got ", number);
  }

 private:
  TextLines& lines_;
};

Result<HarvestFormat> read_format(Header& header, const TextLines& lines) {
  HarvestFormat format;
  const std::string_view word = TRY(header.text("kind"));
  const std::optional<HarvestKind> kind = harvest_kind_called(word);
  if (!kind) return lines.wrong("no kind of profile is called '", shown(word), "'");
  format.kind = *kind;
  const std::string_view unit = TRY(header.text("unit"));
  if (unit != unit_of(*kind))
    return lines.wrong(
        "a profile of this kind is in ", unit_of(*kind), ", got '", shown(unit), "'");
  if (has_resistance(*kind)) format.resistance = {TRY(header.number("resistance", "Ohm"))};
  constexpr double longest_period = 1e15;  // 11 days in nanoseconds
  const double period = TRY(header.number("period", "ns"));
  if (period != std::floor(period) || period > longest_period)
    return lines.wrong("the period must be a whole number of at most 1e15 ns, got ", period);
  format.period = RunTime(static_cast<std::int64_t>(period));
  return format;
}

Result<float> read_value(const TextLines& lines, std::string_view line) {
  float value = 0.0F;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), value);
  const bool is_whole = end.ec == std::errc{} && end.ptr == line.data() + line.size();
  if (is_whole && std::isfinite(value) && value >= 0.0F) return value;
  const double number = TRY(lines.number_in(line));
  if (number < 0.0) return lines.wrong("a sample must not be negative, got ", number);
  return lines.wrong("a sample was wanted that fits a float, got '", shown(line), "'");
}

}  // namespace

std::string to_csv(const HarvestProfile& profile) {
  const HarvestFormat& format = profile.format;
  std::string text = join(
      title, "\n# name: ", escaped(profile.name), "\n# kind: ", name_of(format.kind),
      "\n# unit: ", unit_of(format.kind), "\n");
  if (has_resistance(format.kind)) text += join("# resistance: ", format.resistance, "\n");
  text +=
      join("# period: ", format.period.count(), " ns\n# origin: ", escaped(profile.origin), "\n");
  for (const float value : profile.samples)
    append_value(text, value);
  return text;
}

bool is_csv(std::string_view text) {
  TextLines lines(text.substr(0, 256), "");
  return lines.next() == title;
}

Result<HarvestProfile> read_csv(std::string_view text, std::string_view where) {
  TextLines lines(text, where);
  if (lines.next() != title)
    return fail(Errc::invalid_argument, where, ": the first line must be '", title, "'");
  Header header(lines);
  HarvestProfile profile;
  profile.name = unescaped(TRY(header.text("name")));
  profile.format = TRY(read_format(header, lines));
  profile.origin = unescaped(TRY(header.text("origin")));
  while (const std::optional<std::string_view> line = lines.next()) {
    if (profile.samples.size() == most_samples)
      return lines.wrong(
          "a profile holds at most ", most_samples, " samples, and here is one more");
    profile.samples.push_back(TRY(read_value(lines, *line)));
  }
  if (profile.samples.empty())
    return fail(Errc::invalid_argument, where, ": the profile has no samples");
  return profile;
}

}  // namespace sunfleck
