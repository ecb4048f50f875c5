#include "profiles/sample_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "profiles/columns.h"
#include "profiles/text_lines.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const ImportOptions behind_a_kiloohm{
    .period = {}, .resistance = Ohms{1000.0}, .kind = HarvestKind::voltage_behind_resistance};

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

void expect_error(const Result<HarvestProfile>& profile, const std::string& error) {
  ASSERT_FALSE(profile) << profile->origin;
  EXPECT_EQ(profile.error().text, error);
  EXPECT_EQ(profile.error().code, Errc::invalid_argument);
}

TEST(Headings, TheUnitDecidesAndThenTheName) {
  struct Case {
    const char* text;
    Measured what;
    int exponent;
  };
  const Case cases[] = {
      {"Time [s]", Measured::time, 0},
      {"time_s", Measured::time, 0},
      {"Timestamp(ms)", Measured::time, -3},
      {"t/us", Measured::time, -6},
      {"time", Measured::time, 0},
      {"mA", Measured::current, -3},
      {"s", Measured::time, 0},
      {"V [mV]", Measured::voltage, -3},
      {"Voltage [V]", Measured::voltage, 0},
      {"V_inp_uV", Measured::voltage, -6},
      {"V_IN", Measured::voltage, 0},
      {"voltage_mv", Measured::voltage, -3},
      {"U (V)", Measured::voltage, 0},
      {"Current (uA)", Measured::current, -6},
      {"I [\xC2\xB5"
       "A]",
       Measured::current, -6},
      {"I_SC", Measured::current, 0},
      {"I_S", Measured::current, 0},
      {"current", Measured::current, 0},
      {"power/mW", Measured::power, -3},
      {"P", Measured::power, 0},
      {"Temperature [C]", Measured::something_else, 0},
      {"time_min", Measured::something_else, 0},
      {"Voltage [raw]", Measured::something_else, 0},
      {"6.3 V", Measured::something_else, 0},
      {"BAT_OK", Measured::something_else, 0},
      {"", Measured::something_else, 0},
  };
  for (const Case& c : cases) {
    const Heading heading = read_heading(c.text);
    EXPECT_EQ(heading.what, c.what) << c.text;
    EXPECT_EQ(heading.exponent, c.exponent) << c.text;
  }
}

TEST(SampleTable, ReadsSamplesOfVoltageAndCurrentInTheUsualSpellings) {
  const char* const texts[] = {
      "time,voltage,current\n0,1.5,0.002\n0.01,1.25,0.001\n0.02,1.125,0\n",
      "Time [s]; Voltage [V]; Current [A]\n0; 1.5; 0.002\n0.01; 1.25; 0.001\n0.02; 1.125; 0\n",
      "Time [s]; Voltage [V]; Current [A]\n0; 1,5; 0,002\n0,01; 1,25; 1e-3\n0,02; 1,125; 0\n",
      "# made by hand\n\nI[uA]\tt [ms]\tV [mV]\n2000\t0\t1500\n1000\t10\t1250\n0\t20\t1125\n",
      "\xEF\xBB\xBF\"Timestamp(us)\",\"U_V\",\"Power_mW\",\"Current_mA\"\r\n5000,1.5,9,2\r\n"
      "15000,1.25,9,1\r\n25000,1.125,9,0\r\n",
  };
  for (const char* const text : texts) {
    const auto profile = read_text(text);
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->format.kind, HarvestKind::operating_point) << text;
    EXPECT_EQ(profile->format.period, milliseconds(10)) << text;
    EXPECT_EQ(profile->samples, (std::vector<float>{1.5F, 0.002F, 1.25F, 0.001F, 1.125F, 0.0F}))
        << text;
  }
}

TEST(SampleTable, ReadsPowerAndNothingButPower) {
  const auto profile = read_text("time_ms,power_uW\n0,250\n10,500\n30,125\n");
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::power);
  // The stamp of 20 ms is missing.
  EXPECT_EQ(profile->samples, (std::vector<float>{250e-6F, 500e-6F, 0.0F, 125e-6F}));
}

TEST(SampleTable, GivesTheRealCurvesOfASolarCellBehindTheRampsReturn) {
  struct Case {
    const char* level;
    std::size_t first_line;  // of the highest voltage, by awk, from 1
    double power;            // W, and where, by awk over all lines
    float voltage;
    float current;
  };
  const Case cases[] = {
      {"003", 2, 0.000341905181, 1.42350439F, 0.000240185547F},
      {"010", 113, 0.0022495245, 1.99782324F, 0.00112598775F},
      {"020", 105, 0.00458900399, 2.29203984F, 0.00200214844F},
  };
  for (const Case& c : cases) {
    const std::string file = join("traces/bq25570_board/ivcurves/LED_", c.level, "pc.ivcurve.csv");
    SKIP_WITHOUT_SHARED_DATA(file);
    SCOPED_TRACE(file);
    const auto profile = read_shared(file);
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->format.kind, HarvestKind::iv_curve);
    // 994 readings every 10 us; the stamps are nanoseconds since 1970 in a column of seconds.
    EXPECT_EQ(profile->format.period, microseconds(9940));
    EXPECT_EQ(profile->format.points, 994 + 2 - c.first_line);
    EXPECT_EQ(sample_count(*profile), 1U);
    double best = 0.0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < profile->samples.size(); i += 2) {
      const double power =
          static_cast<double>(profile->samples[i]) * static_cast<double>(profile->samples[i + 1]);
      if (power > best) at = i;
      best = std::max(best, power);
    }
    EXPECT_NEAR(best, c.power, 1e-6 * c.power);
    EXPECT_FLOAT_EQ(profile->samples[at], c.voltage);
    EXPECT_FLOAT_EQ(profile->samples[at + 1], c.current);
  }
}

// A curve tracer before a cell with I = 1 mA - 1 uA (exp(3 V) - 1): ramps of 20 points from 2.5 V
// to 0.125 V, each 1 ms, after two readings on the ramp's return.
std::string swept(
    int ramps, int return_points, bool rising, std::string_view separator, bool comma) {
  std::string text = separator == ";" ? "Time [s]; Voltage [V]; Current [A]\n" : "t_s,V,I\n";
  int line = 0;
  const auto add = [&](double voltage) {
    const double current = std::max(0.0, 1e-3 - 1e-6 * (std::exp(3.0 * voltage) - 1.0));
    std::string row = join(
        fixed(5.0 + 0.001 * line++, 6), separator, fixed(voltage, 6), separator, fixed(current, 9),
        "\n");
    if (comma) std::ranges::replace(row, '.', ',');
    text += row;
  };
  for (int ramp = 0; ramp < ramps; ++ramp) {
    for (int i = 0; i < 20; ++i)
      add(rising ? 0.125 + 0.125 * i : 2.5 - 0.125 * i);
    for (int i = 0; i < return_points; ++i)
      add(rising ? 1.7 - 0.6 * i : 0.8 + 0.6 * i);
  }
  return text;
}

TEST(SampleTable, FindsEveryRampOfATracerWhicheverWayItRuns) {
  for (const bool rising : {false, true})
    for (const int return_points : {0, 2})
      for (const bool comma : {false, true}) {
        const std::string_view separator = comma ? ";" : ",";
        const auto profile = read_text(swept(6, return_points, rising, separator, comma));
        ASSERT_TRUE(profile) << profile.error().text;
        ASSERT_EQ(profile->format.kind, HarvestKind::iv_curve) << profile->origin;
        EXPECT_EQ(profile->format.period, milliseconds(20 + return_points));
        EXPECT_EQ(profile->format.points, 20U);
        ASSERT_EQ(sample_count(*profile), 6U) << profile->origin;
        for (std::size_t i = 0; i < profile->samples.size(); i += 2) {
          const auto step = static_cast<double>(i / 2 % 20);
          EXPECT_FLOAT_EQ(
              profile->samples[i],
              static_cast<float>(rising ? 0.125 + 0.125 * step : 2.5 - 0.125 * step));
        }
      }
}

TEST(SampleTable, ARampThatIsCutOffIsLeftOutAndAShorterOneRepeatsItsEnd) {
  std::string text = swept(4, 0, false, ",", false);
  // The fourth ramp ends after 8 points; the third loses its last point.
  const auto line_begin = [&](int line) {
    std::size_t at = 0;
    for (int i = 0; i < line; ++i)
      at = text.find('\n', at) + 1;
    return at;
  };
  text.resize(line_begin(1 + 3 * 20 + 8));
  text.erase(line_begin(1 + 2 * 20 + 19), line_begin(1 + 3 * 20) - line_begin(1 + 2 * 20 + 19));
  const auto profile = read_text(text);
  ASSERT_TRUE(profile) << profile.error().text;
  ASSERT_EQ(profile->format.kind, HarvestKind::iv_curve) << profile->origin;
  ASSERT_EQ(sample_count(*profile), 3U) << profile->origin;
  EXPECT_EQ(profile->format.points, 20U);
  EXPECT_TRUE(says(*profile, "8 readings outside of them left out")) << profile->origin;
  EXPECT_EQ(profile->samples[2 * 40 + 38], profile->samples[2 * 40 + 36]);
  EXPECT_FLOAT_EQ(profile->samples[2 * 40 + 38], 0.25F);
}

TEST(SampleTable, ReadingsAtTheEndOfTheScaleDoNotBelongToACurve) {
  // Two readings of 5.12 V and 50 mA while the ramp returns, then 60 points down from 2.36 V.
  std::string text = "Time [s]; Voltage [V]; Current [A]\n";
  for (int i = 0; i < 5 * 62; ++i) {
    const int point = i % 62 - 2;
    const double voltage = 2.36 - 0.04 * point;
    text += join(1731092591025720000 + i * 10000, "; ");
    text += point < 0 ? "5.12; 0.05\n"
                      : join(fixed(voltage, 4), "; ", fixed(voltage > 2.0 ? 0.0 : 1e-3, 6), "\n");
  }
  const auto profile = read_text(text);
  ASSERT_TRUE(profile) << profile.error().text;
  ASSERT_EQ(profile->format.kind, HarvestKind::iv_curve) << profile->origin;
  EXPECT_EQ(profile->format.points, 60U);
  EXPECT_EQ(profile->format.period, microseconds(620));
  EXPECT_EQ(sample_count(*profile), 5U);
  EXPECT_EQ(*std::ranges::max_element(profile->samples), 2.36F);
  EXPECT_TRUE(says(*profile, "10 readings outside of them left out")) << profile->origin;
}

TEST(SampleTable, AHarvesterThatFollowsTheLightIsNoTracer) {
  // Voltage and current rise and fall together, and once the voltage steps up and down as in
  // perturb and observe.
  std::string text = "time,voltage,current\n";
  for (int i = 0; i < 400; ++i) {
    const double light = 0.5 - 0.5 * std::cos(0.0314159 * i);
    const double voltage = 1.6 + 0.3 * light + (i % 2 == 0 ? 0.02 : -0.02);
    text += join(fixed(0.01 * i, 2), ",", fixed(voltage, 4), ",", fixed(1e-3 * light, 7), "\n");
  }
  const auto profile = read_text(text);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::operating_point) << profile->origin;
  EXPECT_EQ(sample_count(*profile), 400U);
}

TEST(SampleTable, GivesTheInputOfARealBoardAsVoltsWhenToldWhatTheyAre) {
  const std::string file = "traces/bq25570_board/waveforms/var2_LED_003pc_1k.50s_313Hz.csv";
  SKIP_WITHOUT_SHARED_DATA(file);
  const auto untold = read_shared(file);
  ASSERT_FALSE(untold);
  EXPECT_EQ(
      untold.error().text,
      join(
          shared_data(file).string(),
          ": a waveform of volts, 'V_IN', needs to be told a resistance and its kind "
          "(voltage_into_load or voltage_behind_resistance)"));
  const auto profile = read_shared(file, behind_a_kiloohm);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::voltage_behind_resistance);
  EXPECT_EQ(profile->samples.size(), 15656U);
  // 15655 steps from 8.0882e-05 s to 50.0961 s.
  EXPECT_NEAR(to_seconds(profile->format.period).si, 3.2e-3, 1e-8);
  double sum = 0.0;
  for (const float value : profile->samples)
    sum += static_cast<double>(value);
  EXPECT_NEAR(sum / 15656.0, 1.66995254, 1e-6);  // awk
}

TEST(SampleTable, ReadsStampsOfFewDigitsAndAnOscilloscopesChannel) {
  const std::string fine = "traces/bq25570_board/waveforms/var2_LED_003pc_1k.first1.5s_15k6Hz.csv";
  const std::string channel = "traces/bq25570_board/capacitor/cap1_s1_chg.csv";
  SKIP_WITHOUT_SHARED_DATA(fine);
  SKIP_WITHOUT_SHARED_DATA(channel);
  // From 1 s on the stamps have six digits: steps of 60 and 70 us.
  const auto waveform = read_shared(fine, behind_a_kiloohm);
  ASSERT_TRUE(waveform) << waveform.error().text;
  EXPECT_EQ(waveform->format.period, microseconds(64));
  EXPECT_EQ(waveform->samples.size(), 23437U);
  EXPECT_TRUE(says(*waveform, "its steps waver by up to 9 % of the period")) << waveform->origin;
  const auto charge = read_shared(channel, behind_a_kiloohm);
  ASSERT_TRUE(charge) << charge.error().text;
  EXPECT_EQ(charge->format.period, microseconds(160));
  EXPECT_EQ(charge->samples.size(), 6876U);
  EXPECT_TRUE(says(*charge, "'Dbg10' taken as volts")) << charge->origin;
}

TEST(SampleTable, EveryOtherTableOfTheRealBoardIsRefusedForWhatItIs) {
  struct Case {
    const char* file;
    const char* error;
  };
  const Case cases[] = {
      {"traces/bq25570_board/bat_ok_edges/var2_LED_003pc_1k.bat_ok.csv",
       ": this is a digital signal, 'BAT_OK' of 0 and 1, not a recording of a source"},
      {"traces/bq25570_board/efficiency/buck_results_processed.csv",
       ":1: this is a table of efficiencies, not a recording of a source"},
      {"traces/bq25570_efficiency/BQ25570buck__5V5_eff___1V8_Iout.csv",
       ":1: headings that name columns and units were wanted, such as "
       "'time_s,voltage_V,current_A', got numbers: perhaps an efficiency curve"},
      {"traces/bq25570_board/measured_groundtruth.csv",
       ": a table without a column of times needs to be told the period between its samples"},
  };
  for (const Case& c : cases) {
    SKIP_WITHOUT_SHARED_DATA(c.file);
    expect_error(read_shared(c.file), shared_data(c.file).string() + c.error);
  }
}

TEST(SampleTable, WithoutTimesThePeriodIsTold) {
  const std::string file = "traces/shepherd/expected/jogging_20s_ivsurface__direct.csv";
  SKIP_WITHOUT_SHARED_DATA(file);
  const auto profile = read_shared(file, {.period = milliseconds(2)});
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->format.kind, HarvestKind::operating_point);
  EXPECT_EQ(profile->format.period, milliseconds(2));
  // The third line: 1001001 uV and 623282 nA.
  EXPECT_EQ(profile->samples[2], 1.001001F);
  EXPECT_EQ(profile->samples[3], 623.282e-6F);
  EXPECT_TRUE(says(*profile, "'V_inp_uV' and 'I_inp_nA'")) << profile->origin;
}

TEST(SampleTable, StampsThatCountFrom1970AreKnownByTheirSize) {
  struct Case {
    const char* heading;
    const char* first;
    const char* second;
  };
  const Case cases[] = {
      {"Time [s]", "1731092591025720000", "1731092591025730000"},
      {"timestamp", "1731092591025720", "1731092591025730"},
      {"time_s", "1731092591.02572", "1731092591.02573"},
      {"time_ms", "1731092591025.72", "1731092591025.73"},
  };
  for (const Case& c : cases) {
    const auto profile =
        read_text(join(c.heading, ";V;A\n", c.first, ";1;1\n", c.second, ";1;1\n"));
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->format.period, microseconds(10)) << c.heading;
  }
}

TEST(SampleTable, RefusesWhatIsWrongInOneSentence) {
  const std::string begin = "time_s,voltage_V,current_A\n0,1,0.001\n0.01,1,0.001\n";
  struct Case {
    std::string text;
    const char* error;
  };
  const Case cases[] = {
      {begin + "0.02,1\n", "f:4: a line of 3 or more columns was wanted, got '0.02,1'"},
      {begin + "0.02,1,x\n", "f:4: a number was wanted, got 'x'"},
      {begin + "0.02,1,1e300\n", "f:4: a number was wanted that fits a float, got 1e+300"},
      {begin + "0.02,-0.5,0\n",
       "f:4: -0.5 is too far below 0 to be an offset where the largest is 1"},
      {begin + "0.02,1,-0.0005\n",
       "f:4: -5e-04 is too far below 0 to be an offset where the largest is 0.001"},
      {begin + "0.01,1,0\n",
       "f:4: the time 0.01 s does not come after 0.01 s of the sample before"},
      {begin + "0.025,1,0\n",
       "f:4: the time goes on by 0.015 s, which is no multiple of the sample period of 0.01 s"},
      {begin + "4e9,1,0\n", "f:4: a time of at most 3e9 s was wanted, got '4e9'"},
      {"time_s,voltage_V,current_A\n0,1,0.001\n", "f: two samples or more were wanted, got 1"},
      {"time_s,power_W\n0,1\n0.01,-1e-9\n", "f:3: a power of 0 or more was wanted, got -1e-09 W"},
      {"time_s,temperature,light\n0,1,2\n",
       "f:1: columns of voltage and current, of power, or of voltage were wanted, and the headings "
       "name none"},
      {"time_s,current_A\n0,1\n",
       "f:1: columns of voltage and current, of power, or of voltage were wanted, and the headings "
       "name none"},
      {"voltage_V,current_A\n",
       "f: a table without a column of times needs to be told the period between its samples"},
  };
  for (const Case& c : cases)
    expect_error(read_text(c.text), c.error);
  expect_error(
      read_text("voltage_V,current_A\n", {.period = milliseconds(1)}),
      "f: two samples or more were wanted, got 0");
  expect_error(
      read_text("voltage_V,current_A\n1,1\n2,2\n", {.period = RunTime(3'000'000'000'000'000'000)}),
      "f: 2 samples at a period of 3e+09 s last over 95 years");
}

}  // namespace
}  // namespace sunfleck
