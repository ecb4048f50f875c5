#include "profiles/mlperf_energy.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

namespace sunfleck {
namespace {

constexpr char magic = '\xF1';
constexpr std::size_t head_bytes = 1 + sizeof(float);
constexpr std::size_t samples_at_once = 65'536;

float float_at(std::string_view bytes, std::size_t at) {
  float value = 0.0F;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool is_rate(float rate) { return rate >= 1e-3F && rate <= 1e8F; }

class EnergySource final : public HarvestSource {
 public:
  explicit EnergySource(ProfileFile file)
      : file_(std::move(file)),
        rate_(float_at(file_.bytes(), 1)),
        count_((file_.bytes().size() - head_bytes) / sizeof(float)) {}

  HarvestFormat format() const override {
    return {.kind = HarvestKind::power, .resistance = {}, .period = to_run_time({1.0 / rate_})};
  }
  std::size_t count() const { return count_; }

  Result<HarvestBlock> next() override {
    const std::size_t first = next_;
    const std::size_t count = std::min(samples_at_once, count_ - first);
    watts_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = head_bytes + (first + i) * sizeof(float);
      const float energy = float_at(file_.bytes(), at);
      if (!(std::abs(energy) < 1e15F))
        return fail(
            Errc::invalid_argument, file_.where(), ": at byte ", at,
            " an energy in microjoules was wanted, got ", energy);
      watts_[i] = static_cast<float>(std::max(0.0, 1e-6 * energy * rate_));
    }
    next_ += count;
    return HarvestBlock{
        .first = static_cast<std::int64_t>(first) * format().period,
        .samples = watts_,
        .last = next_ == count_};
  }
  Status rewind() override {
    next_ = 0;
    return ok;
  }

 private:
  ProfileFile file_;
  double rate_;  // hertz
  std::size_t count_;
  std::size_t next_ = 0;
  std::vector<float> watts_;
};

}  // namespace

bool is_mlperf_energy(std::string_view head) {
  if (head.size() < head_bytes || head.front() != magic) return false;
  return is_rate(float_at(head, 1));
}

Result<OpenProfile> open_mlperf_energy(const ProfileFile& file, const ImportOptions& /*options*/) {
  const std::string_view bytes = file.bytes();
  if (!is_mlperf_energy(bytes))
    return fail(
        Errc::invalid_argument, file.where(),
        ": a byte 0xF1 and a rate of 1 mHz to 100 MHz were wanted");
  if (bytes.size() < head_bytes + sizeof(float))
    return fail(Errc::invalid_argument, file.where(), ": the file ends before its first sample");
  auto source = std::make_unique<EnergySource>(file);
  const RunTime period = source->format().period;
  std::string origin = join(
      "MLPerf Tiny energy recording: the consumption of a board, not what a source offered; ",
      source->count(), " samples at ", to_seconds(period), ", powers below 0 are 0");
  const std::size_t rest = (bytes.size() - head_bytes) % sizeof(float);
  if (rest > 0) origin += join("; the last ", rest, " bytes make no sample and are left out");
  OpenProfile profile{
      .name = {},
      .origin = std::move(origin),
      .source = {},
      .duration = static_cast<std::int64_t>(source->count()) * period};
  profile.source = std::move(source);
  return profile;
}

}  // namespace sunfleck
