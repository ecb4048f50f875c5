#include "core/power/harvest_statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#include "core/power/autocorrelation.h"

namespace sunfleck {
namespace {

struct KindWords {
  HarvestKind kind;
  std::string_view name;
  std::string_view assumption;
};

constexpr std::array kinds{
    KindWords{
        .kind = HarvestKind::power,
        .name = "power",
        .assumption = "power that the source offers, before a converter"},
    KindWords{
        .kind = HarvestKind::received_power,
        .name = "received_power",
        .assumption = "power that an antenna receives, before rectifier and converter"},
    KindWords{
        .kind = HarvestKind::voltage_into_load,
        .name = "voltage_into_load",
        .assumption = "power into the recorded load, V^2 / R"},
    KindWords{
        .kind = HarvestKind::voltage_behind_resistance,
        .name = "voltage_behind_resistance",
        .assumption = "power into a matched load, V_oc^2 / 4R"},
    KindWords{
        .kind = HarvestKind::operating_point,
        .name = "operating_point",
        .assumption = "power that was harvested, V I"},
    KindWords{
        .kind = HarvestKind::iv_curve,
        .name = "iv_curve",
        .assumption = "power at the best point of each curve"},
    KindWords{
        .kind = HarvestKind::isc_voc,
        .name = "isc_voc",
        .assumption = "power at the best point of a diode's law through I_sc and V_oc"},
    KindWords{
        .kind = HarvestKind::diode,
        .name = "diode",
        .assumption = "power at the best point of the diode's law"},
    KindWords{
        .kind = HarvestKind::irradiance,
        .name = "irradiance",
        .assumption = "power of the light that falls on one square metre"},
};

constexpr std::string_view of_the_panel = "power at the best point of the assumed panel";

// A total that keeps what rounding takes from it (Kahan).
class Sum {
 public:
  void add(double value) {
    const double wanted = value - carry_;
    const double next = total_ + wanted;
    carry_ = (next - total_) - wanted;
    total_ = next;
  }
  double total() const { return total_; }

 private:
  double total_ = 0.0;
  double carry_ = 0.0;
};

// How long outages are. Their number is kept by classes of length that are at most 1/64 wide.
class OutageLengths {
 public:
  void add(RunTime length) {
    const auto value = static_cast<std::uint64_t>(length.count());
    shortest_ = count_ == 0 ? length : std::min(shortest_, length);
    longest_ = std::max(longest_, length);
    ++count_;
    const std::size_t index = index_of(value);
    if (index >= classes_.size()) classes_.resize(index + 1);
    ++classes_[index];
    std::size_t decade = 0;
    for (std::uint64_t left = value; left >= 10; left /= 10)
      ++decade;
    ++decades_[decade];
  }

  void write(HarvestStatistics& statistics) const {
    statistics.outages = count_;
    statistics.shortest_outage = shortest_;
    statistics.median_outage = median();
    statistics.longest_outage = longest_;
    RunTime at_least{1};
    for (std::size_t i = 0; i < decades_.size() && at_least <= longest_; ++i) {
      if (decades_[i] > 0 || !statistics.outage_classes.empty())
        statistics.outage_classes.push_back({.at_least = at_least, .count = decades_[i]});
      if (i + 1 < decades_.size()) at_least *= 10;
    }
  }

 private:
  // Below 128 a class holds one length; above, the seven leading bits make the class.
  static std::size_t index_of(std::uint64_t length) {
    const std::uint64_t shift =
        length < 128 ? 0 : static_cast<unsigned>(std::bit_width(length)) - 7U;
    return static_cast<std::size_t>(64 * shift + (length >> shift));
  }
  static RunTime middle_of(std::size_t index) {
    const std::size_t shift = index < 128 ? 0 : index / 64 - 1;
    const std::uint64_t lowest = static_cast<std::uint64_t>(index - 64 * shift) << shift;
    return RunTime(static_cast<std::int64_t>(lowest + ((std::uint64_t{1} << shift) >> 1U)));
  }
  RunTime median() const {
    if (count_ == 0) return {};
    std::uint64_t below = 0;
    std::size_t index = 0;
    while (2 * (below += classes_[index]) < count_)
      ++index;
    return std::clamp(middle_of(index), shortest_, longest_);
  }

  RunTime shortest_{};
  RunTime longest_{};
  std::uint64_t count_ = 0;
  std::vector<std::uint64_t> classes_;
  std::array<std::uint64_t, 19> decades_{};  // of nanoseconds; an int64 has no more
};

// The integral of a power over equal times, which double their length when there are too many.
class Integrals {
 public:
  explicit Integrals(RunTime length) : length_(length) {}

  void add(RunTime from, RunTime until, Watts power) {
    while (from < until) {
      const auto index = static_cast<std::size_t>(from / length_);
      if (index >= most) {
        fold();
        continue;
      }
      if (index >= sums_.size()) sums_.resize(index + 1);
      const RunTime end = std::min(until, static_cast<std::int64_t>(index + 1) * length_);
      sums_[index] += static_cast<double>((end - from).count()) * power.si;
      from = end;
    }
  }

  std::vector<Watts> columns(std::size_t count, RunTime duration) const {
    const auto total = static_cast<double>(duration.count());
    const auto length = static_cast<double>(length_.count());
    const double width = total / static_cast<double>(count);
    std::vector<Watts> means(count);
    for (std::size_t column = 0; column < count; ++column) {
      const double from = static_cast<double>(column) * width;
      const double until = from + width;
      double sum = 0.0;
      for (auto i = static_cast<std::size_t>(from / length); i < sums_.size(); ++i) {
        const double begin = static_cast<double>(i) * length;
        if (begin >= until) break;
        const double end = std::min(total, begin + length);
        const double share = (std::min(end, until) - std::max(begin, from)) / (end - begin);
        sum += std::max(0.0, share) * sums_[i];
      }
      means[column] = {sum / width};
    }
    return means;
  }

 private:
  static constexpr std::size_t most = 1U << 14U;

  void fold() {
    for (std::size_t i = 0; i < sums_.size(); ++i)
      if (i % 2 == 0) sums_[i / 2] = sums_[i] + (i + 1 < sums_.size() ? sums_[i + 1] : 0.0);
    sums_.resize((sums_.size() + 1) / 2);
    length_ *= 2;
  }

  RunTime length_;
  std::vector<double> sums_;  // W ns
};

// Statistics of what it is given in order of time.
class Statistician {
 public:
  Statistician(const HarvestFormat& format, const StatisticsOptions& options)
      : format_(format),
        options_(options),
        power_(format, options.source),
        integrals_(format.period) {}

  Status add(const HarvestBlock& block) {
    if (block.samples.empty()) return ok;
    if (block.first < now_)
      return fail(
          Errc::protocol, "profile: a block begins at ", block.first.count(),
          " ns, before the end of the block before it at ", now_.count(), " ns");
    add_gap(block.first - now_);
    const std::size_t width = sample_width(format_);
    for (std::size_t i = 0; i + width <= block.samples.size(); i += width)
      add_sample(power_.of(&block.samples[i]));
    return ok;
  }

  HarvestStatistics finish() {
    if (dark_ > RunTime{}) outages_.add(dark_);
    HarvestStatistics statistics;
    statistics.power_is = format_.kind == HarvestKind::irradiance && options_.source.panel
        ? of_the_panel
        : assumption_of(format_.kind);
    if (samples_ == 0) return statistics;
    statistics.samples = samples_;
    statistics.duration = now_;
    statistics.energy = Watts{sum_.total()} * to_seconds(format_.period);
    statistics.mean = statistics.energy / to_seconds(now_);
    statistics.peak = peak_;
    statistics.share_above =
        static_cast<double>(above_) * (to_seconds(format_.period) / to_seconds(now_));
    outages_.write(statistics);
    if (const std::optional<double> lag = autocorrelation_.decay())
      statistics.autocorrelation_time = *lag * to_seconds(format_.period);
    if (options_.columns > 0) statistics.columns = integrals_.columns(options_.columns, now_);
    return statistics;
  }

 private:
  void add_gap(RunTime length) {
    dark_ += length;
    now_ += length;
    autocorrelation_.add(0.0, static_cast<std::uint64_t>(length / format_.period));
  }

  void add_sample(Watts power) {
    ++samples_;
    sum_.add(power.si);
    peak_ = std::max(peak_, power);
    autocorrelation_.add(power.si);
    if (options_.columns > 0) integrals_.add(now_, now_ + format_.period, power);
    now_ += format_.period;
    // Samples are floats: what is above by their rounding alone is not above.
    constexpr double rounding = 1.0 + 0x1p-23;
    if (!(power > rounding * options_.threshold)) {
      dark_ += format_.period;
      return;
    }
    ++above_;
    if (dark_ == RunTime{}) return;
    outages_.add(dark_);
    dark_ = {};
  }

  HarvestFormat format_;
  StatisticsOptions options_;
  SamplePower power_;
  Integrals integrals_;
  OutageLengths outages_;
  Autocorrelation autocorrelation_;
  RunTime now_{};   // the end of the last sample
  RunTime dark_{};  // of the outage that lasts
  std::uint64_t samples_ = 0;
  std::uint64_t above_ = 0;
  Sum sum_;
  Watts peak_{};
};

// Its power is its number, which also spares the kinds without a curve from having one.
bool is_plain(const HarvestFormat& format, const SourceAssumptions& assumptions) {
  return is_power(format.kind) || (format.kind == HarvestKind::irradiance && !assumptions.panel);
}

}  // namespace

std::string_view assumption_of(HarvestKind kind) {
  return std::ranges::find(kinds, kind, &KindWords::kind)->assumption;
}

std::string_view name_of(HarvestKind kind) {
  return std::ranges::find(kinds, kind, &KindWords::kind)->name;
}

std::optional<HarvestKind> harvest_kind_called(std::string_view name) {
  const auto found = std::ranges::find(kinds, name, &KindWords::name);
  if (found == kinds.end()) return std::nullopt;
  return found->kind;
}

SamplePower::SamplePower(const HarvestFormat& format, const SourceAssumptions& assumptions) {
  if (!is_plain(format, assumptions)) curve_.emplace(format, assumptions);
}

Result<HarvestStatistics> statistics_of(HarvestSource& source, const StatisticsOptions& options) {
  TRY(check(source.format()));
  Statistician statistician(source.format(), options);
  TRY(source.rewind());
  bool last = false;
  while (!last) {
    const HarvestBlock block = TRY(source.next());
    TRY(statistician.add(block));
    last = block.last;
  }
  return statistician.finish();
}

HarvestStatistics statistics_of(const HarvestProfile& profile, const StatisticsOptions& options) {
  Statistician statistician(profile.format, options);
  [[maybe_unused]] const Status added =
      statistician.add({.first = {}, .samples = profile.samples, .last = true});
  assert(added);
  return statistician.finish();
}

HarvestStatistics statistics_of(const HarvestProfile& profile, Watts threshold) {
  return statistics_of(profile, StatisticsOptions{.threshold = threshold});
}

std::vector<Watts> power_columns(const HarvestProfile& profile, std::size_t columns) {
  return statistics_of(profile, StatisticsOptions{.columns = columns}).columns;
}

}  // namespace sunfleck
