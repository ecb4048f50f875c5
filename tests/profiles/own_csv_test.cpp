#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "profiles/formats.h"
#include "profiles/importers.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

constexpr HarvestKind every_kind[] = {
    HarvestKind::power,
    HarvestKind::received_power,
    HarvestKind::voltage_into_load,
    HarvestKind::voltage_behind_resistance,
    HarvestKind::operating_point,
    HarvestKind::iv_curve,
    HarvestKind::isc_voc,
    HarvestKind::diode,
    HarvestKind::irradiance};

Result<OpenProfile> open_text(std::string text) {
  return open_profile(ProfileFile::holding(std::move(text), "f"));
}

Result<HarvestProfile> read_text(std::string text, std::string_view where) {
  auto profile = open_profile(ProfileFile::holding(std::move(text), where));
  if (!profile) return profile.error();
  return in_memory(*profile, most_samples);
}

// Any float that a profile may have, the smallest and the largest too.
float random_sample(Random& random) {
  switch (random.below(8)) {
    case 0:
      return 0.0F;
    case 1:
      return 1e-45F;
    case 2:
      return 3.4028235e38F;
    default:
      return static_cast<float>(std::exp(15.0 * random.normal()));
  }
}

// Blocks with gaps before and between them.
class BlockSource final : public HarvestSource {
 public:
  BlockSource(
      const HarvestFormat& format, std::vector<RunTime> firsts,
      std::vector<std::vector<float>> blocks)
      : format_(format), firsts_(std::move(firsts)), blocks_(std::move(blocks)) {}
  HarvestFormat format() const override { return format_; }
  Result<HarvestBlock> next() override {
    const std::size_t i = at_++;
    return HarvestBlock{.first = firsts_[i], .samples = blocks_[i], .last = at_ == blocks_.size()};
  }
  Status rewind() override {
    at_ = 0;
    return ok;
  }

 private:
  HarvestFormat format_;
  std::vector<RunTime> firsts_;
  std::vector<std::vector<float>> blocks_;
  std::size_t at_ = 0;
};

HarvestFormat random_format(HarvestKind kind, Random& random) {
  HarvestFormat format{
      .kind = kind,
      .resistance = {},
      .period = RunTime(1 + static_cast<std::int64_t>(random.below(1'000'000'000)))};
  if (has_resistance(kind)) format.resistance = {29999.999999999996};
  if (kind == HarvestKind::iv_curve) {
    format.points = 2 + static_cast<std::uint32_t>(random.below(40));
    format.lead_in = static_cast<std::uint32_t>(random.below(format.points - 1));
  }
  return format;
}

BlockSource random_source(HarvestKind kind, Random& random) {
  const HarvestFormat format = random_format(kind, random);
  std::vector<RunTime> firsts;
  std::vector<std::vector<float>> blocks;
  RunTime end{};
  for (std::uint64_t block = 0, count = 1 + random.below(5); block < count; ++block) {
    const auto gap = static_cast<std::int64_t>(random.below(2) * random.below(1'000'000'000'000));
    const std::size_t samples = 1 + random.below(50);
    firsts.push_back(end + RunTime(gap));
    blocks.emplace_back(samples * sample_width(format));
    for (float& value : blocks.back())
      value = random_sample(random);
    end = firsts.back() + static_cast<std::int64_t>(samples) * format.period;
  }
  return {format, std::move(firsts), std::move(blocks)};
}

Result<std::string> written(HarvestSource& source) {
  std::string text;
  TRY(write_csv(source, "a \\ name\nof two lines", "o", [&](std::string_view piece) {
    text += piece;
    return Status(ok);
  }));
  return text;
}

// Each sample's beginning, and its numbers.
struct Played {
  std::vector<RunTime> begins;
  std::vector<float> samples;
};

Played play(HarvestSource& source) {
  const HarvestFormat format = source.format();
  const std::size_t width = sample_width(format);
  Played played;
  EXPECT_TRUE(source.rewind());
  for (bool last = false; !last;) {
    const auto block = source.next();
    EXPECT_TRUE(block);
    if (!block) break;
    played.samples.insert(played.samples.end(), block->samples.begin(), block->samples.end());
    for (std::size_t i = 0; i < block->samples.size() / width; ++i)
      played.begins.push_back(block->first + static_cast<std::int64_t>(i) * format.period);
    last = block->last;
  }
  return played;
}

TEST(OwnCsv, GivesBackSourcesOfEveryKindWithTheirGapsToTheBit) {
  Random random(5);
  for (const HarvestKind kind : every_kind) {
    for (int i = 0; i < 40; ++i) {
      BlockSource source = random_source(kind, random);
      const auto text = written(source);
      ASSERT_TRUE(text) << text.error().text;
      const auto back = open_text(*text);
      ASSERT_TRUE(back) << back.error().text;
      EXPECT_EQ(back->name, "a \\ name\nof two lines");
      const HarvestFormat format = back->source->format();
      EXPECT_EQ(format.kind, kind);
      EXPECT_EQ(format.resistance, source.format().resistance);
      EXPECT_EQ(format.period, source.format().period);
      EXPECT_EQ(format.points, source.format().points);
      EXPECT_EQ(format.lead_in, source.format().lead_in);
      const Played wanted = play(source);
      const Played got = play(*back->source);
      EXPECT_EQ(got.begins, wanted.begins);
      EXPECT_EQ(got.samples, wanted.samples);
      const auto again = written(*back->source);
      ASSERT_TRUE(again);
      EXPECT_EQ(*again, *text);
    }
  }
}

TEST(OwnCsv, GivesBackTheSameProfileToTheBit) {
  Random random(6);
  for (const HarvestKind kind : every_kind) {
    HarvestProfile profile{
        .name = "a \\ name\nof two lines",
        .format = random_format(kind, random),
        .samples = std::vector<float>(3000 * 82),
        .origin = "origin\r\nwith \\n in it"};
    profile.samples.resize(3000 * sample_width(profile.format));
    for (float& value : profile.samples)
      value = random_sample(random);
    const auto back = read_text(to_csv(profile), "own.csv");
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(back->name, profile.name);
    EXPECT_EQ(back->origin, profile.origin);
    EXPECT_EQ(back->samples, profile.samples);
    ProfileSource source(profile);
    std::string text;
    ASSERT_TRUE(write_csv(source, profile.name, profile.origin, [&](std::string_view piece) {
      text += piece;
      return Status(ok);
    }));
    EXPECT_EQ(text, to_csv(profile));
  }
}

TEST(OwnCsv, ALongFileComesInBlocksOfBoundedSizeAndIsRefusedWhereItIsWrong) {
  std::string text =
      "# sunfleck harvest profile 1\n# name: n\n# kind: operating_point\n# unit: V,A\n"
      "# period: 10000 ns\n# origin: o\n";
  constexpr std::size_t count = 100'000;
  for (std::size_t i = 0; i < count; ++i)
    text += "2.5,0.001\n";
  text += "2.5\n";
  const auto profile = open_text(text);
  ASSERT_TRUE(profile) << profile.error().text;
  for (int pass = 0; pass < 2; ++pass) {
    ASSERT_TRUE(profile->source->rewind());
    std::size_t samples = 0;
    Result<HarvestBlock> block = profile->source->next();
    for (; block; block = profile->source->next()) {
      EXPECT_EQ(block->first, static_cast<std::int64_t>(samples) * RunTime(10'000));
      EXPECT_LE(block->samples.size(), 16'384U);
      EXPECT_FALSE(block->last);
      samples += block->samples.size() / 2;
    }
    EXPECT_GT(samples, count - 8'192U);
    EXPECT_EQ(block.error().text, "f:100007: 2 numbers were wanted, separated by commas, got 1");
  }
}

TEST(OwnCsv, TheHeaderOfCurvesSaysHowLongTheyAre) {
  const std::string good =
      "# sunfleck harvest profile 1\n# name: n\n# kind: iv_curve\n# unit: V,A\n# points: 3\n"
      "# lead_in: 1\n# period: 1000 ns\n# origin: o\n5,0,1.5,0,0.25,0.001\n";
  const auto profile = read_text(good, "f");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.points, 3U);
  EXPECT_EQ(profile->format.lead_in, 1U);
  EXPECT_EQ(profile->samples, (std::vector<float>{5.0F, 0.0F, 1.5F, 0.0F, 0.25F, 0.001F}));
  struct Case {
    std::string from, to, error;
  };
  const Case cases[] = {
      {"points: 3", "points: 70000", "f:7: profile: a curve has 2 to 65536 points, got 70000"},
      {"points: 3", "points: 3.5", "f:5: 'points' was wanted as a whole number, got '3.5'"},
      {"lead_in: 1", "lead_in: 2",
       "f:7: profile: of 3 points of a curve, two or more must be left after the lead-in of 2"},
      {"0.25,0.001", "0.25,0.001,1",
       "f:9: 6 numbers were wanted, separated by commas, and here are more"},
      {"0.25,0.001", "0.25", "f:9: 6 numbers were wanted, separated by commas, got 5"},
  };
  for (const Case& c : cases) {
    std::string text = good;
    text.replace(text.find(c.from), c.from.size(), c.to);
    const auto wrong = read_text(text, "f");
    ASSERT_FALSE(wrong) << text;
    EXPECT_EQ(wrong.error().text, c.error);
  }
}

TEST(OwnCsv, AHostileTextCannotMakeTimeOrHeaderOverflow) {
  const std::string begin =
      "# sunfleck harvest profile 1\n# name: n\n# kind: power\n# unit: W\n"
      "# period: 1000000000000000 ns\n# origin: o\n";
  std::string years = begin;
  for (int i = 0; i < 3001; ++i)
    years += "1\n";
  const auto long_profile = read_text(years, "f");
  ASSERT_FALSE(long_profile);
  EXPECT_EQ(long_profile.error().text, "f:3007: up to here it lasts over 95 years");
  const auto gap = read_text(begin + "1\n# gap: 2999999999999999999 ns\n1\n", "f");
  ASSERT_FALSE(gap);
  EXPECT_EQ(
      gap.error().text, "f:8: a gap of 1 ns to 95 years was wanted, got 2999999999999999999 ns");
  const auto header =
      read_text("# sunfleck harvest profile 1\n# name: " + std::string(70'000, 'n') + "\n", "f");
  ASSERT_FALSE(header);
  EXPECT_EQ(
      header.error().text, "f:2: a line of the header has at most 65536 bytes, this has 70008");
}

TEST(OwnCsv, AWriterStopsAtASampleThatCouldNotBeReadAndAtAFullDisk) {
  const HarvestFormat format{
      .kind = HarvestKind::power, .resistance = {}, .period = std::chrono::milliseconds(1)};
  BlockSource negative(format, {RunTime{}}, {{1.0F, -1.0F}});
  auto text = written(negative);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().text, "profile: a sample must be finite and not negative, got -1");
  BlockSource early(format, {RunTime{}, RunTime(10)}, {{1.0F}, {1.0F}});
  text = written(early);
  ASSERT_FALSE(text);
  EXPECT_EQ(
      text.error().text,
      "profile: a block begins at 10 ns, before the end of the block before it at 1000000 ns");
  BlockSource empty(format, {RunTime{}}, {{}});
  text = written(empty);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().text, "profile: it has no samples");
  BlockSource good(format, {RunTime{}}, {{1.0F}});
  const Status full = write_csv(
      good, "n", "o", [](std::string_view) { return Status(fail(Errc::io, "x: disk full")); });
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().text, "x: disk full");
}

TEST(OwnCsv, RefusesWhatIsWrongInOneSentenceThatNamesTheLine) {
  struct Case {
    std::string from, to, error;
  };
  const std::string good = to_csv(
      {.name = "n",
       .format =
           {.kind = HarvestKind::voltage_into_load,
            .resistance = {30e3},
            .period = std::chrono::milliseconds(1)},
       .samples = {0.5F, 0.25F},
       .origin = "o"});
  ASSERT_EQ(
      good,
      "# sunfleck harvest profile 1\n# name: n\n# kind: voltage_into_load\n# unit: V\n"
      "# resistance: 30000 Ohm\n# period: 1000000 ns\n# origin: o\n0.5\n0.25\n");
  const Case cases[] = {
      {"# name: n\n", "",
       "f:2: the header's '# name:' was wanted, got '# kind: voltage_into_load'"},
      {"voltage_into_load", "current", "f:3: no kind of profile is called 'current'"},
      {"unit: V", "unit: mV", "f:4: a profile of this kind is in V, got 'mV'"},
      {"30000 Ohm", "30 kOhm", "f:5: 'resistance' was wanted in Ohm, got '30 kOhm'"},
      {"30000 Ohm", "30,5 Ohm", "f:5: '30,5' has a decimal comma; write '30.5'"},
      {"30000 Ohm", "0 Ohm", "f:5: 'resistance' must be above 0, got 0"},
      {"1000000 ns", "0.5 ns",
       "f:6: the period must be a whole number of at most 1e15 ns, got 0.5"},
      {"0.25\n", "0,25\n", "f:9: '0,25' has a decimal comma; write '0.25'"},
      {"0.25\n", "-0.25\n", "f:9: a sample must not be negative, got -0.25"},
      {"0.25\n", "nan\n", "f:9: a number was wanted, got 'nan'"},
      {"0.25\n", "1e39\n", "f:9: a sample was wanted that fits a float, got '1e39'"},
      {"0.25\n", "\n0.25\n", "f:9: a number was wanted, got ''"},
      {"0.25\n", "0.25,1\n", "f:9: a number was wanted, got '0.25,1'"},
      {"0.25\n", "# gap: 1 ms\n0.25\n",
       "f:9: a sample or '# gap: ... ns' was wanted, got '# gap: 1 ms'"},
      {"0.25\n", "# note\n0.25\n", "f:9: a sample or '# gap: ... ns' was wanted, got '# note'"},
      {"0.25\n", "# gap: 0 ns\n0.25\n", "f:9: a gap of 1 ns to 95 years was wanted, got 0 ns"},
      {"0.25\n", "0.25\n# gap: 5 ns\n", "f:10: a gap ends with a sample, got none"},
      {"0.25\n", "# gap: 5 ns\n# gap: 5 ns\n0.25\n", "f:9: a gap ends with a sample, got none"},
      {"0.5\n0.25\n", "", "f: the profile has no samples"},
      {"# origin: o\n0.5\n0.25\n", "", "f:6: the file ends in its header"},
  };
  for (const Case& c : cases) {
    std::string text = good;
    text.replace(text.find(c.from), c.from.size(), c.to);
    const auto profile = read_text(text, "f");
    ASSERT_FALSE(profile) << text;
    EXPECT_EQ(profile.error().text, c.error);
  }
}

}  // namespace
}  // namespace sunfleck
