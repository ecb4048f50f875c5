#include "profiles/ppk2_csv.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

constexpr std::string_view time_name = "Timestamp(ms)";
constexpr std::string_view current_name = "Current(uA)";
constexpr std::size_t samples_at_once = 65'536;

// The field of a line with a number, from 0; nothing when the line has less.
std::optional<std::string_view> field_of(std::string_view line, std::size_t number) {
  for (; number > 0; --number) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    line.remove_prefix(comma + 1);
  }
  return trimmed(line.substr(0, line.find(',')));
}

struct Columns {
  std::optional<std::size_t> time;
  std::optional<std::size_t> current;
};

Columns columns_in(std::string_view title) {
  Columns columns;
  constexpr std::size_t most = 64;
  for (std::size_t i = 0; i < most; ++i) {
    const auto name = field_of(title, i);
    if (!name) break;
    if (*name == time_name) columns.time = i;
    if (*name == current_name) columns.current = i;
  }
  return columns;
}

struct Row {
  RunTime stamp{};
  float current = 0.0F;
};

// The samples of a file, one after the other.
class Rows {
 public:
  Rows(std::string_view text, std::string_view where) : lines_(text, where) {
    columns_ = columns_in(lines_.next().value_or(""));
  }
  bool has_stamps() const { return columns_.time.has_value(); }
  const TextLines& lines() const { return lines_; }

  // Nothing at the end.
  Result<std::optional<Row>> next() {
    auto line = lines_.next();
    while (line && trimmed(*line).empty())
      line = lines_.next();
    if (!line) return std::optional<Row>{};
    Row row;
    if (columns_.time) {
      constexpr double longest = 1e12;  // 32 years, in milliseconds
      const double time = TRY(number_in(*line, *columns_.time, time_name));
      if (std::abs(time) > longest)
        return lines_.wrong("a time of at most 1e12 ms was wanted, got ", time);
      row.stamp = RunTime(std::llround(time * 1e6));
    }
    constexpr double highest = 1e12;  // microamperes
    const double current = TRY(number_in(*line, columns_.current.value_or(0), current_name));
    if (std::abs(current) > highest)
      return lines_.wrong("a current of at most 1e12 uA was wanted, got ", current, " uA");
    row.current = static_cast<float>(std::max(0.0, 1e-6 * current));
    return std::optional<Row>(row);
  }

 private:
  Result<double> number_in(std::string_view line, std::size_t column, std::string_view name) {
    const auto field = field_of(line, column);
    if (!field) return lines_.wrong("there is no ", name, " in '", shown(line), "'");
    return lines_.number_in(*field);
  }

  TextLines lines_;
  Columns columns_;
};

class Ppk2Source final : public HarvestSource {
 public:
  Ppk2Source(ProfileFile file, RunTime period, Volts voltage)
      : file_(std::move(file)),
        period_(period),
        voltage_(static_cast<float>(voltage.si)),
        rows_(file_.bytes(), file_.where()) {}

  HarvestFormat format() const override {
    return {.kind = HarvestKind::operating_point, .resistance = {}, .period = period_};
  }

  Result<HarvestBlock> next() override {
    samples_.clear();
    if (!ahead_) ahead_ = TRY(place_next());
    const std::int64_t first = ahead_ ? ahead_->index : 0;
    std::int64_t index = first;
    while (ahead_ && ahead_->index == index && samples_.size() < 2 * samples_at_once) {
      samples_.push_back(voltage_);
      samples_.push_back(ahead_->current);
      ++index;
      ahead_ = TRY(place_next());
    }
    return HarvestBlock{.first = first * period_, .samples = samples_, .last = !ahead_};
  }

  Status rewind() override {
    rows_ = Rows(file_.bytes(), file_.where());
    ahead_.reset();
    last_.reset();
    return ok;
  }

 private:
  struct Placed {
    std::int64_t index = 0;  // on the grid of periods
    float current = 0.0F;
    RunTime stamp{};
  };

  // The next sample; nothing at the end.
  Result<std::optional<Placed>> place_next() {
    const std::optional<Row> row = TRY(rows_.next());
    if (!row) return std::optional<Placed>{};
    Placed placed{.index = 0, .current = row->current, .stamp = row->stamp};
    if (last_) placed.index = last_->index + TRY(steps_to(row->stamp));
    last_ = placed;
    return std::optional<Placed>(placed);
  }

  // How many periods a sample comes after the one before.
  Result<std::int64_t> steps_to(RunTime stamp) const {
    if (!rows_.has_stamps()) return 1;
    const std::int64_t step = (stamp - last_->stamp).count();
    if (2 * step < period_.count())
      return rows_.lines().wrong(
          "the time comes ", to_seconds(RunTime(step)),
          " after that of the line before; the "
          "period is ",
          to_seconds(period_));
    return (step + period_.count() / 2) / period_.count();
  }

  ProfileFile file_;
  RunTime period_;
  float voltage_;
  Rows rows_;
  std::optional<Placed> last_;
  std::optional<Placed> ahead_;  // read, but not given yet
  std::vector<float> samples_;
};

// The mean of the first thousand steps that are no gaps.
Result<RunTime> period_in(const ProfileFile& file) {
  constexpr std::size_t most = 1000;
  Rows rows(file.bytes(), file.where());
  std::vector<std::int64_t> steps;
  std::optional<Row> before = TRY(rows.next());
  while (before && steps.size() < most) {
    const std::optional<Row> row = TRY(rows.next());
    if (!row) break;
    steps.push_back((row->stamp - before->stamp).count());
    before = row;
  }
  if (steps.empty())
    return fail(Errc::invalid_argument, file.where(), ": two samples or more were wanted");
  std::vector<std::int64_t> sorted = steps;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) / 2);
  std::ranges::nth_element(sorted, middle);
  if (*middle < 1)
    return fail(
        Errc::invalid_argument, file.where(), ": the times go on by ", to_seconds(RunTime(*middle)),
        " a sample");
  double sum = 0.0;
  double count = 0.0;
  for (const std::int64_t step : steps) {
    if (2 * step < *middle || step > *middle + *middle / 2) continue;
    sum += static_cast<double>(step);
    count += 1.0;
  }
  return RunTime(std::max<std::int64_t>(1, std::llround(sum / count)));
}

}  // namespace

Status check_voltage(std::string_view where, const ImportOptions& options) {
  if (!options.voltage)
    return fail(
        Errc::invalid_argument, where,
        ": it holds currents only; the voltage at which they were recorded is to be given");
  if (options.voltage->si > 0.0 && options.voltage->si < 1e6) return ok;
  return fail(
      Errc::invalid_argument, where, ": a voltage above 0 V and below 1 MV was wanted, got ",
      *options.voltage);
}

bool is_ppk2_csv(std::string_view head) {
  TextLines lines(head.substr(0, 512), "");
  return columns_in(lines.next().value_or("")).current.has_value();
}

Result<OpenProfile> open_ppk2_csv(const ProfileFile& file, const ImportOptions& options) {
  TRY(check_voltage(file.where(), options));
  const bool has_stamps = Rows(file.bytes(), file.where()).has_stamps();
  if (!has_stamps && !options.period)
    return fail(
        Errc::invalid_argument, file.where(),
        ": it has no 'Timestamp(ms)'; the period between its samples is to be given");
  const RunTime period = has_stamps ? TRY(period_in(file)) : *options.period;
  OpenProfile profile{
      .name = {},
      .origin = join(
          "PPK2 recording of the current of a load, as it was exported, every ", to_seconds(period),
          "; the supply of ", *options.voltage, " was stated by the user, currents below 0 are 0"),
      .source = std::make_unique<Ppk2Source>(file, period, *options.voltage)};
  TRY(check(profile.source->format()));
  return profile;
}

}  // namespace sunfleck
