#include "drivers/simulated/rig_link.h"

#include <algorithm>
#include <utility>

namespace sunfleck {

RigLink::~RigLink() { (void)rig_->stop(); }

Result<std::vector<std::uint8_t>> RigLink::receive(RunTime until) {
  constexpr RunTime slice = std::chrono::microseconds(500);
  while (received_.empty() && now_ < until) {
    const RigProgress progress = TRY(rig_->advance(std::min(until, now_ + slice)));
    now_ = progress.now;
    if (progress.source_ended && received_.empty())
      return fail(Errc::io, name(), ": the supply has ended");
  }
  return std::exchange(received_, {});
}

void RigLink::on_uart(const UartBytes& bytes) {
  per_byte_ = bytes.per_byte;
  received_.insert(received_.end(), bytes.bytes.begin(), bytes.bytes.end());
}

}  // namespace sunfleck
