#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

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
