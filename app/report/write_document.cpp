#include "app/report/write_document.h"

namespace sunfleck::app {

std::optional<DocumentForm> document_form_of(const std::filesystem::path& path) {
  if (path.extension() == ".json") return DocumentForm::json;
  return std::nullopt;
}

Status write_document(
    const Document& /*document*/, const std::filesystem::path& path, bool /*overwrite*/) {
  return fail(Errc::unsupported, path.string(), ": reports are not written yet");
}

}  // namespace sunfleck::app
