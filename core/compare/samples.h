#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "core/compare/comparison.h"

namespace sunfleck {

struct RowSamples {
  Samples time;
  Samples energy;
};

// All samples of a group, by row; every row has `count` of them.
struct GroupSamples {
  std::map<RowKey, RowSamples> rows;
  std::size_t count = 0;
  std::optional<double> autocorrelation;  // as in GroupFacts
};

// What compare() says of samples. The group was checked by then.
GroupSamples samples_of(const ComparedGroup& group, SampleUnit unit);

}  // namespace sunfleck
