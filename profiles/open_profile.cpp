#include "profiles/open_profile.h"

#include <utility>

namespace sunfleck {
namespace {

class HeldProfile final : public HarvestSource {
 public:
  explicit HeldProfile(HarvestProfile profile) : profile_(std::move(profile)), source_(profile_) {}
  HarvestFormat format() const override { return source_.format(); }
  Result<HarvestBlock> next() override { return source_.next(); }
  Status rewind() override { return source_.rewind(); }

 private:
  HarvestProfile profile_;
  ProfileSource source_;
};

}  // namespace

OpenProfile opened(HarvestProfile profile) {
  const auto count = static_cast<std::int64_t>(sample_count(profile));
  const RunTime duration = count * profile.format.period;
  OpenProfile open{
      .name = profile.name, .origin = profile.origin, .source = {}, .duration = duration};
  open.source = std::make_unique<HeldProfile>(std::move(profile));
  return open;
}

Result<HarvestProfile> in_memory(const OpenProfile& profile, std::size_t most) {
  HarvestProfile whole = TRY(read_whole(*profile.source, most));
  whole.name = profile.name;
  whole.origin = profile.origin;
  return whole;
}

}  // namespace sunfleck
