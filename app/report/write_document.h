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
// By its word: "html", "pdf", "md", "csv", "json"; the ending of its files.
std::optional<DocumentForm> document_form_called(std::string_view word);
const char* name_of(DocumentForm form);

// Of HTML and of the figures of Markdown; pages of PDF are light.
enum class DocumentTheme {
  reader,  // as the reader's browser prefers, and light on paper
  light,
  dark,
};

struct DocumentOptions {
  bool overwrite = false;  // what has the names that are written
  DocumentTheme theme = DocumentTheme::reader;
};

// Writes a report, whole or not at all. HTML, PDF and JSON are one file. CSV is report.csv with the
// facts and report.KEY.csv for each table. Markdown is report.md and its figures in report_files/.
//
//   fails   usage when there is such a file and it shall not be overwritten; unsupported for PDF in
//           a build without figures, which HTML and Markdown say in their place; io
Status write_document(
    const Document& document, const std::filesystem::path& path, DocumentForm form,
    const DocumentOptions& options);

// Likewise, in the form that the file's name asks for.
//
//   fails   usage when the name has no known ending
Status write_document(
    const Document& document, const std::filesystem::path& path, bool overwrite = false);

}  // namespace sunfleck::app
