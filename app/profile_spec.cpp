#include "app/profile_spec.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include "app/files.h"
#include "profiles/builtin.h"
#include "profiles/generator_table.h"
#include "profiles/text_lines.h"

namespace sunfleck::app {
namespace {

constexpr const char* kept_suffix = ".csv";

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

bool is_builtin(std::string_view name) {
  const auto builtin = builtin_profiles();
  return std::ranges::find(builtin, name, &BuiltinProfile::name) != builtin.end();
}

bool is_generator(std::string_view name) {
  const auto known = generators();
  return std::ranges::find(known, name, &Generator::name) != known.end();
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::filesystem::path profile_folder() { return data_folder() / "profiles"; }

std::filesystem::path kept_file(const std::string& name) {
  return profile_folder() / (name + kept_suffix);
}

std::vector<std::string> kept_profiles() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(profile_folder(), error))
    if (entry.path().extension() == kept_suffix) names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

Status check_profile_name(const std::string& name) {
  constexpr std::size_t longest = 100;
  const auto is_known = [](char c) {
    return is_alphanumeric(c) || std::string_view(" ._+-").find(c) != std::string_view::npos;
  };
  if (name.empty() || name.size() > longest || !is_alphanumeric(name.front()) ||
      !std::ranges::all_of(name, is_known))
    return fail(
        Errc::usage, "--name: a word of letters, digits, blanks and . _ + - was wanted, not '",
        shown(name, longest), "'");
  if (is_builtin(name) || is_generator(name))
    return fail(Errc::usage, "--name: '", name, "' is what the program makes itself");
  return ok;
}

Result<OpenProfile> made_profile(const std::string& spec, std::uint64_t seed) {
  if (is_builtin(spec)) return opened(TRY(builtin_profile(spec, seed)));
  if (is_generator(spec.substr(0, spec.find(':')))) {
    Result<HarvestProfile> made = generated(spec, seed);
    if (!made) return fail(Errc::usage, "profile: ", made.error().text);
    return opened(*std::move(made));
  }
  return fail(
      Errc::usage, "profile: nothing that is made is called '", shown(spec),
      "'; 'sunfleck profile list' has the names");
}

Result<OpenProfile> find_profile(
    const std::string& spec, std::uint64_t seed, const ImportOptions& options) {
  if (spec.empty()) return fail(Errc::usage, "profile: a name or a file was wanted, and '' came");
  if (is_file(spec)) return open_profile(spec, options);
  const bool is_path = spec.find('/') != std::string::npos;
  if (!is_path && is_file(kept_file(spec))) return open_profile(kept_file(spec));
  if (is_builtin(spec) || is_generator(spec.substr(0, spec.find(':'))))
    return made_profile(spec, seed);
  if (is_path) return fail(Errc::io, spec, ": no such file");
  return fail(
      Errc::usage, "profile: '", shown(spec),
      "' is neither a file nor a known name; 'sunfleck profile list' has the names");
}

}  // namespace sunfleck::app
