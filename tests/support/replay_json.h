#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/command.h"

// A replay of which the result is read as a script would.
struct Replayed {
  CommandResult command;
  nlohmann::json result;
};

inline Replayed replay_json(std::vector<std::string> arguments, const ScratchFolder& folder) {
  arguments.insert(arguments.begin(), "replay");
  arguments.emplace_back("--json");
  Replayed replayed{sunfleck_command(arguments, folder), {}};
  replayed.result = nlohmann::json::parse(replayed.command.out, nullptr, false);
  EXPECT_TRUE(replayed.result.is_object()) << replayed.command.out << replayed.command.err;
  return replayed;
}

inline double outages_per_inference(const nlohmann::json& result) {
  return result["outages"].get<double>() / result["inferences"].get<double>();
}

// Of one activity in all layers; 0 when it did not occur.
inline double joules_of(const nlohmann::json& result, const std::string& activity) {
  for (const auto& row : result["activities"])
    if (row["activity"] == activity) return row["joules"].get<double>();
  return 0.0;
}

// What holds of every run: the activities and layers add up to the total at the rail, and the power
// path's ledger closes.
inline void expect_closed_books(const nlohmann::json& result) {
  double activities = 0.0;
  double of_layers = 0.0;
  for (const auto& row : result["activities"])
    activities += row["joules"].get<double>();
  std::vector<nlohmann::json> rows = result["layers"];
  rows.push_back(result["result_commits"]);
  for (const auto& row : rows)
    for (const char* part : {"compute_joules", "checkpoint_joules", "re_execution_joules"})
      of_layers += row[part].get<double>();
  const double total = result["rail_joules"].get<double>();
  EXPECT_NEAR(activities, total, 1e-9 * total);
  const double layer_activities = joules_of(result, "compute") + joules_of(result, "checkpoint") +
      joules_of(result, "re-execution");
  EXPECT_NEAR(of_layers, layer_activities, 1e-9 * total);
  const auto& ledger = result["ledger"];
  const double came_in =
      ledger["harvested_joules"].get<double>() + ledger["stored_at_start_joules"].get<double>();
  double went = 0.0;
  for (const char* part :
       {"input_loss_joules", "clamped_joules", "leaked_joules", "esr_loss_joules",
        "output_loss_joules", "delivered_joules", "stored_joules"})
    went += ledger[part].get<double>();
  EXPECT_NEAR(went, came_in, 1e-6 * came_in);
}
