#include "core/check/failure_schedule.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace sunfleck {
namespace {

TEST(FailureSchedule, IsWrittenAsItIsTyped) {
  for (const char* text :
       {"", "k=12 before", "k=12 torn=5", "k=12 after", "cycle=48000", "asleep",
        "low=7 k=3 torn=100", "low=7 asleep", "k=1 after x9, k=2 before, k=3 before x1000"}) {
    const auto schedule = parse_schedule(text);
    ASSERT_TRUE(schedule) << text << ": " << schedule.error().text;
    EXPECT_EQ(to_text(*schedule), text);
  }
  const FailureSchedule nine = *parse_schedule("k=1 after x9");
  ASSERT_EQ(nine.size(), 9U);
  EXPECT_EQ(nine.back(), (PowerFailure{.write = 1, .bytes = PowerFailure::whole}));
  EXPECT_EQ(to_text({{.write = 2}, {.write = 2}}), "k=2 before x2");
}

TEST(FailureSchedule, RefusesWhatContradictsItselfOrIsNone) {
  for (const char* text :
       {"k=12", "torn=5", "before", "k=0 before", "k=12 torn=0", "k=12 before after", "k=-1 after",
        "k=12 torn=5 torn=6", "cycle=3 k=1 after", "k=99999999999999999999 after", "what",
        "k=1 after x0", "k=1 after x100001", "k=1 after,, k=2 after", "asleep k=1 after"})
    EXPECT_FALSE(parse_schedule(text)) << text;
  EXPECT_EQ(
      parse_schedule("k=1 after, k=1 tron=5").error().text,
      "schedule: 'tron=5' is none of k=, before, torn=, after, cycle=, low=, asleep and x");
}

TEST(FailureSchedule, AnyWordsAreReadOrRefused) {
  constexpr std::string_view letters = "k=torn1290, asleepbfcyw x";
  Random random(5, "schedules");
  for (int i = 0; i < 10'000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(24); n > 0; --n)
      text += letters[random.below(letters.size())];
    const auto schedule = parse_schedule(text);
    EXPECT_TRUE(!schedule || schedule->size() <= 100'000U);
  }
}

TEST(FailureSchedule, FewerFailuresAreSimplerThenEarlierOnes) {
  const FailureSchedule early{{.write = 2}};
  const FailureSchedule late{{.write = 3}};
  const FailureSchedule two{{.write = 1}, {.write = 1}};
  EXPECT_TRUE(is_simpler({}, early));
  EXPECT_TRUE(is_simpler(early, late));
  EXPECT_TRUE(is_simpler(late, two));
  EXPECT_FALSE(is_simpler(early, early));
}

}  // namespace
}  // namespace sunfleck
