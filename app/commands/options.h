#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/text.h"

namespace sunfleck::app {

// An option with a quantity as people type it: "--capacitor 47uF". A word that is none, or one that
// is not positive, is a mistake in the command line.
template <class Unit, class OnValue>
CLI::Option* add_quantity(
    CLI::App* command, const std::string& flags, const std::string& description, OnValue on_value) {
  const std::string unit(symbol(Unit{}));
  auto read = [flags, unit, on_value](const std::string& text) {
    const std::optional<Unit> value = parse_quantity<Unit>(text);
    if (!value || !(value->si > 0.0))
      throw CLI::ValidationError(
          flags,
          "a positive quantity in " + unit + " was wanted, such as 1" + unit + ", not '" + text +
              "'");
    on_value(*value);
  };
  return command->add_option_function<std::string>(flags, read, description)->type_name(unit);
}

// Likewise of a time, of 1 ns to 31 years.
inline CLI::Option* add_time(
    CLI::App* command, const std::string& flags, const std::string& description, RunTime& to) {
  constexpr Seconds shortest{1e-9};
  constexpr Seconds longest{1e9};
  return add_quantity<Seconds>(command, flags, description, [flags, &to](Seconds value) {
    if (!(value >= shortest && value <= longest))
      throw CLI::ValidationError(flags, "a time of 1 ns to 1e9 s was wanted");
    to = to_run_time(value);
  });
}

// An option whose value is one word of several.
template <class Value>
CLI::Option* add_word(
    CLI::App* command, const std::string& flags, const std::string& description, Value& to,
    const std::vector<std::string>& words, std::optional<Value> (*called)(std::string_view)) {
  return command
      ->add_option_function<std::string>(
          flags, [&to, called](const std::string& text) { to = *called(text); }, description)
      ->check(CLI::IsMember(words));
}

}  // namespace sunfleck::app
