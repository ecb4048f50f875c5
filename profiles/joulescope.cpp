#include "profiles/joulescope.h"

namespace sunfleck {

bool is_joulescope(std::string_view head) {
  constexpr std::string_view version_1 = "\xD3tagfmt";
  constexpr std::string_view version_2 = "jlsfmt\r\n \n \x1a";
  return head.starts_with(version_1) || head.starts_with(version_2);
}

Result<OpenProfile> open_joulescope(const ProfileFile& file, const ImportOptions& /*options*/) {
  return fail(
      Errc::unsupported, file.where(),
      ": a Joulescope recording (JLS) is not read here; select the range in the Joulescope UI, "
      "export it as CSV and give that");
}

}  // namespace sunfleck
