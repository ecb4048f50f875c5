#include "core/check/failure_schedule.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace sunfleck {
namespace {

std::string to_text(const PowerFailure& failure) {
  std::string text = failure.low > 0 ? join("low=", failure.low, " ") : "";
  if (failure.cycle > 0) return text + join("cycle=", failure.cycle);
  if (failure.write == 0) return text + "asleep";
  text += join("k=", failure.write);
  if (failure.bytes == 0) return text + " before";
  if (failure.bytes == PowerFailure::whole) return text + " after";
  return text + join(" torn=", failure.bytes);
}

// Takes the next word off `text`; empty at its end.
std::string_view take_word(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = std::min(text.find(' ', begin), text.size());
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

// Reads "name=5" into `to`.
template <class Number>
bool read_number(std::string_view word, std::string_view name, Number& to) {
  if (!word.starts_with(name)) return false;
  word.remove_prefix(name.size());
  const auto end = std::from_chars(word.data(), word.data() + word.size(), to);
  return end.ec == std::errc{} && end.ptr == word.data() + word.size() && to > 0;
}

bool read_word(std::string_view word, PowerFailure& to) {
  if (word == "before") return true;
  if (word == "asleep") return true;
  if (word == "after") {
    to.bytes = PowerFailure::whole;
    return true;
  }
  return read_number(word, "k=", to.write) || read_number(word, "torn=", to.bytes) ||
      read_number(word, "cycle=", to.cycle) || read_number(word, "low=", to.low);
}

Result<PowerFailure> parse_failure(std::string_view text) {
  PowerFailure failure;
  std::string_view rest = text;
  int words = 0;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    ++words;
    if (!read_word(word, failure))
      return fail(
          Errc::invalid_argument, "schedule: '", word,
          "' is none of k=, before, torn=, after, cycle=, low= and asleep");
  }
  // What is written back is what was meant, or the words contradict each other.
  std::string_view typed = text;
  const std::string written = to_text(failure);
  std::string_view wanted = written;
  for (int i = 0; i <= words; ++i)
    if (take_word(typed) != take_word(wanted))
      return fail(
          Errc::invalid_argument, "schedule: '", text,
          "' is no power failure such as 'k=12 torn=5'");
  return failure;
}

auto order_of(const PowerFailure& failure) {
  return std::tuple(failure.cycle, failure.write, failure.bytes, failure.low);
}

}  // namespace

std::string to_text(const FailureSchedule& schedule) {
  std::string text;
  for (const PowerFailure& failure : schedule)
    text += (text.empty() ? "" : ", ") + to_text(failure);
  return text;
}

Result<FailureSchedule> parse_schedule(std::string_view text) {
  FailureSchedule schedule;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    schedule.push_back(TRY(parse_failure(text.substr(0, end))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return schedule;
}

bool is_simpler(const FailureSchedule& a, const FailureSchedule& b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return std::ranges::lexicographical_compare(
      a, b, [](const auto& x, const auto& y) { return order_of(x) < order_of(y); });
}

}  // namespace sunfleck
