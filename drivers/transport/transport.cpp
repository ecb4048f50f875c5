#include "drivers/transport/transport.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace sunfleck {
namespace {

struct Kind {
  std::string_view name;
  Result<std::unique_ptr<Transport>> (*open)(const Resource& resource);
};
constexpr std::array kinds{
    Kind{"serial", &open_serial},
    Kind{"pty", &open_pty},
    Kind{"exec", &open_program},
};

constexpr std::uint32_t least_baud = 300, most_baud = 12'000'000;

}  // namespace

Result<Resource> parse_resource(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
    return fail(
        Errc::usage, "'", text, "' is no resource, such as serial:/dev/ttyACM0?baud=115200");
  Resource resource{.kind = std::string(text.substr(0, colon)), .address = {}};
  std::string_view address = text.substr(colon + 1);
  const std::size_t question = resource.kind == "exec" ? std::string_view::npos : address.find('?');
  resource.address = std::string(address.substr(0, question));
  if (question == std::string_view::npos) return resource;
  const std::string_view parameter = address.substr(question + 1);
  constexpr std::string_view key = "baud=";
  const auto baud = parameter.starts_with(key) ? to_number(parameter.substr(key.size()))
                                               : std::optional<double>();
  if (!baud || !(*baud >= least_baud && *baud <= most_baud))
    return fail(
        Errc::usage, text, ": '", parameter, "' is not baud= and a number of ", least_baud, " to ",
        most_baud);
  resource.baud = static_cast<std::uint32_t>(*baud);
  return resource;
}

Result<std::unique_ptr<Transport>> open_transport(std::string_view text) {
  const Resource resource = TRY(parse_resource(text));
  const auto* const kind = std::ranges::find(kinds, resource.kind, &Kind::name);
  if (kind == kinds.end())
    return fail(Errc::usage, text, ": a line is serial:, pty: or exec:, not ", resource.kind, ":");
  return kind->open(resource);
}

}  // namespace sunfleck
