#pragma once

#include <functional>
#include <iosfwd>

#include "core/base/result.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own name
class App;
}

namespace sunfleck::app {

// Where a command writes. What was asked for goes to `out`, messages and progress to `err`.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool progress = false;  // `err` is a terminal: long work may show how far it is
};

// What a script can tell apart (DESIGN: 0 done, 1 the bench failed or a file was bad, 2 the
// arguments were wrong, 3 an expectation was not met); 130 is what shells say of a program ended by
// Ctrl-C.
enum class Exit : int { done = 0, failed = 1, usage = 2, unexpected = 3, interrupted = 130 };

Exit exit_of(Errc code);

// What the command line asks for; empty until a command was recognised.
using Invocation = std::function<Result<Exit>(Console&)>;

// Each adds its command with options and help, and sets the invocation once that command is parsed.
void add_replay(CLI::App& program, Invocation& invocation);
void add_runs(CLI::App& program, Invocation& invocation);
void add_report(CLI::App& program, Invocation& invocation);
void add_runs_energy(CLI::App& runs, Invocation& invocation);
void add_export(CLI::App& program, Invocation& invocation);
void add_compare(CLI::App& program, Invocation& invocation);
void add_profile(CLI::App& program, Invocation& invocation);
void add_profile_plot(CLI::App& profile, Invocation& invocation);
void add_power(CLI::App& program, Invocation& invocation);
void add_network(CLI::App& program, Invocation& invocation);
void add_check(CLI::App& program, Invocation& invocation);
void add_target(CLI::App& program, Invocation& invocation);
void add_mlperf(CLI::App& program, Invocation& invocation);
void add_version(CLI::App& program, Invocation& invocation);

}  // namespace sunfleck::app
