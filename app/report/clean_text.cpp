#include "app/report/clean_text.h"

#include <algorithm>
#include <cctype>

namespace sunfleck::app {
namespace {

constexpr std::string_view replacement = "\uFFFD";

struct Letter {
  std::size_t bytes = 1;
  bool valid = false;
};

// The letter at the beginning of a text that is not empty.
// Source: the table of well-formed byte sequences of The Unicode Standard, 3.9 (table 3-7).
Letter first_letter(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80U) return {1, true};
  if (lead < 0xC2U || lead > 0xF4U) return {};
  const std::size_t bytes = lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
  unsigned least = 0x80U;
  unsigned most = 0xBFU;
  if (lead == 0xE0U) least = 0xA0U;
  if (lead == 0xEDU) most = 0x9FU;
  if (lead == 0xF0U) least = 0x90U;
  if (lead == 0xF4U) most = 0x8FU;
  if (byte(1) < least || byte(1) > most) return {};
  for (std::size_t i = 2; i < bytes; ++i)
    if (byte(i) < 0x80U || byte(i) > 0xBFU) return {};
  return {bytes, true};
}

bool is_control(std::string_view letter) {
  const auto lead = static_cast<unsigned char>(letter.front());
  if (letter.size() == 1) return lead < 0x20U || lead == 0x7FU;
  return letter.size() == 2 && lead == 0xC2U && static_cast<unsigned char>(letter[1]) < 0xA0U;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const Letter letter = first_letter(text);
    const std::string_view bytes = text.substr(0, letter.bytes);
    if (!letter.valid)
      clean += replacement;
    else if (is_control(bytes))
      clean += ' ';
    else
      clean += bytes;
    text.remove_prefix(letter.bytes);
  }
  return clean;
}

std::string clean_key(std::string_view key) {
  constexpr std::size_t longest = 80;
  std::string clean(key.substr(0, longest));
  std::ranges::transform(clean, clean.begin(), [](unsigned char letter) {
    if (std::isalnum(letter) != 0 && letter < 0x80U) return static_cast<char>(std::tolower(letter));
    return letter == '_' ? '_' : '-';
  });
  return clean.empty() ? "-" : clean;
}

}  // namespace sunfleck::app
