#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "core/power/harvest_statistics.h"
#include "profiles/formats.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

// Longer than what any program writes about a profile; the rest of a file is not bounded.
constexpr std::size_t longest_header_line = 65'536;
constexpr std::size_t numbers_per_block = 16'384;
constexpr std::int64_t longest_time = 3'000'000'000'000'000'000;  // 95 years in nanoseconds

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
    if (!line) return lines_.wrong("the file ends in its header");
    if (line->size() > longest_header_line)
      return lines_.wrong(
          "a line of the header has at most ", longest_header_line, " bytes, this has ",
          line->size());
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
  // A whole number without a unit.
  Result<std::uint32_t> count(std::string_view field) {
    const std::string_view value = TRY(text(field));
    std::uint32_t count = 0;
    const auto end = std::from_chars(value.data(), value.data() + value.size(), count);
    if (end.ec == std::errc{} && end.ptr == value.data() + value.size()) return count;
    return lines_.wrong("'", field, "' was wanted as a whole number, got '", shown(value), "'");
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
  if (*kind == HarvestKind::iv_curve) {
    format.points = TRY(header.count("points"));
    format.lead_in = TRY(header.count("lead_in"));
  }
  constexpr double longest_period = 1e15;  // 11 days in nanoseconds
  const double period = TRY(header.number("period", "ns"));
  if (period != std::floor(period) || period > longest_period)
    return lines.wrong("the period must be a whole number of at most 1e15 ns, got ", period);
  format.period = RunTime(static_cast<std::int64_t>(period));
  if (const Status checked = check(format); !checked) return lines.wrong(checked.error().text);
  return format;
}

Result<float> read_value(const TextLines& lines, std::string_view field) {
  float value = 0.0F;
  const auto end = std::from_chars(field.data(), field.data() + field.size(), value);
  const bool is_whole = end.ec == std::errc{} && end.ptr == field.data() + field.size();
  if (is_whole && std::isfinite(value) && value >= 0.0F) return value;
  const double number = TRY(lines.number_in(field));
  if (number < 0.0) return lines.wrong("a sample must not be negative, got ", number);
  return lines.wrong("a sample was wanted that fits a float, got '", shown(field), "'");
}

// A file of our own form, whose samples are read a block at a time.
class CsvSource final : public HarvestSource {
 public:
  explicit CsvSource(ProfileFile file)
      : file_(std::move(file)), lines_(file_.bytes(), file_.where()), begin_(lines_) {}

  // Name and origin. To be called first, and once.
  Result<OpenProfile> read_header() {
    if (lines_.next() != csv_title)
      return fail(
          Errc::invalid_argument, file_.where(), ": the first line must be '", csv_title, "'");
    Header header(lines_);
    OpenProfile profile{.name = unescaped(TRY(header.text("name"))), .origin = {}, .source = {}};
    format_ = TRY(read_format(header, lines_));
    profile.origin = unescaped(TRY(header.text("origin")));
    if (lines_.at_end())
      return fail(Errc::invalid_argument, file_.where(), ": the profile has no samples");
    width_ = sample_width(format_);
    begin_ = lines_;
    return profile;
  }

  HarvestFormat format() const override { return format_; }

  Result<HarvestBlock> next() override {
    samples_.clear();
    const RunTime first = TRY(skip_gap());
    now_ = first;
    while (samples_.size() + width_ <= std::max(width_, numbers_per_block) &&
           !lines_.next_begins_with('#')) {
      const auto line = lines_.next();
      if (!line) break;
      TRY(read_sample(*line));
      now_ += format_.period;
      if (now_.count() > longest_time) return lines_.wrong("up to here it lasts over 95 years");
    }
    return HarvestBlock{.first = first, .samples = samples_, .last = lines_.at_end()};
  }

  Status rewind() override {
    lines_ = begin_;
    now_ = {};
    return ok;
  }

 private:
  // Where the next sample begins.
  Result<RunTime> skip_gap() {
    if (!lines_.next_begins_with('#')) return now_;
    const std::string_view line = *lines_.next();
    std::string_view value = after_field(line, "gap").value_or("");
    if (!value.ends_with(" ns"))
      return lines_.wrong("a sample or '# gap: ... ns' was wanted, got '", shown(line), "'");
    value.remove_suffix(3);
    const RunTime gap = TRY(lines_.time_in(value, -9));
    if (gap <= RunTime{} || gap.count() > longest_time - now_.count())
      return lines_.wrong("a gap of 1 ns to 95 years was wanted, got ", gap.count(), " ns");
    if (lines_.at_end() || lines_.next_begins_with('#'))
      return lines_.wrong("a gap ends with a sample, got none");
    return now_ + gap;
  }

  Status read_sample(std::string_view line) {
    for (std::size_t i = 0; i < width_; ++i) {
      const std::size_t end = i + 1 < width_ ? line.find(',') : std::string_view::npos;
      if (i + 1 < width_ && end == std::string_view::npos)
        return lines_.wrong(width_, " numbers were wanted, separated by commas, got ", i + 1);
      if (i > 0 && i + 1 == width_ && line.find(',') != std::string_view::npos)
        return lines_.wrong(width_, " numbers were wanted, separated by commas, and here are more");
      samples_.push_back(TRY(read_value(lines_, line.substr(0, end))));
      line.remove_prefix(std::min(end == std::string_view::npos ? end : end + 1, line.size()));
    }
    return ok;
  }

  ProfileFile file_;
  TextLines lines_;
  TextLines begin_;  // behind the header
  HarvestFormat format_;
  std::size_t width_ = 1;
  RunTime now_{};  // where the last sample ended
  std::vector<float> samples_;
};

}  // namespace

bool is_csv(std::string_view text) {
  TextLines lines(text.substr(0, 256), "");
  return lines.next() == csv_title;
}

Result<OpenProfile> open_csv(const ProfileFile& file, const ImportOptions& /*options*/) {
  auto source = std::make_unique<CsvSource>(file);
  OpenProfile profile = TRY(source->read_header());
  profile.source = std::move(source);
  return profile;
}

}  // namespace sunfleck
