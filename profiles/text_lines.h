#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace sunfleck {

// The most samples that a profile from a text file may have: 64 MB of them, 4.6 hours at 1 kHz.
// What is longer, or says so by its time stamps, is refused before memory is asked for.
inline constexpr std::size_t most_samples = std::size_t{1} << 24;

// The lines of a text, without their ends (LF or CRLF) and without a byte-order mark before the
// first.
class TextLines {
 public:
  // `text` and `where` must outlive the reader; `where` is the file's name for error texts.
  TextLines(std::string_view text, std::string_view where);

  // The next line; nothing at the end. A last line without an end counts.
  std::optional<std::string_view> next();
  // Of the line that next() gave last, from 1.
  std::size_t number() const { return number_; }
  // An error about that line: "rf.txt:12: " and the parts.
  template <class... Parts>
  Error wrong(const Parts&... parts) const {
    return fail(Errc::invalid_argument, where_, ":", number_, ": ", parts...);
  }
  // A number of that line, finite.
  // Fails with a sentence when it is none; one of its own for a decimal comma.
  Result<double> number_in(std::string_view field) const;

 private:
  std::string_view rest_;
  std::string_view where_;
  std::size_t number_ = 0;
};

// The first `most` bytes of a field for an error text, with bytes that are no printable ASCII as
// '?'.
std::string shown(std::string_view field, std::size_t most = 40);

// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace sunfleck
