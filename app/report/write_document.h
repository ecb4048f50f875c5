#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/report/document.h"
#include "core/base/result.h"

namespace sunfleck::app {

enum class DocumentForm { html, pdf, markdown, csv, json };

// By the ending of a file's name, in any case: .html, .htm, .pdf, .md, .csv, .json; nothing for
// another.
std::optional<DocumentForm> document_form_of(const std::filesystem::path& path);

// Writes a report in the form that the file's name asks for, whole or not at all.
//
//   fails   usage when the name has no known ending, or there is such a file and `overwrite` is not
//           set; unsupported for a form that needs figures in a build without them; io
Status write_document(
    const Document& document, const std::filesystem::path& path, bool overwrite = false);

}  // namespace sunfleck::app
