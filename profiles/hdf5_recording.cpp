#include "profiles/hdf5_recording.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "profiles/sample_grid.h"

namespace sunfleck {
namespace {

constexpr std::size_t rows_at_once = 100'000;
constexpr double highest = 1e30;

// The stamps of some rows in nanoseconds after that of row 0.
class StampReader {
 public:
  explicit StampReader(const ScaledColumn& time) : time_(&time) {}

  Result<std::span<const std::int64_t>> read(std::uint64_t first, std::size_t count) {
    stamps_.resize(count);
    const double scale = time_->gain * 1e9;
    if (time_->column.is_integer()) {
      raw_.resize(count);
      if (!beginning_) TRY(time_->column.read(0, std::span(&begin_raw_, 1)));
      beginning_ = true;
      TRY(time_->column.read(first, raw_));
      for (std::size_t i = 0; i < count; ++i)
        stamps_[i] = static_cast<std::int64_t>(raw_[i] - begin_raw_);
      if (std::abs(scale - 1.0) > 1e-12) TRY(rescale(scale));
    } else {
      floats_.resize(count);
      if (!beginning_) TRY(time_->column.read(0, std::span(&begin_, 1)));
      beginning_ = true;
      TRY(time_->column.read(first, floats_));
      for (std::size_t i = 0; i < count; ++i)
        stamps_[i] = TRY(nanoseconds((floats_[i] - begin_) * scale));
    }
    return std::span<const std::int64_t>(stamps_);
  }

 private:
  static Result<std::int64_t> nanoseconds(double time) {
    constexpr double longest = 4e18;  // 126 years
    if (std::abs(time) < longest) return std::llround(time);
    return fail(Errc::invalid_argument, "a time of ", time * 1e-9, " s after the first");
  }
  Status rescale(double scale) {
    for (std::int64_t& stamp : stamps_)
      stamp = TRY(nanoseconds(static_cast<double>(stamp) * scale));
    return ok;
  }

  const ScaledColumn* time_;
  bool beginning_ = false;
  std::uint64_t begin_raw_ = 0;
  double begin_ = 0.0;
  std::vector<std::uint64_t> raw_;
  std::vector<double> floats_;
  std::vector<std::int64_t> stamps_;
};

// Rows of scaled samples.
class RowReader {
 public:
  explicit RowReader(const Hdf5Recording& recording) : recording_(&recording) {}

  Result<std::span<const float>> read(std::uint64_t first, std::size_t count) {
    const std::size_t width = recording_->columns.size();
    rows_.resize(width * count);
    for (std::size_t slot = 0; slot < width; ++slot) {
      const ScaledColumn& column = recording_->columns[slot];
      if (column.column.is_small_unsigned())
        TRY(read_raw(column, first, slot));
      else
        TRY(read_numbers(column, first, slot));
    }
    return std::span<const float>(rows_);
  }

 private:
  Status read_raw(const ScaledColumn& column, std::uint64_t first, std::size_t slot) {
    const std::size_t width = recording_->columns.size();
    raw_.resize(rows_.size() / width);
    TRY(column.column.read(first, raw_));
    const double gain = column.gain;
    const double offset = column.offset;
    float* into = rows_.data() + slot;
    for (std::size_t i = 0; i < raw_.size(); ++i)
      into[i * width] = static_cast<float>(std::max(0.0, raw_[i] * gain + offset));
    return ok;
  }

  Status read_numbers(const ScaledColumn& column, std::uint64_t first, std::size_t slot) {
    const std::size_t width = recording_->columns.size();
    numbers_.resize(rows_.size() / width);
    TRY(column.column.read(first, numbers_));
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const double value = numbers_[i] * column.gain + column.offset;
      if (!(std::abs(value) < highest))
        return fail(
            Errc::invalid_argument, "number ", first + i, " of '", column.column.name(),
            "' is no sample: ", value);
      rows_[i * width + slot] = static_cast<float>(std::max(0.0, value));
    }
    return ok;
  }

  const Hdf5Recording* recording_;
  std::vector<std::uint32_t> raw_;
  std::vector<double> numbers_;
  std::vector<float> rows_;
};

}  // namespace

Status check(const Hdf5Recording& recording, std::size_t file_bytes) {
  constexpr double largest_number = 0x1p32;
  for (const ScaledColumn& column : recording.columns)
    if (!(column.gain > 0.0 && column.gain * largest_number + std::abs(column.offset) < highest))
      return fail(
          Errc::invalid_argument, "'", column.column.name(),
          "' needs a gain above 0 and an offset of a meter, got ", column.gain, " and ",
          column.offset);
  if (!(recording.time.gain > 0.0 && recording.time.gain <= 1.0))
    return fail(
        Errc::invalid_argument, "'", recording.time.column.name(),
        "' needs a gain of at most 1 s, got ", recording.time.gain);
  if (recording.count < 2)
    return fail(Errc::invalid_argument, "two samples or more were wanted, got ", recording.count);
  constexpr std::uint64_t most_rows_per_byte = 1000;  // gzip makes of 1032 equal bytes one
  if (recording.count / most_rows_per_byte > file_bytes)
    return fail(
        Errc::invalid_argument, "it claims ", recording.count, " samples in ", file_bytes,
        " bytes");
  return ok;
}

Result<RunTime> row_period_of(const ScaledColumn& time, std::uint64_t count) {
  constexpr std::uint64_t most = 1001;
  StampReader reader(time);
  const auto stamps = TRY(reader.read(0, static_cast<std::size_t>(std::min(count, most))));
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < stamps.size(); ++i)
    steps.push_back(stamps[i] - stamps[i - 1]);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::ranges::nth_element(steps, middle);
  constexpr std::int64_t longest = 1'000'000'000'000'000;  // 11 days
  if (*middle >= 1 && *middle <= longest) return RunTime(*middle);
  return fail(
      Errc::invalid_argument, "'", time.column.name(), "' goes on by ",
      to_seconds(RunTime(*middle)), " a sample, where 1 ns or more was wanted");
}

Result<RunTime> span_of(const Hdf5Recording& recording) {
  StampReader reader(recording.time);
  const auto last = TRY(reader.read(recording.count - 1, 1));
  return RunTime(last.front()) + recording.row_period;
}

Result<std::uint32_t> lead_in_of(const Hdf5Recording& recording) {
  constexpr std::uint64_t most_curves = 16;
  const std::uint64_t points = recording.format.points;
  std::array<std::size_t, 17> frequency{};
  RowReader reader(recording);
  for (std::uint64_t i = 0; i < most_curves && (i + 1) * points <= recording.count; ++i) {
    const auto rows = TRY(reader.read(i * points, points));
    ++frequency[lead_in_of(rows)];
  }
  return static_cast<std::uint32_t>(std::ranges::max_element(frequency) - frequency.begin());
}

Status send(const Hdf5Recording& recording, ProfileSink& sink) {
  const bool has_curves = recording.format.kind == HarvestKind::iv_curve;
  const std::size_t width = recording.columns.size();
  StampReader stamps(recording.time);
  RowReader samples(recording);
  StampGrid grid(recording.row_period);
  CurveCutter cutter(recording.format.points, recording.row_period, sink);
  for (std::uint64_t first = 0; first < recording.count; first += rows_at_once) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(rows_at_once, recording.count - first));
    const auto times = TRY(stamps.read(first, count));
    const auto runs = TRY(grid.add(times));
    const auto rows = TRY(samples.read(first, count));
    for (const SampleRun& run : runs) {
      const auto part = rows.subspan(width * run.begin, width * run.count);
      if (has_curves)
        cutter.add(run.index, part);
      else
        sink.add(run.index * recording.row_period, part);
    }
  }
  return ok;
}

}  // namespace sunfleck
