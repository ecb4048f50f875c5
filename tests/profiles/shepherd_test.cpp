#include "profiles/shepherd_hdf5.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "core/base/random.h"
#include "profiles/exporters.h"
#include "profiles/hdf5_file.h"
#include "profiles/isolated_reader.h"
#include "profiles/text_lines.h"
#include "tests/support/recording_files.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

constexpr std::size_t most_numbers = std::size_t{1} << 24;

Result<HarvestProfile> whole(Result<OpenProfile> profile) {
  if (!profile) return profile.error();
  return in_memory(*profile, most_numbers);
}

Result<HarvestProfile> read_spec(const RecordingSpec& spec) {
  const ScratchFolder folder;
  write_recording(folder.file("f.h5"), spec);
  return whole(open_profile(folder.file("f.h5")));
}

// The error's text without the scratch folder's name.
std::string refusal(const RecordingSpec& spec) {
  const ScratchFolder folder;
  write_recording(folder.file("f.h5"), spec);
  const auto profile = whole(open_profile(folder.file("f.h5")));
  if (profile) return "it was read";
  return profile.error().text.substr(folder.path().string().size() + 1);
}

TEST(Shepherd, ReadsTheRealRecordings) {
  struct Case {
    const char* file;
    HarvestKind kind;
    std::uint32_t points, lead_in;
    std::size_t rows;
    double volts, amperes;  // sums of the columns, each number rounded to a float
    std::vector<float> first;
  };
  // By h5py: attributes, sums of value * gain + offset, the first numbers.
  const Case cases[] = {
      {"traces/shepherd/jogging_20s_ivsurface.h5",
       HarvestKind::iv_curve,
       1000,
       0,
       2'000'000,
       4999999.999439344,
       311.0704544833959,
       {0.0F, 6.89849723e-4F, 5.00500482e-3F, 6.89826731e-4F}},
      {"traces/shepherd/jogging_3s_isc_voc.h5",
       HarvestKind::isc_voc,
       0,
       0,
       300'000,
       463429.5192053318,
       186.58921357779764,
       {6.89849723e-4F, 1.5668391F}},
      {"traces/bq25570_board/h5/diodecap_LED_024pc_gzip1.h5",
       HarvestKind::iv_curve,
       1000,
       6,
       200'000,
       499685.7257326138,
       411.5414268290974,
       {415 * 1.953125e-5F, 12189 * 2.0345052083333335e-7F, 262143 * 1.953125e-5F, 0.0F}},
      {"traces/bq25570_board/h5/var2_LED_003pc_lzf.h5",
       HarvestKind::iv_curve,
       1000,
       6,
       200'000,
       296198.02784041874,
       28.92232789122329,
       {264 * 1.953125e-5F, 1521 * 2.0345052083333335e-7F, 262143 * 1.953125e-5F, 0.0F}},
  };
  for (const Case& c : cases) {
    SKIP_WITHOUT_SHARED_DATA(c.file);
    SCOPED_TRACE(c.file);
    const auto open = open_profile(shared_data(c.file));
    ASSERT_TRUE(open) << open.error().text;
    const auto profile = in_memory(*open, most_numbers);
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->format.kind, c.kind);
    EXPECT_EQ(profile->format.points, c.points);
    EXPECT_EQ(profile->format.lead_in, c.lead_in);
    EXPECT_EQ(profile->format.period, std::max(1U, c.points) * RunTime(10'000));
    EXPECT_EQ(open->duration, static_cast<std::int64_t>(c.rows) * RunTime(10'000));
    ASSERT_EQ(profile->samples.size(), 2 * c.rows);
    double sums[2] = {0.0, 0.0};
    for (std::size_t i = 0; i < profile->samples.size(); ++i)
      sums[i % 2] += profile->samples[i];
    if (c.kind == HarvestKind::isc_voc) std::swap(sums[0], sums[1]);
    EXPECT_NEAR(sums[0], c.volts, 1e-9 * c.volts);
    EXPECT_NEAR(sums[1], c.amperes, 1e-9 * c.amperes);
    for (std::size_t i = 0; i < c.first.size(); ++i)
      EXPECT_FLOAT_EQ(profile->samples[i], c.first[i]);
  }
}

TEST(Shepherd, ReadsEverySpellingAndPackingAlike) {
  struct Case {
    const char* datatype;
    HarvestKind kind;
  };
  const Case cases[] = {
      {"ivsample", HarvestKind::operating_point}, {"ivtrace", HarvestKind::operating_point},
      {"ivcurve", HarvestKind::iv_curve},         {"ivsurface", HarvestKind::iv_curve},
      {"isc_voc", HarvestKind::isc_voc},
  };
  for (const Case& c : cases)
    for (const Packing packing : {Packing::none, Packing::gzip, Packing::lzf}) {
      SCOPED_TRACE(join(c.datatype, " ", static_cast<int>(packing)));
      RecordingSpec spec = small_recording(c.datatype, 250'000, 50);
      spec.packing = packing;
      const auto profile = read_spec(spec);
      ASSERT_TRUE(profile) << profile.error().text;
      EXPECT_EQ(profile->format.kind, c.kind);
      EXPECT_EQ(profile->format.points, c.kind == HarvestKind::iv_curve ? 50U : 0U);
      ASSERT_EQ(profile->samples.size(), 2 * spec.voltage.size());
      const std::size_t volts = c.kind == HarvestKind::isc_voc ? 1 : 0;
      for (std::size_t i = 0; i < spec.voltage.size(); ++i) {
        ASSERT_EQ(
            profile->samples[2 * i + volts],
            static_cast<float>(spec.voltage[i] * spec.voltage_gain));
        ASSERT_EQ(
            profile->samples[2 * i + 1 - volts],
            static_cast<float>(spec.current[i] * spec.current_gain));
      }
    }
}

TEST(Shepherd, LostBuffersAreOutages) {
  RecordingSpec spec = small_recording("ivtrace", 30, 30);
  // Three samples are lost before the twelfth; before the twentieth a stamp trembles by a tenth of
  // a period, which is no gap.
  for (std::size_t i = 12; i < spec.time.size(); ++i)
    spec.time[i] += 30'000;
  spec.time[20] += 1'000;
  const auto profile = read_spec(spec);
  ASSERT_TRUE(profile) << profile.error().text;
  ASSERT_EQ(profile->samples.size(), 2U * 33);
  for (std::size_t i = 12; i < 15; ++i)
    EXPECT_EQ(profile->samples[2 * i], 0.0F);
  EXPECT_EQ(profile->samples[2 * 11], static_cast<float>(spec.voltage[11] * spec.voltage_gain));
  EXPECT_EQ(profile->samples[2 * 15], static_cast<float>(spec.voltage[12] * spec.voltage_gain));
  EXPECT_EQ(profile->samples[2 * 32], static_cast<float>(spec.voltage[29] * spec.voltage_gain));
  EXPECT_NE(profile->origin.find("gaps of together 3e-05 s are outages"), std::string::npos)
      << profile->origin;
}

TEST(Shepherd, CurvesThatAGapOrTheEndBreaksAreLeftOut) {
  RecordingSpec spec = small_recording("ivcurve", 57, 10);
  // Seven rows are lost after the 24th. The ramp went on meanwhile, so that rows 24 to 28 are the
  // last of the curve that begins at 20 or 30, and the next whole ones begin at 29.
  for (std::size_t i = 24; i < spec.time.size(); ++i)
    spec.time[i] += 70'000;
  const auto profile = read_spec(spec);
  ASSERT_TRUE(profile) << profile.error().text;
  // Curves at 0, 10 from rows 0 and 10; on the grid row 24 stands at 31, so the curve at 40 begins
  // with row 33 and that at 50 with row 43; the one at 60 lacks 6 rows.
  ASSERT_EQ(profile->samples.size(), 2U * 60);
  const auto volts_at = [&](std::size_t place) { return profile->samples[2 * place]; };
  const auto volts_of = [&](std::size_t row) {
    return static_cast<float>(spec.voltage[row] * spec.voltage_gain);
  };
  EXPECT_EQ(volts_at(0), volts_of(0));
  EXPECT_EQ(volts_at(19), volts_of(19));
  for (std::size_t place = 20; place < 40; ++place)
    EXPECT_EQ(volts_at(place), 0.0F);
  EXPECT_EQ(volts_at(40), volts_of(33));
  EXPECT_EQ(volts_at(59), volts_of(52));

  const auto without_gap = read_spec(small_recording("ivcurve", 57, 10));
  ASSERT_TRUE(without_gap) << without_gap.error().text;
  EXPECT_EQ(without_gap->samples.size(), 2U * 50);
  EXPECT_NE(without_gap->origin.find("the last 7 make no whole curve"), std::string::npos)
      << without_gap->origin;
}

TEST(Shepherd, SaysWhatARecordingIs) {
  struct Case {
    std::vector<std::pair<std::string, std::string>> file_texts, data_texts;
    const char* origin;
  };
  const std::string config = "virtual_harvester:\n  algorithm: mppt_voc\n  samples_n: 0\n";
  const Case cases[] = {
      {{{"mode", "emulator"}, {"hostname", "sheep1"}},
       {{"datatype", "ivsample"}},
       "Shepherd recording of what an emulator gave to its target on 'sheep1'; 40 samples at "
       "1e-05 s"},
      {{{"mode", "harvester"}, {"config", config}},
       {{"datatype", "ivsample"}},
       "Shepherd recording of a harvester, algorithm mppt_voc; 40 samples at 1e-05 s"},
      {{{"mode", "harvester"}},
       {{"datatype", "ivsample"}, {"config", config}},
       "Shepherd recording of a harvester, algorithm mppt_voc; 40 samples at 1e-05 s"},
      // The first version has no datatype.
      {{{"mode", "harvesting"}}, {}, "Shepherd recording of a harvester; 40 samples at 1e-05 s"},
      {{{"mode", "load"}}, {}, "Shepherd recording of a load's supply; 40 samples at 1e-05 s"},
  };
  for (const Case& c : cases) {
    RecordingSpec spec = small_recording("ivsample", 40, 40);
    spec.file_texts = c.file_texts;
    spec.data_texts = c.data_texts;
    const auto profile = read_spec(spec);
    ASSERT_TRUE(profile) << profile.error().text;
    EXPECT_EQ(profile->origin, c.origin);
    EXPECT_EQ(profile->format.kind, HarvestKind::operating_point);
  }
}

TEST(Shepherd, WhatAnOffsetPutsBelowZeroIsZero) {
  RecordingSpec spec = small_recording("ivsample", 3, 3);
  spec.current = {0, 50, 150};
  spec.current_gain = 1e-6;
  spec.current_offset = -1e-4;
  const auto profile = read_spec(spec);
  ASSERT_TRUE(profile) << profile.error().text;
  EXPECT_EQ(profile->samples[1], 0.0F);
  EXPECT_EQ(profile->samples[3], 0.0F);
  EXPECT_FLOAT_EQ(profile->samples[5], 5e-5F);
  EXPECT_NE(profile->origin.find("offset puts below 0 is 0"), std::string::npos);
}

TEST(Shepherd, ReadsThePowersOfABonitoRecordingByNode) {
  const ScratchFolder folder;
  const std::string path = folder.file("bonito.h5");
  write_bonito(
      path, {0.0, 1e-5, 2e-5, 5e-5},
      {{"node0", {1e-3, 2e-3, 3e-3, 4e-3}}, {"node1", {5, 6, 7, 8}}});
  const auto first = whole(open_profile(path));
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_EQ(first->format.kind, HarvestKind::power);
  EXPECT_EQ(first->format.period, RunTime(10'000));
  EXPECT_EQ(first->samples, (std::vector<float>{1e-3F, 2e-3F, 3e-3F, 0.0F, 0.0F, 4e-3F}));
  EXPECT_EQ(
      first->origin,
      "harvested power of the node 'node0' of node0, node1; 4 samples at 1e-05 s; gaps of "
      "together 2e-05 s are outages");
  ImportOptions options;
  options.node = "node1";
  const auto second = whole(open_profile(path, options));
  ASSERT_TRUE(second) << second.error().text;
  EXPECT_EQ(second->samples[2], 7.0F);
  options.node = "node2";
  const auto none = open_profile(path, options);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text, path + ": there is no node 'node2'; there are node0, node1");
}

TEST(Shepherd, RefusesWhatIsWrongInOneSentence) {
  const RecordingSpec good = small_recording("ivcurve", 100, 10);
  const auto with = [&good](auto change) {
    RecordingSpec spec = good;
    change(spec);
    return refusal(spec);
  };
  EXPECT_EQ(
      with([](RecordingSpec& s) {
        s.data_texts = {{"datatype", "ivwhat"}};
      }),
      "f.h5: /data has the datatype 'ivwhat'; ivsample, ivtrace, ivcurve, ivsurface and isc_voc "
      "are known");
  EXPECT_EQ(
      with([](RecordingSpec& s) { s.window_samples = 0; }),
      "f.h5: a curve of 2 to 65536 points and a recording of one or more were wanted, got "
      "window_samples 0 and 100 samples");
  EXPECT_EQ(
      with([](RecordingSpec& s) { s.window_samples = 200; }),
      "f.h5: a curve of 2 to 65536 points and a recording of one or more were wanted, got "
      "window_samples 200 and 100 samples");
  EXPECT_EQ(
      with([](RecordingSpec& s) { s.time[50] = s.time[49]; }),
      "f.h5: the time of sample 50 comes 0 s after that of the one before; the period is 1e-05 s");
  EXPECT_EQ(
      with([](RecordingSpec& s) { s.voltage_gain = -1.0; }),
      "f.h5: 'data/voltage' needs a gain above 0 and an offset of a meter, got -1 and 0");
  EXPECT_EQ(
      with([](RecordingSpec& s) { s.current_gain = std::nan(""); }),
      "f.h5: 'data/current' needs a gain above 0 and an offset of a meter, got nan and 0");
  EXPECT_EQ(
      with([](RecordingSpec& s) { s.time.clear(); }),
      "f.h5: two samples or more were wanted, got 0");
}

TEST(Shepherd, RefusesFilesThatAreNoRecording) {
  const ScratchFolder folder;
  const std::string path = folder.file("f.h5");
  const auto error_of = [&] {
    const auto profile = open_profile(path);
    return profile ? std::string("it was opened")
                   : profile.error().text.substr(folder.path().string().size() + 1);
  };
  std::ofstream(path, std::ios::binary) << "\x89HDF\r\n\x1a\nand nothing more";
  EXPECT_TRUE(error_of().starts_with("f.h5: the HDF5 library cannot open it: ")) << error_of();
  { const Hdf5Handle empty(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, 0, 0), &H5Fclose); }
  EXPECT_EQ(error_of(), "f.h5: there is no group '/data', as Shepherd has it");
  {
    const Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, 0, 0), &H5Fclose);
    const Hdf5Handle data(H5Gcreate2(file.id(), "data", 0, 0, 0), &H5Gclose);
  }
  EXPECT_EQ(error_of(), "f.h5: there is no data set 'data/time'");
}

TEST(Shepherd, AFileCannotMakeTheReaderOpenAnother) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizers need files of their own in the child";
#endif
  const ScratchFolder folder;
  const std::string secret = folder.file("secret");
  std::ofstream(secret, std::ios::binary) << std::string(4'000, 'x');
  const std::string path = folder.file("f.h5");
  RecordingSpec spec = small_recording("ivsample", 100, 100);
  write_recording(path, spec);
  {
    // The voltages are said to lie in the other file.
    const Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), &H5Fclose);
    H5Ldelete(file.id(), "data/voltage", H5P_DEFAULT);
    const hsize_t count = 100;
    const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), &H5Sclose);
    const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
    H5Pset_external(properties.id(), secret.c_str(), 0, 400);
    const Hdf5Handle set(
        H5Dcreate2(file.id(), "data/voltage", H5T_NATIVE_UINT32, space.id(), 0, properties.id(), 0),
        &H5Dclose);
    ASSERT_TRUE(set);
  }
  const auto profile = whole(open_profile(path));
  ASSERT_FALSE(profile);
  EXPECT_NE(profile.error().text.find("'data/voltage' cannot be read"), std::string::npos)
      << profile.error().text;
}

TEST(Shepherd, PlaysALongRecordingInLittleMemory) {
  const ScratchFolder folder;
  // 3 million samples: 48 MB in the file's columns, 24 MB as floats. Another process writes them,
  // so that this one has never been large.
  constexpr std::size_t rows = 3'000'000;
  const pid_t writer = ::fork();
  if (writer == 0) {
    write_recording(folder.file("long.h5"), small_recording("ivtrace", rows, 1'000));
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(writer, nullptr, 0), writer);
  const auto peak = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;  // kB
  };
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak is what it is now
  const long before = peak();
  const auto profile = open_profile(folder.file("long.h5"));
  ASSERT_TRUE(profile) << profile.error().text;
  std::size_t numbers = 0;
  for (bool last = false; !last;) {
    const auto block = profile->source->next();
    ASSERT_TRUE(block) << block.error().text;
    EXPECT_LE(block->samples.size(), most_isolated_numbers);
    numbers += block->samples.size();
    last = block->last;
  }
  EXPECT_EQ(numbers, 2 * rows);
  EXPECT_LT(peak() - before, 16'000);
}

// What is exported and read back.

}  // namespace
}  // namespace sunfleck
