#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "app/expectation.h"
#include "core/base/result.h"
#include "db/run_store.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own name
class App;
}

namespace sunfleck::app {

// What a run is held against, as it was typed.
struct GateOptions {
  std::vector<std::string> expectations;
  std::string baseline;
  std::string tolerance;
};

// Adds --expect, --baseline and --tolerance, and what they take to the command's help.
void add_gate(CLI::App* command, GateOptions& to, const std::string& footer);

// The same, read and checked.
struct Gate {
  std::vector<Expectation> expectations;
  std::optional<RunReport> baseline;
  double tolerance = 0.0;  // a share

  // Whether a run with so many layers, with or without expected outputs, can be judged at all.
  Status check(std::size_t layers, bool has_expected) const;
  std::vector<Verdict> judge(const RunReport& report) const;
};

// Reads the expectations, and the baseline from the store.
// Fails with usage for what was typed wrong, and like read_report().
Result<Gate> open_gate(const GateOptions& options, const std::string& store);

// Writes a sentence for each that was not met. Whether all were.
bool report_unmet(const std::vector<Verdict>& verdicts, std::ostream& to);

}  // namespace sunfleck::app
