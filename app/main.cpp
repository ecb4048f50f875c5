#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>

#include "app/commands/command.h"
#include "app/files.h"

namespace sunfleck::app {
namespace {

constexpr std::array commands{
    &add_replay,  &add_runs,  &add_compare, &add_report, &add_export, &add_mlperf,
    &add_profile, &add_power, &add_network, &add_target, &add_check,  &add_version,
};

// CLI11 ends help requests with 0 and mistakes with codes of its own: for us a mistake is 2.
int explain(const CLI::App& program, const CLI::ParseError& error) {
  const int code = program.exit(error, std::cout, std::cerr);
  return code == 0 ? 0 : static_cast<int>(Exit::usage);
}

int run(const Invocation& invocation) {
  Console console{std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1};
  const Result<Exit> ended = invocation(console);
  if (!ended) {
    std::cerr << "sunfleck: " << ended.error().text << "\n";
    return static_cast<int>(exit_of(ended.error().code));
  }
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "sunfleck: the output could not be written\n";
    return static_cast<int>(Exit::failed);
  }
  return static_cast<int>(*ended);
}

}  // namespace
}  // namespace sunfleck::app

// NOLINTNEXTLINE(bugprone-exception-escape): out of memory may end the program
int main(int argc, char** argv) {
  using namespace sunfleck::app;
  CLI::App program{
      "sunfleck: a test bench and profiler for neural networks on intermittently powered devices"};
  program.name("sunfleck");
  program.require_subcommand(1);
  program.set_config(
      "--config", (config_folder() / "config.toml").string(),
      "Options that are kept, e.g. [replay] seed=7");
  program.footer(
      "Exit codes: 0 done; 1 the bench failed, or a file, network or store was bad;\n"
      "2 the arguments were wrong; 3 an expectation was not met.\n"
      "Example: sunfleck replay --capacitor 47uF");
  Invocation invocation;
  for (const auto add : commands)
    add(program, invocation);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(program, error);
  }
  return run(invocation);
}
