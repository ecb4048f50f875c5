#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cfloat>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"

namespace sunfleck {

// Efficiency of a rectifier over the power that it receives.
struct EfficiencyCurve {
  std::vector<Watts> at{};           // [n] > 0, ascending; empty: no curve
  std::vector<double> efficiency{};  // [n] of 0 to 1
};

// Efficiency of a switching converter over the capacitor's voltage, a voltage and a current.
struct EfficiencyTable {
  std::vector<Volts> storage{};      // [layers] >= 0, ascending; empty: one layer, the same at
                                     // every voltage of the capacitor
  std::vector<Volts> voltage{};      // [rows] >= 0, ascending; empty: no table
  std::vector<Amperes> current{};    // [columns] > 0, ascending
  std::vector<double> efficiency{};  // [layers * rows * columns] of 0 to 1, row by row
};

// The efficiency at `x` >= 0: linear in the logarithm of x between two nodes, that of the outermost
// node beyond them; 1 where there is no curve. `curve` has passed check().
//
// Source: datasheets draw these curves over a logarithmic axis; the error is what a straight line
// on that axis between two nodes misses.
double efficiency_at(const EfficiencyCurve& curve, Watts x);

// The logarithm to base 2 of x >= 0 with an error below 2e-9, for zero that of the smallest normal
// number; inline, and so faster than std::log2.
//
// Source: log2 x = e + 2 artanh(s) / ln 2 with x = 2^e m, s = (m - 1) / (m + 1), m between
// sqrt(1/2) and sqrt(2); five terms of the series.
inline double quick_log2(double x) {
  constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2)
  constexpr int mantissa_bits = 52;
  const auto bits = std::bit_cast<std::int64_t>(std::max(x, DBL_MIN));
  const std::int64_t exponent = (bits - root_half) >> mantissa_bits;
  const auto m = std::bit_cast<double>(bits - (exponent << mantissa_bits));
  const double s = (m - 1.0) / (m + 1.0);
  const double square = s * s;
  const double series =
      1.0 + square * (1.0 / 3.0 + square * (0.2 + square * (1.0 / 7.0 + square * (1.0 / 9.0))));
  return static_cast<double>(exponent) + 2.0 * std::numbers::log2e * s * series;
}

// A table ready to be asked for every sample: trilinear, linear in both voltages and in the
// logarithm of the current, held beyond the edges.
class EfficiencyMap {
 public:
  // An efficiency of 1.
  EfficiencyMap();
  // `table` has passed check().
  explicit EfficiencyMap(const EfficiencyTable& table);

  // Whether it depends on the capacitor's voltage as `storage`, and on the other voltage.
  bool has_layers() const { return storage_.count() > 1; }
  bool has_rows() const { return voltage_.count() > 1; }
  double best() const { return best_; }

  // All >= 0. Inlined by order: a call would empty the registers of the loop over samples.
  [[gnu::always_inline]] double at(Volts storage, Volts voltage, Amperes current) const {
    const Place row = voltage_.place(voltage.si);
    const Place column = current_.place(quick_log2(current.si));
    const Cell* cell = cells_.data() + row.low * row_size_ + column.low;
    if (!has_layers()) return cell->at(row.part, column.part);
    const Place layer = storage_.place(storage.si);
    cell += layer.low * layer_size_;
    const double low = cell->at(row.part, column.part);
    return low + layer.part * ((cell + layer_size_)->at(row.part, column.part) - low);
  }

 private:
  // Where a value lies: `part` of 0 to 1 of the way from node `low` to the next.
  struct Place {
    std::size_t low;
    double part;
  };

  // The nodes of one axis, with an index of equal steps that finds the right one at once where the
  // nodes are about equally far from each other.
  class Axis {
   public:
    Axis() : Axis({0.0}) {}
    explicit Axis(const std::vector<double>& nodes);
    std::size_t count() const { return count_; }
    std::size_t spans() const { return std::max<std::size_t>(1, count_ - 1); }
    Place place(double x) const {
      x = std::min(std::max(x, first_), last_);
      const auto step = static_cast<std::int32_t>((x - first_) * steps_per_unit_);
      std::size_t low = index_[static_cast<std::uint32_t>(step)];
      while (x >= nodes_[low + 1].at)
        ++low;
      return {low, (x - nodes_[low].at) * nodes_[low].per_span};
    }

   private:
    static constexpr std::size_t steps = 64;
    struct Node {
      double at;
      double per_span;  // 1 / (the next node's - at)
    };
    std::size_t count_;
    std::vector<Node> nodes_;  // without the last, which is the end of a span; then one at infinity
    double first_;
    double last_;
    double steps_per_unit_ = 0.0;
    std::array<std::uint32_t, steps + 1> index_{};  // the node below each step's beginning
  };

  // The plane through four neighbouring nodes of a layer, bent.
  struct Cell {
    double base, by_row, by_column, by_both;
    double at(double row, double column) const {
      return base + column * by_column + row * (by_row + column * by_both);
    }
  };

  Axis storage_, voltage_, current_;
  std::size_t row_size_ = 1;    // cells
  std::size_t layer_size_ = 1;  // likewise
  std::vector<Cell> cells_;     // [layers][spans of voltage][spans of current]
  double best_ = 1.0;
};

// The same for one question: 1 where there is no table. `table` has passed check().
double efficiency_at(const EfficiencyTable& table, Volts storage, Volts voltage, Amperes current);

// Refuses nodes that do not ascend, that are not finite, sizes that do not match, and efficiencies
// outside 0 to 1. `where` begins the error's text: "input.rectifier".
Status check(const EfficiencyCurve& curve, std::string_view where);
Status check(const EfficiencyTable& table, std::string_view where);

}  // namespace sunfleck
