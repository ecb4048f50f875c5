#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/power_path_fields.h"
#include "app/power_path_file.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

std::string in_quotes(std::string_view text) { return join("\"", text, "\""); }

template <class Value, class ToText>
std::string array_of(const std::vector<Value>& values, ToText to_text) {
  std::string text;
  for (const Value& value : values)
    text += join(text.empty() ? "" : ", ", to_text(value));
  return join("[", text, "]");
}

std::string number_text(double value) { return join(value); }

// Rows of an efficiency table, one to a line.
std::string rows_of(const EfficiencyTable& table) {
  const std::size_t columns = table.current.size();
  const std::size_t rows = table.voltage.size();
  std::string text = "[";
  for (std::size_t at = 0; columns > 0 && at + columns <= table.efficiency.size(); at += columns) {
    const bool layer_begins = !table.storage.empty() && at / columns % rows == 0;
    if (layer_begins) text += at == 0 ? "\n  [" : "\n  ], [";
    const auto begin = table.efficiency.begin() + static_cast<std::ptrdiff_t>(at);
    const std::vector<double> row(begin, begin + static_cast<std::ptrdiff_t>(columns));
    text += join("\n  ", array_of(row, &number_text), ",");
  }
  if (table.efficiency.empty()) return "[]";
  return text + (table.storage.empty() ? "\n]" : "\n  ],\n]");
}

// Writes fields as TOML, each with what it is behind it.
class TomlText {
 public:
  explicit TomlText(std::string path) : path_(std::move(path)) {}

  template <class Enum, std::size_t Count>
  void word(const char* key, Enum value, const Words<Enum, Count>& words) {
    std::string all;
    std::string_view said;
    for (const auto& [name, meaning] : words) {
      all += join(all.empty() ? "" : ", ", name);
      if (meaning == value) said = name;
    }
    line(key, in_quotes(said), all);
  }
  template <class Unit>
  void quantity(const char* key, Unit value, Bounds /*bounds*/, std::string_view about) {
    line(key, text_of(value), about);
  }
  void time(const char* key, RunTime value, std::string_view about) {
    line(key, text_of(to_seconds(value)), about);
  }
  void number(const char* key, double value, std::string_view about) {
    line(key, number_text(value), about);
  }
  void flag(const char* key, bool value, std::string_view about) {
    line(key, value ? "true" : "false", about);
  }
  template <class Unit>
  void quantities(const char* key, const std::vector<Unit>& values, std::string_view about) {
    line(key, array_of(values, &text_of<Unit>), about);
  }
  void numbers(const char* key, const std::vector<double>& values, std::string_view about) {
    line(key, array_of(values, &number_text), about);
  }
  void efficiency(const char* key, const EfficiencyTable& table) {
    line(key, rows_of(table), "rows of voltage, columns of current");
  }
  template <class Visit>
  void table(const char* key, Visit visit) {
    TomlText inner(path_.empty() ? key : join(path_, ".", key));
    visit(inner);
    text_ += join("\n[", inner.path_, "]\n", inner.text_);
  }
  template <class Value, class Visit>
  void optional_table(const char* key, std::optional<Value>& value, Visit visit) {
    if (value) table(key, [&](TomlText& inner) { visit(inner, *value); });
  }

  const std::string& text() const { return text_; }

 private:
  template <class Unit>
  static std::string text_of(const Unit& value) {
    return std::isinf(value.si) ? "\"unlimited\""
                                : in_quotes(exact_quantity(value.si, symbol(value)));
  }
  // Long values have their remark above.
  void line(const char* key, const std::string& value, std::string_view about) {
    constexpr std::size_t remarks = 34;
    std::string said = join(key, " = ", value);
    if (about.empty())
      text_ += said + "\n";
    else if (said.size() < remarks)
      text_ += join(said, std::string(remarks - said.size(), ' '), "# ", about, "\n");
    else
      text_ += join("# ", about, ":\n", said, "\n");
  }

  std::string path_;
  std::string text_;
};

class JsonText {
 public:
  template <class Enum, std::size_t Count>
  void word(const char* key, Enum value, const Words<Enum, Count>& words) {
    for (const auto& [name, meaning] : words)
      if (meaning == value) object_[key] = name;
  }
  template <class Unit>
  void quantity(const char* key, Unit value, Bounds /*bounds*/, std::string_view /*about*/) {
    object_[key] = std::isinf(value.si) ? json() : json(value.si);
  }
  void time(const char* key, RunTime value, std::string_view /*about*/) {
    object_[key] = to_seconds(value).si;
  }
  void number(const char* key, double value, std::string_view /*about*/) { object_[key] = value; }
  void flag(const char* key, bool value, std::string_view /*about*/) { object_[key] = value; }
  template <class Unit>
  void quantities(const char* key, const std::vector<Unit>& values, std::string_view /*about*/) {
    object_[key] = json::array();
    for (const Unit& value : values)
      object_[key].push_back(value.si);
  }
  void numbers(const char* key, const std::vector<double>& values, std::string_view /*about*/) {
    object_[key] = values;
  }
  void efficiency(const char* key, const EfficiencyTable& table) {
    object_[key] = table.efficiency;
  }
  template <class Visit>
  void table(const char* key, Visit visit) {
    JsonText inner;
    visit(inner);
    object_[key] = std::move(inner.object_);
  }
  template <class Value, class Visit>
  void optional_table(const char* key, std::optional<Value>& value, Visit visit) {
    if (value) table(key, [&](JsonText& inner) { visit(inner, *value); });
  }

  json take() { return std::move(object_); }

 private:
  json object_ = json::object();
};

}  // namespace

std::string exact_quantity(double value, std::string_view unit) {
  struct Prefix {
    std::string_view symbol;
    double factor;
  };
  constexpr std::array prefixes{Prefix{"G", 1e9},  Prefix{"M", 1e6},  Prefix{"k", 1e3},
                                Prefix{"", 1.0},   Prefix{"m", 1e-3}, Prefix{"u", 1e-6},
                                Prefix{"n", 1e-9}, Prefix{"p", 1e-12}};
  constexpr int most_digits = 17;
  const auto fits = [value](const Prefix& prefix) {
    return std::abs(value) >= prefix.factor * (1.0 - 1e-9);
  };
  const auto* const prefix = std::ranges::find_if(prefixes, fits);
  if (prefix == prefixes.end()) return join(value, " ", unit);
  for (int digits = 1; digits <= most_digits; ++digits) {
    std::array<char, 32> room;
    const auto end = std::to_chars(
        room.data(), room.data() + room.size(), value / prefix->factor, std::chars_format::general,
        digits);
    const std::string text =
        join(std::string_view(room.data(), end.ptr), " ", prefix->symbol, unit);
    if (text.find('e') != std::string::npos || parse_quantity(text, unit) != value) continue;
    // A prefix is a product, which may take many digits where the number alone takes few.
    const std::string plain = join(value, " ", unit);
    return text.size() <= plain.size() + 2 ? text : plain;
  }
  return join(value, " ", unit);
}

std::string to_toml(const PowerPathConfig& config, std::string_view base) {
  PowerPathConfig copy = config;
  TomlText text("");
  visit_power_path(text, copy);
  return join(
      "# A power path, from the harvesting source to the rail. Give it back with --path FILE.\n"
      "# What is left out is as in the preset that `base` names.\n",
      "base = ", in_quotes(base), "\n", text.text());
}

json to_json(const PowerPathConfig& config) {
  PowerPathConfig copy = config;
  JsonText object;
  visit_power_path(object, copy);
  return object.take();
}

}  // namespace sunfleck::app
