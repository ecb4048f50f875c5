#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/power/ledger.h"
#include "core/session/run_record.h"
#include "core/timeline/timeline.h"
#include "db/run_store.h"

namespace sunfleck::db {

// How the store spells what the program numbers. Rows are only ever appended.

inline constexpr std::array end_reasons{
    std::pair{EndReason::inferences_done, "inferences done"},
    std::pair{EndReason::max_time, "time limit"},
    std::pair{EndReason::source_ended, "source ended"},
    std::pair{EndReason::no_progress, "no progress"},
    std::pair{EndReason::board_fault, "board fault"},
    std::pair{EndReason::cancelled, "cancelled"},
};

inline constexpr std::array run_statuses{
    std::pair{RunStatus::running, "running"},         std::pair{RunStatus::finished, "finished"},
    std::pair{RunStatus::cancelled, "cancelled"},     std::pair{RunStatus::failed, "failed"},
    std::pair{RunStatus::interrupted, "interrupted"},
};

inline constexpr std::array ledger_entries{
    std::pair{&PowerLedger::harvested, "harvested"},
    std::pair{&PowerLedger::input_loss, "input_loss"},
    std::pair{&PowerLedger::clamped, "clamped"},
    std::pair{&PowerLedger::leaked, "leaked"},
    std::pair{&PowerLedger::esr_loss, "esr_loss"},
    std::pair{&PowerLedger::output_loss, "output_loss"},
    std::pair{&PowerLedger::delivered, "delivered"},
    std::pair{&PowerLedger::stored, "stored"},
    std::pair{&PowerLedger::stored_at_start, "stored_at_start"},
};

template <class Value, std::size_t size>
constexpr const char* spelled(
    const std::array<std::pair<Value, const char*>, size>& names, Value value) {
  for (const auto& [known, name] : names)
    if (known == value) return name;
  return "";
}

template <class Value, std::size_t size>
constexpr std::optional<Value> read_as(
    const std::array<std::pair<Value, const char*>, size>& names, std::string_view text) {
  for (const auto& [known, name] : names)
    if (name == text) return known;
  return std::nullopt;
}

// Of the enumerators `first` to `last`, the one that name_of() gives this text.
template <class Enum>
std::optional<Enum> named(std::string_view text, Enum first, Enum last) {
  for (int value = static_cast<int>(first); value <= static_cast<int>(last); ++value)
    if (name_of(static_cast<Enum>(value)) == text) return static_cast<Enum>(value);
  return std::nullopt;
}

}  // namespace sunfleck::db
