#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands/command.h"
#include "app/target_bench.h"
#include "core/target/target_client.h"

namespace sunfleck::app {

// What every command to a board has.
struct TargetOptions {
  TargetSettings settings;
  bool json = false;
};

void add_target_options(CLI::App* command, TargetOptions& to);

// A board that is reached, and the client that talks to it.
struct TargetSession {
  TargetBench& bench;
  TargetClient& client;
};

// Reaches the board, lets `work` talk to it until it ends or Ctrl-C comes, and lets go of it.
Result<Exit> with_target(
    const TargetOptions& options, const std::function<Result<Exit>(TargetSession&)>& work);

// Shows "loading  1234/5678 bytes" on a terminal, and clears it at its end.
class TargetProgress {
 public:
  explicit TargetProgress(Console& console) : console_(&console) {}
  ~TargetProgress();
  TargetProgress(const TargetProgress&) = delete;
  TargetProgress& operator=(const TargetProgress&) = delete;

  void show(std::string_view what, std::uint64_t done, std::uint64_t of, std::string_view unit);

 private:
  Console* console_;
  bool shown_ = false;
};

// Which network and inputs a command puts on the board first.
struct LoadOptions {
  std::string network;
  std::string inputs;
};

void add_load_options(CLI::App* command, LoadOptions& to);
// Stops what runs and loads what the options name; nothing when they name nothing.
Status load_target(const LoadOptions& options, TargetSession& session, Console& console);

void add_target_measure(CLI::App* target, Invocation& invocation);

}  // namespace sunfleck::app
