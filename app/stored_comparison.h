#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/compare/comparison.h"
#include "db/run_store.h"

namespace sunfleck::app {

// Runs of a store that are compared as one.
struct GroupSpec {
  std::string name;               // empty: of a single run, from its number and name
  std::vector<std::string> runs;  // numbers, names, or patterns of names: "tile-*"
};

// "tile=12,13,tile-night-*".
// Fails with usage when a name or a run is missing.
Result<GroupSpec> group_spec(std::string_view text);

// What was compared, and what came of it.
struct StoredComparison {
  std::vector<std::vector<db::RunSummary>> runs;  // [groups][runs]
  Comparison comparison;
  std::vector<std::string> notes;  // sentences on what makes the groups less comparable
};

// Reads the runs' attributions, not their samples, and compares them.
//
//   fails   usage when a pattern fits no run or a run is named twice; not_found; and as compare()
Result<StoredComparison> compare_stored(db::RunStore& store, const std::vector<GroupSpec>& groups);

enum class CompareBy { classes, layers, both };

// "layer 3 CONV_2D", "checkpoint", "active (all but sleep)".
std::string title_of(const RowKey& key);
// The rows that a view has: its own, and always those of the whole.
bool is_shown(const RowKey& key, CompareBy by);

std::string to_text(const StoredComparison& compared, CompareBy by);
nlohmann::json to_json(const StoredComparison& compared);
// A line of headings, and one for each row, group and quantity; SI units.
std::string to_csv(const StoredComparison& compared);

}  // namespace sunfleck::app
