#include "app/report/write_document.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <list>

#include "app/files.h"
#include "app/render/pages.h"
#include "app/report/document_forms.h"
#include "profiles/whole_file.h"

namespace sunfleck::app {
namespace {

struct Ending {
  std::string_view ending;
  DocumentForm form;
};

// The first of a form is its word.
constexpr std::array endings{
    Ending{"html", DocumentForm::html},   Ending{"pdf", DocumentForm::pdf},
    Ending{"md", DocumentForm::markdown}, Ending{"csv", DocumentForm::csv},
    Ending{"json", DocumentForm::json},   Ending{"htm", DocumentForm::html}};

Result<std::vector<DocumentFile>> one_file(Result<std::string> bytes) {
  std::vector<DocumentFile> files;
  files.push_back({{}, TRY(std::move(bytes))});
  return files;
}

Result<std::vector<DocumentFile>> files_of(
    const Document& document, const std::filesystem::path& path, DocumentForm form,
    DocumentTheme theme) {
  switch (form) {
    case DocumentForm::html:
      return one_file(to_html(document, theme));
    case DocumentForm::pdf:
      return one_file(draw_pages(document));
    case DocumentForm::markdown:
      return to_markdown(document, path.stem().string() + "_files", theme);
    case DocumentForm::csv:
      return to_csv(document);
    case DocumentForm::json:
      break;
  }
  return one_file(
      to_json(document).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::filesystem::path place_of(const std::filesystem::path& path, const DocumentFile& file) {
  if (file.suffix.empty()) return path;
  return path.parent_path() / (path.stem().string() + file.suffix);
}

Status check_free(const std::filesystem::path& place) {
  std::error_code error;
  if (!std::filesystem::exists(place, error)) return ok;
  return fail(Errc::usage, place.string(), ": there is such a file; --force overwrites it");
}

Status write_beside(const WholeFile& place, const std::string& bytes) {
  std::ofstream file(place.beside(), std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return fail(Errc::io, place.beside().string(), ": cannot be written");
  return ok;
}

// All are written beside their places before the first is moved there; the report itself, which
// refers to the others, is the last.
Status write_all(
    const std::vector<DocumentFile>& files, const std::filesystem::path& path, bool overwrite) {
  std::list<WholeFile> written;
  for (const DocumentFile& file : files) {
    const std::filesystem::path place = place_of(path, file);
    if (!overwrite) TRY(check_free(place));
    if (place.parent_path() != path.parent_path()) TRY(make_folder(place.parent_path()));
    written.emplace_front(place);
    TRY(write_beside(written.front(), file.bytes));
  }
  for (WholeFile& file : written)
    TRY(file.keep());
  return ok;
}

}  // namespace

std::optional<DocumentForm> document_form_called(std::string_view word) {
  const auto found = std::ranges::find(endings, word, &Ending::ending);
  if (found == endings.end()) return std::nullopt;
  return found->form;
}

const char* name_of(DocumentForm form) {
  return std::ranges::find(endings, form, &Ending::form)->ending.data();
}

std::optional<DocumentForm> document_form_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  if (ending.empty()) return std::nullopt;
  std::ranges::transform(ending, ending.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return document_form_called(std::string_view(ending).substr(1));
}

Status write_document(
    const Document& document, const std::filesystem::path& path, DocumentForm form,
    const DocumentOptions& options) {
  if (!options.overwrite) TRY(check_free(path));
  return write_all(TRY(files_of(document, path, form, options.theme)), path, options.overwrite);
}

Status write_document(const Document& document, const std::filesystem::path& path, bool overwrite) {
  const std::optional<DocumentForm> form = document_form_of(path);
  if (!form)
    return fail(
        Errc::usage, path.string(),
        ": a name that ends in .html, .pdf, .md, .csv or .json was wanted");
  return write_document(document, path, *form, {.overwrite = overwrite});
}

}  // namespace sunfleck::app
