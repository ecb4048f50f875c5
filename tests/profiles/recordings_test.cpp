// Recordings of others that have a format of their own: Ekho, diode coefficients, irradiance,
// EnergyTrace and a column of voltages.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "profiles/importers.h"
#include "profiles/text_lines.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

Result<HarvestProfile> whole(Result<OpenProfile> profile) {
  if (!profile) return profile.error();
  return in_memory(*profile, most_samples);
}

Result<HarvestProfile> read_shared(const std::string& name, const ImportOptions& options = {}) {
  return whole(open_profile(shared_data(name), options));
}

Result<HarvestProfile> read_text(std::string text, const ImportOptions& options = {}) {
  return whole(open_profile(ProfileFile::holding(std::move(text), "f"), options));
}

bool says(const HarvestProfile& profile, std::string_view words) {
  return profile.origin.find(words) != std::string::npos;
}

// The mean of one column of a profile.
double mean_of(const HarvestProfile& profile, std::size_t column) {
  const std::size_t width = sample_width(profile.format);
  double sum = 0.0;
  for (std::size_t at = column; at < profile.samples.size(); at += width)
    sum += static_cast<double>(profile.samples[at]);
  return sum / static_cast<double>(sample_count(profile));
}

void expect_error(const Result<HarvestProfile>& profile, const std::string& error) {
  ASSERT_FALSE(profile) << profile->origin;
  EXPECT_EQ(profile.error().text, error);
  EXPECT_EQ(profile.error().code, Errc::invalid_argument);
}

TEST(EkhoImporter, GivesTheRealSurfacesWithTheirPower) {
  struct Case {
    const char* file;
    std::size_t curves;
    double highest_voltage;  // the file's second line
    double mean_best_power;  // W: awk over each line's largest V * I, amperes or milliamperes
    const char* unit;
  };
  const Case cases[] = {
      {"traces/ekho_iv_solar/am1417.csv", 51, 3.5, 0.021330369, "amperes"},
      {"traces/ekho_iv_solar/am5608.csv", 51, 5.1, 0.158577723, "amperes"},
      {"traces/ekho_iv_solar/kxob22_04x3l.csv", 51, 1.95, 0.00890238196, "amperes"},
      {"traces/ekho_iv_solar/surface.csv", 600, 0.88, 0.00474581625, "milliamperes"},
  };
  for (const Case& c : cases) {
    SKIP_WITHOUT_SHARED_DATA(c.file);
    SCOPED_TRACE(c.file);
    const auto profile = read_shared(c.file);
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->format.kind, HarvestKind::iv_curve);
    EXPECT_EQ(profile->format.period, milliseconds(200));
    EXPECT_EQ(profile->format.points, 65U);  // 2^6 + 1
    ASSERT_EQ(sample_count(*profile), c.curves);
    EXPECT_TRUE(says(*profile, join("currents taken as ", c.unit))) << profile->origin;
    double sum = 0.0;
    for (std::size_t curve = 0; curve < c.curves; ++curve) {
      double best = 0.0;
      for (std::size_t point = 0; point < 65; ++point) {
        const float* const at = &profile->samples[(curve * 65 + point) * 2];
        EXPECT_NEAR(at[0], c.highest_voltage * static_cast<double>(point) / 64.0, 1e-6);
        best = std::max(best, static_cast<double>(at[0]) * static_cast<double>(at[1]));
      }
      sum += best;
    }
    EXPECT_NEAR(sum / static_cast<double>(c.curves), c.mean_best_power, 1e-6 * c.mean_best_power);
  }
}

TEST(EkhoImporter, TakesCommentsGapsAndSmallNegativeCurrents) {
  const auto profile = read_text(
      "# a comment\n1 # two spans\n0.5,2.5\n0.2,0.01,0.008,-0.0001\n0.4,0.01,0.008,0\n"
      "0.6,0.01,0.008,0\n1.2,0.02,0.016,0 # the last\n");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.points, 3U);
  EXPECT_EQ(
      profile->samples,
      (std::vector<float>{0.5F,   0.01F, 1.5F, 0.008F, 2.5F,  0.0F, 0.5F,   0.01F, 1.5F,
                          0.008F, 2.5F,  0.0F, 0.5F,   0.01F, 1.5F, 0.008F, 2.5F,  0.0F,
                          0.0F,   0.0F,  0.0F, 0.0F,   0.0F,  0.0F, 0.0F,   0.0F,  0.0F,
                          0.0F,   0.0F,  0.0F, 0.5F,   0.02F, 1.5F, 0.016F, 2.5F,  0.0F}));
  EXPECT_TRUE(says(*profile, "1 currents below 0 A taken as 0 A")) << profile->origin;
  EXPECT_TRUE(says(*profile, "1 gap in its time stamps of together 0.4 s")) << profile->origin;
}

TEST(EkhoImporter, RefusesWhatIsWrongInOneSentence) {
  const std::string begin = "1\n0,2\n";
  expect_error(
      read_text("1\n0,2,3\n"), "f:2: the lowest and the highest voltage were wanted, got '0,2,3'");
  expect_error(
      read_text("1\n2,1\n"),
      "f:2: ascending voltages of 0 V to 1000 V were wanted, got 2 V and 1 V");
  expect_error(read_text(begin + "0.2,1,0\n"), "f:3: a time and 3 currents were wanted, got 2");
  expect_error(
      read_text(begin + "0.2,1,0,0,0\n"),
      "f:3: a time and 3 currents were wanted, and here are more");
  expect_error(read_text(begin + "0.2,1,x,0\n"), "f:3: a number was wanted, got 'x'");
  expect_error(read_text(begin + "0.2,1,0,0\n"), "f: two samples or more were wanted, got 1");
  expect_error(
      read_text(begin + "0.2,0.1,0,0\n0.4,0.1,-0.05,0\n"),
      "f:4: -0.05 is too far below 0 to be an offset where the largest is 0.1");
}

TEST(DiodeImporter, GivesTheRealRecordingWithItsMeans) {
  SKIP_WITHOUT_SHARED_DATA("traces/shepherd/jogging_10m.csv");
  const auto profile = read_shared("traces/shepherd/jogging_10m.csv");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::diode);
  EXPECT_EQ(profile->format.period, milliseconds(20));
  EXPECT_EQ(sample_count(*profile), 30834U);
  // Means of the columns by awk; lines 2 and 3 of the file.
  EXPECT_NEAR(mean_of(*profile, 0), 0.000601981421, 1e-11);
  EXPECT_NEAR(mean_of(*profile, 1), 9.40980914e-07, 1e-14);
  EXPECT_NEAR(mean_of(*profile, 2), 4.20017186, 1e-7);
  EXPECT_EQ(
      std::vector<float>(profile->samples.begin(), profile->samples.begin() + 6),
      (std::vector<float>{
          6.898499e-04F, 1.110334e-06F, 4.105987F, 6.882761e-04F, 1.015917e-06F, 4.159784F}));
}

TEST(DiodeImporter, ReadsSemicolonsAndDecimalCommas) {
  const auto profile = read_text(
      "time_s; a_Isc_A; b_Is_A; c_per_V\n0,00; 6,5e-04; 1,5e-06; 4,125\n0,02; -1e-07; 0; 4\n");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->samples, (std::vector<float>{6.5e-04F, 1.5e-06F, 4.125F, 0.0F, 0.0F, 4.0F}));
  EXPECT_TRUE(says(*profile, "1 short-circuit currents below 0 A")) << profile->origin;
}

TEST(DiodeImporter, RefusesWhatIsWrongInOneSentence) {
  const std::string begin = "time_s,a_Isc_A,b_Is_A,c_per_V\n0,1e-4,1e-6,4\n";
  expect_error(
      read_text(begin + "0.02,1e-4,-1e-6,4\n"),
      "f:3: coefficients b and c of 0 or more were wanted, got -1e-06 and 4");
  expect_error(
      read_text(begin + "0.02,1e-4,1e-6\n"),
      "f:3: a line of 4 or more columns was wanted, got '0.02,1e-4,1e-6'");
  expect_error(
      read_text(begin + "0,1e-4,1e-6,4\n"),
      "f:3: the time 0 s does not come after 0 s of the sample before");
}

TEST(IrradianceImporter, GivesTheRealWalkInWattsPerSquareMetre) {
  SKIP_WITHOUT_SHARED_DATA("traces/irradiance/mobile-car.txt");
  const auto profile = read_shared("traces/irradiance/mobile-car.txt");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::irradiance);
  EXPECT_EQ(profile->format.period, seconds(30));
  ASSERT_EQ(profile->samples.size(), 355U);
  EXPECT_EQ(profile->samples[0], 60.0698F);            // 6006.98 uW/cm^2 in the first line
  EXPECT_NEAR(mean_of(*profile, 0), 114.16738, 1e-5);  // awk
  EXPECT_EQ(*std::ranges::max_element(profile->samples), 216.9501F);
}

std::string at_seconds(std::initializer_list<int> stamps) {
  std::string text;
  for (const int stamp : stamps)
    text += join("  ", stamp, "\t 100.5\t 2010\t 7\t 16\t 12\t 26\t 23\t \n");
  return text;
}

TEST(IrradianceImporter, TakesStampsThatWaverAndGapsInThem) {
  const auto profile = read_text(at_seconds({0, 29, 60, 90, 119, 150, 301, 330}));
  ASSERT_TRUE(profile) << profile.error().text;
  // The steps of 29, 31, 30, 29, 31 and 29 s have a mean of 29.833 s; 151 s are five of them.
  EXPECT_EQ(profile->format.period, RunTime(29'833'333'333));
  EXPECT_EQ(
      profile->samples,
      (std::vector<float>{
          1.005F, 1.005F, 1.005F, 1.005F, 1.005F, 1.005F, 0.0F, 0.0F, 0.0F, 0.0F, 1.005F, 1.005F}));
  EXPECT_TRUE(says(*profile, "1 gap in its time stamps")) << profile->origin;
  EXPECT_TRUE(says(*profile, "its steps waver by up to 4 % of the period")) << profile->origin;
}

TEST(IrradianceImporter, RefusesWhatIsWrongInOneSentence) {
  expect_error(
      read_text(at_seconds({0, 30, 60, 105})),
      "f:4: the time goes on by 45 s, which is no multiple of the sample period of 30 s");
  expect_error(
      read_text(at_seconds({0, 30}) + "60 -1 2010 7 16 12 27 23\n"),
      "f:3: an irradiance of 0 to 1e6 uW/cm^2 was wanted, got -1 uW/cm^2");
  expect_error(
      read_text(at_seconds({0, 30}) + "60 1 2010 7 16 12 27\n"),
      "f:3: seconds, uW/cm^2, year, month, day, hour, minute and second were wanted, got "
      "'60 1 2010 7 16 12 27'");
}

TEST(EnergyTraceImporter, KeepsTheEnergyOfTheRealLog) {
  SKIP_WITHOUT_SHARED_DATA("traces/energytrace/ledblink.etlog");
  const auto profile = read_shared("traces/energytrace/ledblink.etlog");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::power);
  EXPECT_TRUE(says(*profile, "what a board consumed")) << profile->origin;
  // By awk: 7620 records from 1320 us to 2016159 us, 4700 nJ to 23092700 nJ.
  ASSERT_EQ(profile->samples.size(), 7619U);
  EXPECT_EQ(
      profile->format.period, (microseconds(2016159 - 1320) / RunTime(1)) / 7619 * RunTime(1));
  const double period = to_seconds(profile->format.period).si;
  double energy = 0.0;
  double after_999861_us = 0.0;
  for (std::size_t i = 0; i < profile->samples.size(); ++i) {
    energy += static_cast<double>(profile->samples[i]) * period;
    if (static_cast<double>(i + 1) * period <= 999861e-6 - 1320e-6) after_999861_us = energy;
  }
  EXPECT_NEAR(energy, (23092700 - 4700) * 1e-9, 1e-12);
  // By awk: 9265900 nJ at 999861 us; a sample has at most 14 mW * 264 us.
  EXPECT_NEAR(after_999861_us, (9265900 - 4700) * 1e-9, 4e-6);
}

TEST(EnergyTraceImporter, SpreadsTheEnergyOfUnevenStampsAndFollowsItsCounterOverTheEnd) {
  // 300 nJ in 100 us are 3 mW, then 300 nJ in 300 us 1 mW, over the end of 32 bits.
  const auto profile = read_text(
      "# Timestamp[us] Current[nA] Voltage[mV] Energy[nJ]\n1000 -5 3300 4294967000\n"
      "1100 0 3300 4\n1400 0 3300 304\n");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.period, microseconds(200));
  // By hand: 100 us of 3 mW and 100 us of 1 mW are 2 mW.
  ASSERT_EQ(profile->samples.size(), 2U);
  EXPECT_FLOAT_EQ(profile->samples[0], 2e-3F);
  EXPECT_FLOAT_EQ(profile->samples[1], 1e-3F);
}

TEST(EnergyTraceImporter, RefusesWhatIsWrongInOneSentence) {
  const std::string begin = "# Energy[nJ]\n1000 0 3300 500\n";
  expect_error(read_text(begin), "f: two records or more were wanted, got 1");
  expect_error(
      read_text(begin + "1100 0 3300 400\n"),
      "f:3: the energy 400 nJ is less than 500 nJ of the record before");
  expect_error(
      read_text(begin + "1000 0 3300 600\n"),
      "f:3: the time 1000 us does not come after 1000 us of the record before");
  expect_error(
      read_text(begin + "1100 0 3300\n"),
      "f:3: us, nA, mV and nJ in whole numbers were wanted, got '1100 0 3300'");
}

constexpr const char* column_needs = "a column of volts without times needs to be told ";

TEST(VoltageColumnImporter, ReadsTheRealColumnAsItIsTold) {
  const std::string file = "traces/solar_indoor_moving_capsimu/Solar_Indoor_Moving.csv";
  SKIP_WITHOUT_SHARED_DATA(file);
  const auto untold = read_shared(file);
  ASSERT_FALSE(untold);
  EXPECT_EQ(
      untold.error().text,
      join(
          shared_data(file).string(), ": ", column_needs,
          "the period between its samples and a resistance and its kind (voltage_into_load or "
          "voltage_behind_resistance)"));
  const auto profile = read_shared(
      file,
      {.period = milliseconds(1),
       .resistance = Ohms{1000.0},
       .kind = HarvestKind::voltage_behind_resistance});
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::voltage_behind_resistance);
  EXPECT_EQ(profile->format.resistance, Ohms{1000.0});
  EXPECT_EQ(profile->format.period, milliseconds(1));
  ASSERT_EQ(profile->samples.size(), 300'000U);
  EXPECT_EQ(profile->samples[0], 2.712609971F);  // the first line, behind the byte-order mark
  EXPECT_NEAR(mean_of(*profile, 0), 1.77275334, 1e-6);  // awk
}

TEST(VoltageColumnImporter, TakesTheUnitOfItsHeadingAndRefusesTheRest) {
  const ImportOptions told{
      .period = milliseconds(1), .resistance = Ohms{50.0}, .kind = HarvestKind::voltage_into_load};
  const auto profile = read_text("V [mV]\n1500\n-20\n250.5\n", told);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->samples, (std::vector<float>{1.5F, 0.0F, 0.2505F}));
  EXPECT_TRUE(says(*profile, "1 voltages below 0 V")) << profile->origin;
  expect_error(
      read_text("1.5\n-2\n", told),
      "f:2: -2 is too far below 0 to be an offset where the largest is 1.5");
  expect_error(read_text("1.5\n2\nx\n", told), "f:3: a number was wanted, got 'x'");
  expect_error(
      read_text("1.5\n2\n", {.period = milliseconds(1), .resistance = Ohms{50.0}}),
      join("f: ", column_needs, "its kind (voltage_into_load or voltage_behind_resistance)"));
  expect_error(
      read_text(
          "1.5\n2\n",
          {.period = milliseconds(1), .resistance = Ohms{50.0}, .kind = HarvestKind::power}),
      "f: a column of volts without times is of kind voltage_into_load or "
      "voltage_behind_resistance, and another was given");
  expect_error(
      read_text(
          "1.5\n2\n",
          {.period = milliseconds(1),
           .resistance = Ohms{0.0},
           .kind = HarvestKind::voltage_into_load}),
      "profile: a voltage needs a resistance above 0 Ohm, got 0 Ohm");
}

}  // namespace
}  // namespace sunfleck
