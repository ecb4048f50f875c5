#include "core/power/harvest.h"

namespace sunfleck {

Result<HarvestBlock> ProfileSource::next() {
  if (given_) return HarvestBlock{};
  given_ = true;
  return HarvestBlock{.first = RunTime{}, .samples = profile_->samples};
}

Status ProfileSource::rewind() {
  given_ = false;
  return ok;
}

}  // namespace sunfleck
