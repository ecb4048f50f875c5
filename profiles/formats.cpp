#include "profiles/formats.h"

#include <array>
#include <charconv>
#include <cmath>

#include "core/power/harvest_statistics.h"

namespace sunfleck {
namespace {

constexpr std::size_t piece_size = 65'536;

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

std::string header_of(const HarvestFormat& format, std::string_view name, std::string_view origin) {
  std::string text = join(
      csv_title, "\n# name: ", escaped(name), "\n# kind: ", name_of(format.kind),
      "\n# unit: ", unit_of(format.kind), "\n");
  if (has_resistance(format.kind)) text += join("# resistance: ", format.resistance, "\n");
  if (format.kind == HarvestKind::iv_curve)
    text += join("# points: ", format.points, "\n# lead_in: ", format.lead_in, "\n");
  text += join("# period: ", format.period.count(), " ns\n# origin: ", escaped(origin), "\n");
  return text;
}

void append_number(std::string& text, float value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end.ptr);
}

// Collects text and hands it on in pieces.
class Pieces {
 public:
  explicit Pieces(const std::function<Status(std::string_view)>& sink) : sink_(sink) {}
  std::string& text() { return text_; }
  Status hand_on_when_full() { return text_.size() < piece_size ? Status(ok) : hand_on(); }
  Status hand_on() {
    if (text_.empty()) return ok;
    TRY(sink_(text_));
    text_.clear();
    return ok;
  }

 private:
  const std::function<Status(std::string_view)>& sink_;
  std::string text_;
};

Status write_samples(Pieces& pieces, std::span<const float> samples, std::size_t width) {
  std::size_t column = 0;
  for (const float value : samples) {
    if (!(std::isfinite(value) && value >= 0.0F))
      return fail(
          Errc::protocol, "profile: a sample must be finite and not negative, got ",
          static_cast<double>(value));
    append_number(pieces.text(), value);
    column = (column + 1) % width;
    pieces.text() += column == 0 ? '\n' : ',';
    TRY(pieces.hand_on_when_full());
  }
  return ok;
}

}  // namespace

std::string_view unit_of(HarvestKind kind) {
  switch (kind) {
    case HarvestKind::power:
    case HarvestKind::received_power:
      return "W";
    case HarvestKind::voltage_into_load:
    case HarvestKind::voltage_behind_resistance:
      return "V";
    case HarvestKind::operating_point:
    case HarvestKind::iv_curve:
      return "V,A";
    case HarvestKind::isc_voc:
      return "A,V";
    case HarvestKind::diode:
      return "A,A,1/V";
    case HarvestKind::irradiance:
      break;
  }
  return "W/m2";
}

Status write_csv(
    HarvestSource& source, std::string_view name, std::string_view origin,
    const std::function<Status(std::string_view)>& sink) {
  const HarvestFormat format = source.format();
  TRY(check(format));
  TRY(source.rewind());
  const std::size_t width = sample_width(format);
  Pieces pieces(sink);
  pieces.text() = header_of(format, name, origin);
  RunTime end{};
  bool last = false;
  bool has_samples = false;
  while (!last) {
    const HarvestBlock block = TRY(source.next());
    last = block.last;
    if (block.samples.empty()) continue;
    if (block.first < end)
      return fail(
          Errc::protocol, "profile: a block begins at ", block.first.count(),
          " ns, before the end of the block before it at ", end.count(), " ns");
    if (block.first > end) pieces.text() += join("# gap: ", (block.first - end).count(), " ns\n");
    TRY(write_samples(pieces, block.samples, width));
    end = block.first + static_cast<std::int64_t>(block.samples.size() / width) * format.period;
    has_samples = true;
  }
  if (!has_samples) return fail(Errc::invalid_argument, "profile: it has no samples");
  return pieces.hand_on();
}

std::string to_csv(const HarvestProfile& profile) {
  std::string text = header_of(profile.format, profile.name, profile.origin);
  const std::size_t width = sample_width(profile.format);
  std::size_t column = 0;
  for (const float value : profile.samples) {
    append_number(text, value);
    column = (column + 1) % width;
    text += column == 0 ? '\n' : ',';
  }
  return text;
}

}  // namespace sunfleck
