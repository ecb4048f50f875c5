#include "drivers/transport/wire_link.h"

#include <algorithm>

namespace sunfleck {

Result<std::vector<std::uint8_t>> WireLink::receive(RunTime until) {
  constexpr std::size_t most = 4096;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now());
  std::vector<std::uint8_t> bytes(most);
  const Result<std::size_t> got =
      transport_->read(bytes, std::max(left, std::chrono::milliseconds(0)));
  if (!got && got.error().code != Errc::timeout) return got.error();
  bytes.resize(got ? *got : 0);
  return bytes;
}

}  // namespace sunfleck
