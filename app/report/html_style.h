#pragma once

#include <string>

#include "app/report/write_document.h"

namespace sunfleck::app {

// The style sheet of a report, with its colours and those of its drawings. Drawings are made in
// the light theme; for dark ones the sheet exchanges each colour by the name it has in the drawing.
std::string html_style(DocumentTheme theme);

// "blue": a class of swatches.
const char* name_of(Colour colour);

}  // namespace sunfleck::app
