#include "profiles/text_lines.h"

#include <algorithm>
#include <cmath>

namespace sunfleck {

TextLines::TextLines(std::string_view text, std::string_view where) : rest_(text), where_(where) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

std::optional<std::string_view> TextLines::next() {
  if (rest_.empty()) return std::nullopt;
  const std::size_t end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return line;
}

Result<double> TextLines::number_in(std::string_view field) const {
  const std::optional<double> number = to_number(field);
  if (number && std::isfinite(*number)) return *number;
  std::string pointed(field);
  std::ranges::replace(pointed, ',', '.');
  if (pointed != field && to_number(pointed))
    return wrong("'", shown(field), "' has a decimal comma; write '", shown(pointed), "'");
  return wrong("a number was wanted, got '", shown(field), "'");
}

std::string shown(std::string_view field, std::size_t most) {
  std::string text(field.substr(0, most));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  if (field.size() > most) text += "...";
  return text;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

}  // namespace sunfleck
