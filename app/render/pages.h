#pragma once

#include <string>

#include "app/report/document.h"
#include "core/base/result.h"

namespace sunfleck::app {

// Draws a report as pages of A4. A heading stands on the page of what it heads, a figure and a row
// of a table on one page; a table that goes on repeats its titles.
//
//   returns   the bytes of a PDF file, with its fonts; the time of its making is in it
//   fails     unsupported when this build has no figures
Result<std::string> draw_pages(const Document& document);

}  // namespace sunfleck::app
