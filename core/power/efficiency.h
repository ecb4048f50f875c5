#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
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

// A table ready to be asked for every sample: trilinear, linear in both voltages and in the
// logarithm of the current, held beyond the edges. The logarithm is a float's, which errs by less
// than 2e-6 octaves.
class EfficiencyMap {
 public:
  // An efficiency of 1.
  EfficiencyMap() = default;
  // `table` has passed check().
  explicit EfficiencyMap(const EfficiencyTable& table);

  // Whether it depends on the capacitor's voltage as `storage`, and on the other voltage.
  bool has_layers() const { return storage_.count() > 1; }
  bool has_rows() const { return voltage_.count() > 1; }
  double best() const;

  // All >= 0.
  double at(Volts storage, Volts voltage, Amperes current) const {
    if (values_.empty()) return 1.0;
    const Place row = voltage_.place(voltage.si);
    // Below the smallest float a current has no logarithm, and stands at the first node.
    const float amperes = static_cast<float>(current.si);
    const Place column =
        amperes > 0.0F ? current_.place(static_cast<double>(std::log2(amperes))) : Place{0, 0.0};
    const double* corner = values_.data() + row.low * width_ + column.low;
    if (!has_layers()) return in_layer(corner, row.part, column.part);
    const Place layer = storage_.place(storage.si);
    corner += layer.low * layer_size_;
    const double low = in_layer(corner, row.part, column.part);
    const double high = in_layer(corner + layer_size_, row.part, column.part);
    return low + layer.part * (high - low);
  }

 private:
  // Where a value lies: `part` of 0 to 1 of the way from node `low` to the next.
  struct Place {
    std::size_t low;
    double part;
  };

  // The nodes of one axis, with an index of equal cells that finds the right one in a step or two.
  class Axis {
   public:
    Axis() = default;
    explicit Axis(const std::vector<double>& nodes);
    std::size_t count() const { return nodes_.size(); }
    Place place(double x) const {
      if (!(x > first_)) return {0, 0.0};
      if (x >= last_) return {last_low_, last_part_};
      std::size_t low = index_[static_cast<std::size_t>((x - first_) * cells_per_unit_)];
      while (x >= nodes_[low + 1])
        ++low;
      return {low, (x - nodes_[low]) * per_span_[low]};
    }

   private:
    static constexpr std::size_t cells = 64;
    std::vector<double> nodes_;
    std::vector<double> per_span_;  // 1 / (nodes_[i + 1] - nodes_[i])
    double first_ = 0.0;
    double last_ = 0.0;
    double cells_per_unit_ = 0.0;
    std::size_t last_low_ = 0;  // the place of the last node
    double last_part_ = 0.0;
    std::array<std::uint32_t, cells + 1> index_{};  // the node below each cell's beginning
  };

  double in_layer(const double* corner, double row_part, double column_part) const {
    const double* next = corner + width_;
    const double low = corner[0] + column_part * (corner[1] - corner[0]);
    const double high = next[0] + column_part * (next[1] - next[0]);
    return low + row_part * (high - low);
  }

  Axis storage_, voltage_, current_;
  std::size_t width_ = 0;       // of a row
  std::size_t layer_size_ = 0;  // of a layer
  // [layers][rows][columns]; an axis with one node has it twice, so that each node but the last has
  // one after it.
  std::vector<double> values_;
};

// The same for one question: 1 where there is no table. `table` has passed check().
double efficiency_at(const EfficiencyTable& table, Volts storage, Volts voltage, Amperes current);

// Refuses nodes that do not ascend, that are not finite, sizes that do not match, and efficiencies
// outside 0 to 1. `where` begins the error's text: "input.rectifier".
Status check(const EfficiencyCurve& curve, std::string_view where);
Status check(const EfficiencyTable& table, std::string_view where);

}  // namespace sunfleck
