#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/render/ticks.h"
#include "app/report/document.h"

namespace sunfleck::app {

// A column of a table: numbers of one quantity, all in the unit that suits the largest of them and
// with the decimals that give that one four digits. One that is too small to show is "<0.001".
class QuantityColumn {
 public:
  //   unit      SI: "J"; empty for plain numbers
  //   largest   of its numbers
  QuantityColumn(std::string_view unit, double largest);
  //   values   its numbers
  QuantityColumn(std::string_view unit, std::span<const double> values);

  // "Compute [mJ]".
  std::string title(const std::string& words) const;
  Quantified cell(double value, std::optional<double> deviation = std::nullopt) const;

 private:
  DisplayUnit unit_;
  int decimals_ = 0;
};

// "2.418 mJ", four digits.
Quantified quantity(double value, std::string_view unit);
// "2.418 ± 0.003 mJ": the deviation with two digits, the value with as many decimals.
Quantified uncertain(double value, double deviation, std::string_view unit);
// "4.6 %", of a share.
Quantified percentage(double part, double whole);
Quantified count(std::uint64_t number);
Quantified words(std::string text);

}  // namespace sunfleck::app
