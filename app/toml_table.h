#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#define TOML_EXCEPTIONS 0
// The parser asserts what damaged text can make untrue, and goes on to refuse it.
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include "core/base/result.h"
#include "core/base/text.h"

namespace sunfleck::app {

// Reads the members of TOML tables one by one and remembers the first thing that is wrong, with its
// place: "<file>:<line>:<column>: ...". What was not asked for at the end is unknown, and wrong
// too.
class TomlFile {
 public:
  //   kind   of file, for messages: "a board file"
  TomlFile(std::string file, std::string kind) : file_(std::move(file)), kind_(std::move(kind)) {}

  void wrong(const toml::source_region& at, const std::string& what) {
    if (!error_)
      error_ =
          fail(Errc::invalid_argument, file_, ":", at.begin.line, ":", at.begin.column, ": ", what);
  }
  const std::string& kind() const { return kind_; }
  Status status() const {
    if (error_) return *error_;
    return ok;
  }

 private:
  std::string file_;
  std::string kind_;
  std::optional<Error> error_;
};

// A table of the file. One that is absent has no members, and none is missing in it.
class TomlTable {
 public:
  TomlTable(TomlFile& file, const toml::table* table, std::string name)
      : file_(&file), table_(table), name_(std::move(name)) {}

  bool is_there() const { return table_ != nullptr; }
  bool has(const char* key) const { return table_ != nullptr && table_->contains(key); }

  TomlTable table(const char* key) {
    const toml::node* node = find(key);
    if (node != nullptr && !node->is_table()) wrong(*node, key, "a table");
    return {*file_, node != nullptr ? node->as_table() : nullptr, path(key)};
  }
  // Says so when the member is missing.
  void require(const char* key) {
    if (find(key) == nullptr) (void)absent<int>(key, std::nullopt);
  }
  const toml::array* array(const char* key) {
    const toml::node* node = find(key);
    if (node != nullptr && !node->is_array()) wrong(*node, key, "an array");
    return node != nullptr ? node->as_array() : nullptr;
  }
  // A whole number of least to most; `otherwise` when it is absent.
  std::uint32_t number(
      const char* key, std::optional<std::uint32_t> otherwise, std::uint32_t least = 0,
      std::uint32_t most = std::numeric_limits<std::uint32_t>::max()) {
    const toml::node* node = find(key);
    if (node == nullptr) return absent(key, otherwise);
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= least && *value <= most) return static_cast<std::uint32_t>(*value);
    wrong(*node, key, join("a whole number of ", hex(least), " to ", hex(most)));
    return least;
  }
  // The address of a word.
  std::uint32_t address(const char* key) {
    const std::uint32_t at = number(key, std::nullopt);
    if (const toml::node* node = find(key); node != nullptr && at % 4 != 0)
      wrong(*node, key, "the address of a word, a multiple of 4,");
    return at;
  }
  double real(const char* key, std::optional<double> otherwise) {
    const toml::node* node = find(key);
    if (node == nullptr) return absent(key, otherwise);
    if (const auto value = node->value<double>(); node->is_number()) return *value;
    wrong(*node, key, "a number");
    return 0.0;
  }
  bool flag(const char* key, std::optional<bool> otherwise) {
    const toml::node* node = find(key);
    if (node == nullptr) return absent(key, otherwise);
    if (const auto value = node->value_exact<bool>()) return *value;
    wrong(*node, key, "true or false");
    return false;
  }
  std::string text(const char* key, std::optional<std::string> otherwise) {
    constexpr std::size_t longest = 64;
    const toml::node* node = find(key);
    if (node == nullptr) return absent(key, std::move(otherwise));
    const auto value = node->value_exact<std::string>();
    if (value && !value->empty() && value->size() <= longest) return *value;
    wrong(*node, key, "a text of 1 to 64 bytes");
    return {};
  }
  // "16 MHz".
  template <class Unit>
  Unit quantity(const char* key, std::optional<Unit> otherwise) {
    if (find(key) == nullptr) return absent(key, otherwise);
    const std::string said = text(key, std::nullopt);
    const std::optional<Unit> value = parse_quantity<Unit>(said);
    if (value && value->si > 0.0) return *value;
    wrong(*find(key), key, join("a positive quantity such as \"1 ", symbol(Unit{}), "\""));
    return {};
  }

  // Something about a member that this class does not know to be wrong.
  void wrong(const char* key, const std::string& wanted) {
    if (const toml::node* node = find(key)) wrong(*node, key, wanted);
  }
  // Members that were not asked for are mistakes. The last call.
  void end() {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_)
      if (!known_.contains(std::string(key.str())))
        file_->wrong(key.source(), join("there is no '", path(key.str()), "' in ", file_->kind()));
  }

 private:
  std::string path(std::string_view key) const {
    return name_.empty() ? std::string(key) : join(name_, ".", key);
  }
  const toml::node* find(const char* key) {
    known_.insert(key);
    return table_ != nullptr ? table_->get(key) : nullptr;
  }
  void wrong(const toml::node& node, const char* key, const std::string& wanted) {
    file_->wrong(node.source(), join("'", path(key), "' must be ", wanted));
  }
  template <class Value>
  Value absent(const char* key, std::optional<Value> otherwise) {
    if (!otherwise && table_ != nullptr)
      file_->wrong(table_->source(), join("'", path(key), "' is missing"));
    return otherwise ? *std::move(otherwise) : Value{};
  }

  TomlFile* file_;
  const toml::table* table_;
  std::string name_;
  std::set<std::string> known_;
};

}  // namespace sunfleck::app
