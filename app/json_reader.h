#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace sunfleck::app {

// Reads members of a JSON value that is not trusted. The first that is wrong is told in `damage`,
// with its place; from then on, and for it, readers give zeroes and empty values.
class JsonReader {
 public:
  JsonReader(const nlohmann::json& value, std::string place, Status& damage)
      : value_(&value), place_(std::move(place)), damage_(&damage) {}

  void refuse(const char* why) const {
    if (*damage_) *damage_ = fail(Errc::invalid_argument, place_, " ", why);
  }

  JsonReader member(const char* name) const {
    static const nlohmann::json nothing;
    const std::string place = join(place_, ": ", name);
    const auto found = value_->is_object() ? value_->find(name) : value_->end();
    if (found != value_->end()) return {*found, place, *damage_};
    const JsonReader none(nothing, place, *damage_);
    none.refuse("is missing");
    return none;
  }

  double number() const {
    const double value = value_->is_number() ? value_->get<double>() : 0.0;
    if (!value_->is_number() || !std::isfinite(value)) refuse("must be a finite number");
    return std::isfinite(value) ? value : 0.0;
  }
  std::uint64_t count(std::uint64_t most) const {
    const bool is_count = value_->is_number_unsigned() && value_->get<std::uint64_t>() <= most;
    if (!is_count) refuse("must be a whole number in its range");
    return is_count ? value_->get<std::uint64_t>() : 0;
  }
  std::string text() const {
    if (!value_->is_string()) refuse("must be a text");
    return value_->is_string() ? value_->get<std::string>() : std::string();
  }
  std::vector<double> numbers(std::size_t most) const {
    std::vector<double> values;
    each_element(most, [&](const JsonReader& element) { values.push_back(element.number()); });
    return values;
  }

  double number(const char* name) const { return member(name).number(); }
  double positive(const char* name) const {
    const JsonReader of = member(name);
    const double value = of.number();
    if (value < 0.0) of.refuse("must not be below 0");
    return std::max(value, 0.0);
  }
  std::uint64_t count(
      const char* name,
      std::uint64_t most =
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) const {
    return member(name).count(most);
  }
  std::string text(const char* name) const { return member(name).text(); }
  bool boolean(const char* name) const {
    const JsonReader of = member(name);
    if (!of.value_->is_boolean()) of.refuse("must be true or false");
    return of.value_->is_boolean() && of.value_->get<bool>();
  }
  // `read(const JsonReader&)` for each element of a list of at most `most`.
  template <class Read>
  void each(const char* name, std::size_t most, const Read& read) const {
    member(name).each_element(most, read);
  }

 private:
  template <class Read>
  void each_element(std::size_t most, const Read& read) const {
    if (!value_->is_array() || value_->size() > most) {
      refuse("must be a list, and not longer than it can be");
      return;
    }
    for (std::size_t i = 0; i < value_->size() && *damage_; ++i)
      read(JsonReader((*value_)[i], join(place_, "[", i, "]"), *damage_));
  }

  const nlohmann::json* value_;
  std::string place_;
  Status* damage_;
};

}  // namespace sunfleck::app
