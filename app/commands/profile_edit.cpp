#include "app/commands/profile_options.h"
#include "app/profile_spec.h"
#include "profiles/edit.h"

namespace sunfleck::app {
namespace {

// An edit's Error begins with the name of the option that it does not like.
Error of_option(Error error) {
  if (error.code != Errc::invalid_argument) return error;
  return fail(Errc::usage, "--", error.text);
}

Result<Exit> convert_profile(const ProfileOptions& options, Console& console) {
  PlayWatch watch(console);
  OpenProfile profile = TRY(find_profile(options.profile, options.seed, options.import));
  return write_where_told(std::move(profile), options, console, watch);
}

Result<Exit> generate_profile(const ProfileOptions& options, Console& console) {
  PlayWatch watch(console);
  OpenProfile profile = TRY(made_profile(options.profile, options.seed));
  return write_where_told(std::move(profile), options, console, watch);
}

Result<Exit> cut_profile(const ProfileOptions& options, Console& console) {
  PlayWatch watch(console);
  OpenProfile profile = TRY(find_profile(options.profile, options.seed, options.import));
  Result<OpenProfile> part = cut(std::move(profile), options.from, options.to);
  if (!part) return of_option(part.error());
  return write_where_told(*std::move(part), options, console, watch);
}

Result<Exit> scale_profile(const ProfileOptions& options, Console& console) {
  PlayWatch watch(console);
  OpenProfile profile = TRY(find_profile(options.profile, options.seed, options.import));
  Result<OpenProfile> other = scaled(std::move(profile), options.scale);
  if (!other) return of_option(other.error());
  return write_where_told(*std::move(other), options, console, watch);
}

}  // namespace

void add_profile_editing(
    CLI::App* profile, Invocation& invocation, const std::shared_ptr<ProfileOptions>& options) {
  CLI::App* convert = add_profile_action(
      profile, invocation, options, "convert", "Write a profile in another format",
      "walk.trace -o walk.h5", &convert_profile);
  add_profile_argument(convert, options);
  add_output_options(convert, options);
  convert->add_option("--to", options->format, "Format of the file; by its name otherwise")
      ->check(CLI::IsMember(written_formats()));

  CLI::App* generate = add_profile_action(
      profile, invocation, options, "generate", "Make a profile from a model",
      "solar-day:peak=4mW,duration=60s --seed 3 -o day.csv", &generate_profile);
  generate
      ->add_option(
          "profile", options->profile, "Generator with parameters, or a built-in profile's name")
      ->required();
  generate->add_option("--seed", options->seed, "Another seed is another profile")
      ->capture_default_str();
  add_output_options(generate, options);

  CLI::App* cut = add_profile_action(
      profile, invocation, options, "cut", "Keep a part of a profile",
      "walk.trace --from 10s --to 20s -o part.csv", &cut_profile);
  add_profile_argument(cut, options);
  add_time(cut, "--from", "Where it begins; 0 s otherwise", [options](RunTime time) {
    options->from = time;
  });
  add_time(cut, "--to", "Where it ends; the profile's end otherwise", [options](RunTime time) {
    options->to = time;
  });
  add_output_options(cut, options);

  CLI::App* scale = add_profile_action(
      profile, invocation, options, "scale", "Change a profile's power and pace",
      "office-light --power 10 --time 0.1 --name office-fast", &scale_profile);
  add_profile_argument(scale, options);
  scale->add_option("--power", options->scale.power, "Factor of what the source can give")
      ->capture_default_str();
  scale->add_option("--time", options->scale.time, "Factor of how long it lasts")
      ->capture_default_str();
  add_output_options(scale, options);
}

}  // namespace sunfleck::app
