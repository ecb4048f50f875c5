#include "profiles/isolated_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "profiles/sample_grid.h"

namespace sunfleck {
namespace {

const ProfileFile file = ProfileFile::holding("bytes", "f");

ProfileHead a_head() {
  return {
      .name = "n",
      .origin = "o",
      .format = {.kind = HarvestKind::power, .resistance = {}, .period = RunTime(10)}};
}

using Read = std::function<Status(const ProfileFile&, ProfileSink&)>;

// What comes of a reader: the samples, or the error.
Result<std::vector<float>> played(const Read& read, const IsolationLimits& limits = {}) {
  const auto profile = open_isolated(file, "test", read, limits);
  if (!profile) return profile.error();
  std::vector<float> samples;
  for (bool last = false; !last;) {
    const HarvestBlock block = TRY(profile->source->next());
    samples.insert(samples.end(), block.samples.begin(), block.samples.end());
    last = block.last;
  }
  return samples;
}

std::string refusal(const Read& read, const IsolationLimits& limits = {}) {
  const auto samples = played(read, limits);
  return samples ? "it was read" : samples.error().text;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1; }

const Read two_blocks = [](const ProfileFile& opened, ProfileSink& sink) -> Status {
  sink.begin(a_head());
  const std::vector<float> samples{1.0F, static_cast<float>(opened.bytes().size())};
  sink.add(RunTime(0), samples);
  sink.add(RunTime(40), samples);
  return ok;
};

TEST(IsolatedReader, GivesWhatTheReaderFindsAgainAndAgain) {
  const auto profile = open_isolated(file, "test", two_blocks);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->name, "n");
  EXPECT_EQ(profile->origin, "o");
  for (int pass = 0; pass < 3; ++pass) {
    const auto samples = in_memory(*profile, 100);
    ASSERT_TRUE(samples) << samples.error().text;
    EXPECT_EQ(samples->samples, (std::vector<float>{1, 5, 0, 0, 1, 5}));
  }
}

TEST(IsolatedReader, LeavesNoProcessAndNoDescriptorBehind) {
  const std::size_t before = open_descriptors();
  const Read endless = [](const ProfileFile&, ProfileSink& sink) -> Status {
    sink.begin(a_head());
    const std::vector<float> samples(1'000, 1.0F);
    for (std::int64_t first = 0;; first += 10'000)
      sink.add(RunTime(first), samples);
  };
  for (int i = 0; i < 20; ++i) {
    const auto whole = open_isolated(file, "test", two_blocks);
    ASSERT_TRUE(whole && in_memory(*whole, 100));
    const auto begun = open_isolated(file, "test", endless);
    ASSERT_TRUE(begun && begun->source->next());
    ASSERT_TRUE(begun->source->rewind() && begun->source->next());
    ASSERT_FALSE(open_isolated(file, "test", [](auto&, auto&) -> Status { std::abort(); }));
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(has_children());
}

TEST(IsolatedReader, TheDeathOfAChildIsAClearError) {
  EXPECT_EQ(
      refusal([](auto&, auto&) -> Status { std::abort(); }),
      "f: the test library crashed on this file (signal 6)");
  EXPECT_EQ(
      refusal([](auto&, ProfileSink& sink) -> Status {
        sink.begin(a_head());
        std::raise(SIGSEGV);
        return ok;
      }),
      "f: the test library crashed on this file (signal 11)");
  EXPECT_EQ(
      refusal([](auto&, auto&) -> Status { ::_exit(7); }),
      "f: the test library gave up on this file (exit code 7)");
  EXPECT_EQ(
      refusal([](auto&, auto&) -> Status { throw std::bad_alloc(); }),
      "f: the test library needed more than 1024 MiB for this file");
  EXPECT_EQ(
      refusal([](auto&, auto&) -> Status { return fail(Errc::unsupported, "its own\x01words"); }),
      "its own?words");
  EXPECT_FALSE(has_children());
}

TEST(IsolatedReader, AChildThatLoopsOrSleepsIsEnded) {
  IsolationLimits limits;
  limits.processor = std::chrono::seconds(0);
  EXPECT_EQ(
      refusal(
          [](auto&, auto&) -> Status {
            const volatile bool forever = true;
            while (forever) {
            }
            return ok;
          },
          limits),
      "f: the test library needed more than 0 s of a processor for one block of this file");
  limits.patience = std::chrono::milliseconds(30);
  EXPECT_EQ(
      refusal(
          [](auto&, auto&) -> Status {
            for (;;)
              ::pause();
          },
          limits),
      "f: the test library did not go on for 30 ms with this file");
  EXPECT_FALSE(has_children());
}

TEST(IsolatedReader, AChildCannotTakeAllMemory) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the address sanitizer needs the address space for itself";
#endif
  IsolationLimits limits;
  limits.memory = std::size_t{64} << 20;
  EXPECT_EQ(
      refusal(
          [](auto&, ProfileSink& sink) -> Status {
            const std::vector<float> many(std::size_t{64} << 20, 1.0F);
            sink.add(RunTime(0), many);
            return ok;
          },
          limits),
      "f: the test library needed more than 64 MiB for this file");
}

TEST(IsolatedReader, AChildHasNoDescriptorsAndCanOpenNone) {
  const int first = ::open("/proc/self/stat", O_RDONLY);
  const int inherited = ::fcntl(first, F_DUPFD, 50);
  ::close(first);
  ASSERT_GE(inherited, 0);
  const std::string text = refusal([inherited](auto&, auto&) -> Status {
    return fail(
        Errc::io, ::fcntl(inherited, F_GETFD) < 0 ? "closed" : "open", ", ",
        ::open("/proc/self/stat", O_RDONLY) < 0 ? "none" : "some");
  });
  ::close(inherited);
#if defined(__SANITIZE_ADDRESS__)
  EXPECT_EQ(text, "closed, some");  // the sanitizer needs a few
#else
  EXPECT_EQ(text, "closed, none");
#endif
}

TEST(IsolatedReader, NonsenseFromAChildIsRefused) {
  struct Case {
    Read read;
    const char* error;
  };
  const auto sends = [](ProfileHead head, RunTime first, std::vector<float> samples) -> Read {
    return [=](const ProfileFile&, ProfileSink& sink) -> Status {
      sink.begin(head);
      sink.add(RunTime(0), std::vector<float>{1.0F});
      sink.add(first, samples);
      return ok;
    };
  };
  ProfileHead pairs = a_head();
  pairs.format.kind = HarvestKind::operating_point;
  ProfileHead timeless = a_head();
  timeless.format.period = RunTime(0);
  ProfileHead endless = a_head();
  endless.format.period = RunTime(std::numeric_limits<std::int64_t>::max());
  ProfileHead curves = a_head();
  curves.format.kind = HarvestKind::iv_curve;
  curves.format.points = most_curve_points + 1;
  ProfileHead unknown = a_head();
  unknown.format.kind = static_cast<HarvestKind>(77);
  const float infinite = std::numeric_limits<float>::infinity();
  const Case cases[] = {
      {[](auto&, auto&) -> Status { return ok; }, "no head of a profile"},
      {[](auto&, ProfileSink& sink) -> Status {
         sink.add(RunTime(0), std::vector<float>{1.0F});
         return ok;
       },
       "no head of a profile"},
      {sends(unknown, RunTime(10), {1.0F}), "no head of a profile"},
      {sends(timeless, RunTime(10), {1.0F}),
       "profile: the sample period must be above 0 ns, got 0 ns"},
      {sends(endless, RunTime(10), {1.0F}), "no head of a profile"},
      {sends(curves, RunTime(10), {1.0F}), "profile: a curve has 2 to 65536 points, got 65537"},
      {sends(a_head(), RunTime(9), {1.0F}), "a block out of order"},
      {sends(a_head(), RunTime(-1), {1.0F}), "a block out of order"},
      {sends(a_head(), RunTime(std::numeric_limits<std::int64_t>::max()), {1.0F}),
       "a block out of order"},
      {sends(a_head(), RunTime(10), {}), "no block of samples"},
      {sends(a_head(), RunTime(10), {-1.0F}), "a sample below 0 or not finite"},
      {sends(a_head(), RunTime(10), {infinite}), "a sample below 0 or not finite"},
      {sends(a_head(), RunTime(10), {std::nanf("")}), "a sample below 0 or not finite"},
      {sends(pairs, RunTime(10), {1.0F, 1.0F}), "no block of samples"},
      {sends(a_head(), RunTime(10), std::vector<float>(most_isolated_numbers + 1)),
       "a message of 4194316 bytes"},
      {[](auto&, ProfileSink& sink) -> Status {
         sink.begin(a_head());
         sink.begin(a_head());
         return ok;
       },
       "no block of samples"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(refusal(c.read), join("f: the test library went astray on this file: ", c.error));
  EXPECT_FALSE(has_children());
}

std::vector<float> rows_of(std::initializer_list<float> volts, float amperes = 1.0F) {
  std::vector<float> rows;
  for (const float voltage : volts) {
    rows.push_back(voltage);
    rows.push_back(amperes);
  }
  return rows;
}

// A curve of 64 points that begins with `volts` and then falls from 2 V to 0.
std::uint32_t lead_of(std::initializer_list<float> volts) {
  std::vector<float> rows = rows_of(volts);
  const std::size_t left = 64 - volts.size();
  for (std::size_t i = 0; i < left; ++i) {
    rows.push_back(2.0F - 2.0F * static_cast<float>(i + 1) / static_cast<float>(left));
    rows.push_back(0.5F);
  }
  return lead_in_of(rows);
}

TEST(LeadIn, IsWhatComesBeforeTheRamp) {
  EXPECT_EQ(lead_of({}), 0U);
  EXPECT_EQ(lead_of({2.0F}), 0U);
  EXPECT_EQ(lead_of({0.01F, 5.12F, 5.12F, 5.12F}), 4U);        // the ramp's end, then full scale
  EXPECT_EQ(lead_of({0.01F, 5.12F, 5.12F, 5.12F, 4.0F}), 4U);  // the cell's own return is seen
  EXPECT_EQ(lead_of({5.12F, 5.12F, 5.12F, 5.12F, 5.12F}), 5U);
  EXPECT_EQ(lead_of({1.5F, 1.5F, 1.5F}), 3U);  // held
  EXPECT_EQ(lead_of({0.02F, 0.01F, 1.99F}), 2U);
  // All in the dark: nothing tells a lead-in from a curve.
  EXPECT_EQ(lead_in_of(std::vector<float>(128, 0.0F)), 0U);
  // Held for longer than a return lasts.
  EXPECT_EQ(lead_in_of(std::vector<float>(rows_of({1, 1, 1, 1, 1, 1, 1, 0}))), 0U);
}

}  // namespace
}  // namespace sunfleck
