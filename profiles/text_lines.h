#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace sunfleck {

// The most numbers that a profile may have which a reader of texts holds in memory: 64 MB of them,
// 4.6 hours at 1 kHz. What is longer, or says so by its time stamps, is refused before memory is
// asked for. Our own CSV is played block by block and has no such limit.
inline constexpr std::size_t most_samples = std::size_t{1} << 24;

// The lines of a text, without their ends (LF or CRLF) and without a byte-order mark before the
// first. A copy goes on from where the original is.
class TextLines {
 public:
  // `text` and `where` must outlive the reader; `where` is the file's name for error texts.
  TextLines(std::string_view text, std::string_view where);

  // The next line; nothing at the end. A last line without an end counts.
  std::optional<std::string_view> next();
  // The next line that has more than blanks in it and does not begin with '#'.
  std::optional<std::string_view> next_with_data();
  bool at_end() const { return rest_.empty(); }
  // Whether the next line begins with this.
  bool next_begins_with(char first) const { return rest_.starts_with(first); }
  // Of the line that next() gave last, from 1.
  std::size_t number() const { return number_; }
  std::string_view where() const { return where_; }
  // An error about that line: "rf.txt:12: " and the parts.
  template <class... Parts>
  Error wrong(const Parts&... parts) const {
    return fail(Errc::invalid_argument, where_, ":", number_, ": ", parts...);
  }
  // A number of that line, finite, which may have a decimal comma when `decimal_comma` says so.
  // Fails with a sentence when it is none; one of its own for a decimal comma.
  Result<double> number_in(std::string_view field, bool decimal_comma = false) const;
  // A point of time of that line, in units of 10^exponent s: -9 to 0. Exact to a nanosecond where
  // it is written without an exponent.
  // Fails with a sentence when it is no number or beyond 95 years.
  Result<RunTime> time_in(std::string_view field, int exponent, bool decimal_comma = false) const;

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
