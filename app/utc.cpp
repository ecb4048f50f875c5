#include "app/utc.h"

#include <array>
#include <ctime>

#include "core/base/text.h"

namespace sunfleck::app {

std::string utc_text(std::int64_t microseconds) {
  const auto seconds = static_cast<std::time_t>(microseconds / 1'000'000);
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return join(microseconds, " us since 1970");
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

}  // namespace sunfleck::app
