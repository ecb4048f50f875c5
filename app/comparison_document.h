#pragma once

#include "app/report/document.h"
#include "app/stored_comparison.h"

namespace sunfleck::app {

// The report of a comparison: the groups, what each spent on which activity as bars, the changes by
// class and layer with their intervals, and how they were come by. Its data are to_json()'s.
Document comparison_document(const StoredComparison& compared, CompareBy by = CompareBy::both);

}  // namespace sunfleck::app
