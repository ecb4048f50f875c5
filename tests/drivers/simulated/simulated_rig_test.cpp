#include "drivers/simulated/simulated_rig.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "tests/drivers/simulated/bench.h"

namespace sunfleck {
namespace {

using namespace literals;
using namespace std::chrono_literals;

std::size_t count_of(const RecordingSink& sink, fw_record_type type) {
  return static_cast<std::size_t>(std::ranges::count_if(
      sink.records, [type](const fw_record& record) { return record.header.type == type; }));
}

// Starts, plays so long in stretches, stops; the rig's truth can be asked afterwards.
void play(SimulatedRig& rig, RecordingSink& sink, RunTime length, RunTime stretch = 50ms) {
  ASSERT_TRUE(rig.start(sink));
  for (RunTime now{}; now < length; now += stretch) {
    const auto progress = rig.advance(now + stretch);
    ASSERT_TRUE(progress) << progress.error().text;
  }
  ASSERT_TRUE(rig.stop());
}

TEST(SimulatedRig, BootsTheRealFirmwareAndDeliversItsRecords) {
  SimulatedRigConfig config = bench_config();
  config.power.initial_voltage = 4.0_V;
  const HarvestProfile profile = constant_power(100.0_mW);
  ProfileSource source(profile);
  const auto rig = open_rig(config, source);
  Workload workload = demo_workload();
  workload.strategy = Strategy::layer;
  workload.inferences = 1;
  ASSERT_TRUE(rig->target().load(workload));
  RecordingSink sink;
  play(*rig, sink, 1500ms);

  ASSERT_FALSE(sink.records.empty());
  const fw_record& boot = sink.records.front();
  ASSERT_EQ(boot.header.type, FW_RECORD_BOOT);
  EXPECT_EQ(boot.header.boot, 1);
  EXPECT_EQ(boot.body.boot.cause, FW_BOOT_POWER_ON);
  EXPECT_EQ(boot.body.boot.strategy, FW_STRATEGY_LAYER);
  EXPECT_EQ(boot.body.boot.ticks_per_second, 16000000U);
  // After the boot delay and some hundred microseconds of start-up: sqrt(4^2 + 2 * 0.1 W * 1.3 ms /
  // 100 uF) = 4.31 V.
  EXPECT_NEAR(boot.body.boot.supply_mv, 4310.0, 100.0);
  EXPECT_GE(boot.header.ticks, 16000U) << "the boot delay of 1 ms counts";
  EXPECT_EQ(sink.frames.damaged(), 0U);
  EXPECT_EQ(count_of(sink, FW_RECORD_INFERENCE_END), 1U);
  EXPECT_EQ(count_of(sink, FW_RECORD_IDLE), 1U);
  EXPECT_EQ(rig->truth_ledger().power_ups, 1U);
  EXPECT_GT(rig->truth_ledger().sleep.charge.si, 0.0);
}

// The results of inferences by number, from their chunks.
std::map<std::uint32_t, std::vector<std::uint8_t>> results_of(const RecordingSink& sink) {
  std::map<std::uint32_t, std::vector<std::uint8_t>> results;
  for (const fw_record& record : sink.records) {
    if (record.header.type != FW_RECORD_RESULT) continue;
    const fw_result_record& chunk = record.body.result;
    std::vector<std::uint8_t>& output = results[chunk.inference];
    output.resize(chunk.total);
    std::copy_n(std::begin(chunk.bytes), chunk.size, output.begin() + chunk.offset);
  }
  return results;
}

TEST(SimulatedRig, ComputesTheSameOnIntermittentPower) {
  Workload workload = demo_workload(2);
  workload.inferences = 2;
  workload.record_level = RecordLevel::results;
  std::map<std::uint32_t, std::vector<std::uint8_t>> steady;
  for (const bool intermittent : {false, true}) {
    SCOPED_TRACE(intermittent);
    SimulatedRigConfig config = bench_config();
    config.power.capacitor.capacitance = 60.0_uF;
    if (!intermittent) config.power.initial_voltage = 4.0_V;
    const HarvestProfile profile = constant_power(intermittent ? 1.5_mW : 100.0_mW);
    ProfileSource source(profile);
    const auto rig = open_rig(config, source);
    ASSERT_TRUE(rig->target().load(workload));
    RecordingSink sink;
    play(*rig, sink, intermittent ? 8s : 3s);
    const auto results = results_of(sink);
    ASSERT_EQ(results.size(), 2U);
    if (intermittent) {
      EXPECT_GT(rig->truth_ledger().brownouts, 5U);
      EXPECT_EQ(results, steady);
    }
    steady = results;
  }
}

RecordingSink recording(const SimulatedRigConfig& config, RunTime stretch) {
  const HarvestProfile profile = constant_power(1.5_mW);
  ProfileSource source(profile);
  const auto rig = open_rig(config, source);
  EXPECT_TRUE(rig->target().load(demo_workload()));
  RecordingSink sink;
  play(*rig, sink, 2s, stretch);
  EXPECT_GT(rig->truth_ledger().brownouts, 1U);
  return sink;
}

TEST(SimulatedRig, IsTheSameBitForBitFromTheSameSeed) {
  const RecordingSink first = recording(bench_config(), 100ms);
  const RecordingSink second = recording(bench_config(), 800us);  // asked more often
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_EQ(first.voltage, second.voltage);
  EXPECT_EQ(first.current, second.current);
  EXPECT_EQ(first.storage, second.storage);
  EXPECT_EQ(first.harvest, second.harvest);
  ASSERT_EQ(first.edges.size(), second.edges.size());
  for (std::size_t i = 0; i < first.edges.size(); ++i) {
    EXPECT_EQ(first.edges[i].time, second.edges[i].time);
    EXPECT_EQ(first.edges[i].marks, second.edges[i].marks);
  }

  SimulatedRigConfig other = bench_config();
  other.seed = 2;
  const RecordingSink third = recording(other, 100ms);
  EXPECT_NE(first.voltage, third.voltage);
  EXPECT_NE(first.current, third.current);
  EXPECT_NE(first.bytes, third.bytes) << "the boot records hold the ADC's reading";
}

TEST(SimulatedRig, DoesNotDependOnHowTheMeterSamples) {
  const RecordingSink fine = recording(bench_config(), 100ms);
  SimulatedRigConfig config = bench_config();
  config.meter.sample_period = 1ms;
  const RecordingSink coarse = recording(config, 100ms);
  EXPECT_EQ(fine.bytes, coarse.bytes);
  EXPECT_EQ(fine.voltage.size(), 10 * coarse.voltage.size());
}

TEST(SimulatedRig, DeliversExactlyWhatTheCoreDrew) {
  SimulatedRigConfig config = bench_config();
  config.device.slope = 0.0;
  const HarvestProfile profile = constant_power(2.0_mW);
  ProfileSource source(profile);
  const auto rig = open_rig(config, source);
  ASSERT_TRUE(rig->target().load(demo_workload()));
  RecordingSink sink;
  play(*rig, sink, 3s);

  const TruthLedger truth = rig->truth_ledger();
  const PowerLedger ledger = *rig->ledger();
  ASSERT_GT(truth.brownouts, 3U);
  const double delivered = ledger.delivered.si;
  EXPECT_NEAR(truth.delivered.si, delivered, 1e-12 * delivered);
  EXPECT_NEAR(
      (truth.boot.energy + truth.run.energy + truth.sleep.energy).si, delivered, 1e-12 * delivered);
  // The rail is 1.8 V to the last: the regulator drops out at 1.9 V, below the threshold of 2 V.
  EXPECT_NEAR(1.8 * (truth.boot.charge + truth.run.charge).si, delivered, 1e-9 * delivered);
  // A boot draws 1 uC, and all but the one at the end of the run are complete.
  EXPECT_NEAR(truth.boot.charge.si, 1e-6 * static_cast<double>(truth.power_ups), 1.01e-6);
  EXPECT_NEAR(ledger.unbalanced().si, 0.0, 1e-9 * ledger.harvested.si);

  // What the meter saw. Noise of 1 uA on each of 30000 samples is one deviation of 31 nJ in some 6
  // mJ.
  double measured = 0.0;
  for (std::size_t i = 0; i < sink.current.size(); ++i)
    measured += static_cast<double>(sink.voltage[i]) * static_cast<double>(sink.current[i]) * 1e-4;
  EXPECT_NEAR(measured, delivered, 1e-4 * delivered);
}

// A charge that no instruction of the firmware exceeds: a word to or from a FRAM whose line has to
// be opened, with all that the core draws while it waits.
Coulombs dearest_instruction(const DeviceTruth& device) {
  const FramCost& fram = device.fram.read;
  const double words = 4.0 / device.fram.word_bytes;
  const double cycles = fram.open_cycles + words * fram.word_cycles + 12.0;
  const Coulombs each = Coulombs{220e-12} + Coulombs{(device.uart_current / device.clock).si};
  return 1.1 * (fram.open + words * fram.word + cycles * each);
}

struct Brownout {
  RunTime time;
  Coulombs left;  // down to the voltage at which the rail can no longer be on
};

// Every brown-out of four seconds. Between two checks of its thresholds a regulator is on down to
// its lockout.
std::vector<Brownout> brownouts_of(const SimulatedRigConfig& config) {
  const Regulator& regulator = config.power.regulator;
  const Volts end = regulator.check_interval > RunTime{} ? regulator.lockout : regulator.off;
  const HarvestProfile profile = constant_power(2.5_mW);
  ProfileSource source(profile);
  const auto rig = open_rig(config, source);
  EXPECT_TRUE(rig->target().load(demo_workload()));
  RecordingSink sink;
  EXPECT_TRUE(rig->start(sink));
  std::vector<Brownout> seen;
  for (RunTime now{}; now < 4s; now += 1ms) {
    EXPECT_TRUE(rig->advance(now));
    const TruthLedger truth = rig->truth_ledger();
    if (truth.brownouts == seen.size()) continue;
    seen.push_back(
        {sink.edges.back().time,
         config.power.capacitor.capacitance * (truth.storage_at_brownout - end)});
  }
  return seen;
}

void expect_exact_brownouts(const SimulatedRigConfig& config) {
  const std::vector<Brownout> seen = brownouts_of(config);
  for (const Brownout& brownout : seen) {
    EXPECT_GE(brownout.left.si, -1e-15);
    EXPECT_LT(brownout.left, dearest_instruction(config.device));
  }
  EXPECT_GT(seen.size(), 5U);
}

TEST(SimulatedRig, FailsWithinOneInstructionOfTheThreshold) {
  for (const DeviceTruth& device : device_presets()) {
    SCOPED_TRACE(device.name);
    SimulatedRigConfig config = bench_config();
    config.device = device;
    expect_exact_brownouts(config);
  }
}

TEST(SimulatedRig, FailsAsExactlyBehindLeakageResistanceAndABuckConverter) {
  for (const char* path : {"direct", "bq25504", "bq25570"}) {
    SCOPED_TRACE(path);
    SimulatedRigConfig config = bench_config();
    config.power = *power_path_preset(path);
    config.power.regulator.check_interval = {};
    expect_exact_brownouts(config);
  }
}

TEST(SimulatedRig, FailsAtACheckOrWithinOneInstructionOfTheLockout) {
  for (const char* path : {"bq25504", "bq25570"}) {
    SCOPED_TRACE(path);
    SimulatedRigConfig config = bench_config();
    config.power = *power_path_preset(path);
    const Regulator& regulator = config.power.regulator;
    const Coulombs to_lockout =
        config.power.capacitor.capacitance * (regulator.off - regulator.lockout);
    const std::vector<Brownout> seen = brownouts_of(config);
    for (const Brownout& brownout : seen) {
      EXPECT_GE(brownout.left.si, -1e-15);
      const bool at_check = brownout.time % regulator.check_interval == RunTime{};
      EXPECT_LT(brownout.left, at_check ? to_lockout : dearest_instruction(config.device));
    }
    EXPECT_GT(seen.size(), 5U);
  }
}

TEST(SimulatedRig, TellsEdgesInOrderAndOnlyWithPower) {
  const RecordingSink sink = recording(bench_config(), 100ms);
  bool on = false;
  RunTime last{};
  std::size_t pins = 0;
  for (const MarkEdge& edge : sink.edges) {
    EXPECT_GE(edge.time, last);
    last = edge.time;
    const bool rail = (edge.marks & rail_mark) != 0;
    const bool pin = edge.marks >> first_pin_mark != 0;
    EXPECT_TRUE(rail || !pin) << "no pin is high without power";
    pins += pin ? 1 : 0;
    if (!on) {
      EXPECT_EQ(edge.marks, rail_mark) << "power comes first";
    }
    on = rail;
  }
  EXPECT_GT(pins, 5U);
  EXPECT_TRUE(std::ranges::is_sorted(sink.byte_times));
}

TEST(SimulatedRig, RunsTheBoardsClockFastOrSlow) {
  RunTime nominal{};
  for (const double drift : {0.0, 0.01}) {
    SimulatedRigConfig config = bench_config();
    config.power.initial_voltage = 4.0_V;
    config.clock_drift = drift;
    const HarvestProfile profile = constant_power(100.0_mW);
    ProfileSource source(profile);
    const auto rig = open_rig(config, source);
    Workload workload = demo_workload();
    workload.inferences = 1;
    ASSERT_TRUE(rig->target().load(workload));
    RecordingSink sink;
    play(*rig, sink, 1500ms);
    ASSERT_FALSE(sink.byte_times.empty());
    if (drift == 0.0) {
      nominal = sink.byte_times.back();
      continue;
    }
    EXPECT_NEAR(
        to_seconds(sink.byte_times.back()).si, to_seconds(nominal).si / 1.01,
        2e-4 * to_seconds(nominal).si);
  }
}

TEST(SimulatedRig, EndsWithItsSource) {
  const HarvestProfile profile = constant_power(1.0_mW, 12345us);
  for (const std::uint64_t passes : {1U, 3U}) {
    SimulatedRigConfig config = bench_config();
    config.passes = passes;
    ProfileSource source(profile);
    const auto rig = open_rig(config, source);
    RecordingSink sink;
    ASSERT_TRUE(rig->start(sink));
    const auto progress = rig->advance(1s);
    ASSERT_TRUE(progress);
    EXPECT_TRUE(progress->source_ended);
    EXPECT_EQ(progress->profile_passes, passes);
    EXPECT_EQ(progress->now, passes * 12345us);
    EXPECT_EQ(rig->description().profile_repeats, passes != 1);
  }
}

TEST(SimulatedRig, PassesBytesToAPoweredBoardOnly) {
  SimulatedRigConfig config = bench_config();
  config.firmware = file_bytes(std::string(TEST_PROGRAMS) + "/pins.elf");
  const HarvestProfile profile = constant_power(100.0_mW);
  ProfileSource source(profile);
  const auto rig = open_rig(config, source);
  const std::string question = "ping";
  const auto ask = [&] {
    return rig->target().send(
        {reinterpret_cast<const std::uint8_t*>(question.data()), question.size()});
  };
  RecordingSink sink;
  ASSERT_TRUE(rig->start(sink));
  ASSERT_TRUE(ask()) << "lost: the rail is off";
  ASSERT_TRUE(rig->advance(100ms));
  EXPECT_TRUE(sink.bytes.empty());
  ASSERT_TRUE(ask());
  ASSERT_TRUE(rig->advance(110ms));
  EXPECT_EQ(std::string(sink.bytes.begin(), sink.bytes.end()), "ping");
  ASSERT_TRUE(rig->stop());
}

TEST(SimulatedRig, SaysWhyTheCoreTrapped) {
  SimulatedRigConfig config = bench_config();
  config.firmware = file_bytes(std::string(TEST_PROGRAMS) + "/fault.elf");
  config.power.initial_voltage = 4.0_V;
  const HarvestProfile profile = constant_power(1.0_mW);
  ProfileSource source(profile);
  const auto rig = open_rig(config, source);
  RecordingSink sink;
  ASSERT_TRUE(rig->start(sink));
  const auto progress = rig->advance(100ms);
  ASSERT_FALSE(progress);
  EXPECT_NE(progress.error().text.find("the core trapped"), std::string::npos);
  EXPECT_TRUE(rig->stop());
  EXPECT_EQ(sink.edges.back().marks, 0U);
}

TEST(SimulatedRig, RefusesWhatIsNoBench) {
  struct Case {
    const char* name;
    void (*spoil)(SimulatedRigConfig&);
    const char* text;
  };
  const Case cases[] = {
      {"no firmware", [](SimulatedRigConfig& config) { config.firmware.clear(); },
       "firmware: a little-endian 32-bit ELF file was wanted"},
      {"no step", [](SimulatedRigConfig& config) { config.step = RunTime{}; },
       "virtual bench: the step must be above 0, and is 0 s"},
      {"odd period", [](SimulatedRigConfig& config) { config.meter.sample_period = 150us; },
       "virtual bench: the meter's period must be a multiple of the step, 100.0 us, and is 150.0 "
       "us"},
      {"no capacitor",
       [](SimulatedRigConfig& config) { config.power.capacitor.capacitance = Farads{}; },
       "capacitance"},
      {"no clock", [](SimulatedRigConfig& config) { config.device.clock = Hertz{}; },
       "device: clock must lie between 1 kHz and 500 MHz, and is 0 Hz"},
      {"little memory", [](SimulatedRigConfig& config) { config.memories.sram_bytes = 4096; },
       "SRAM 4096 from 0x20000000"},
      {"wild clock", [](SimulatedRigConfig& config) { config.clock_drift = 0.5; },
       "virtual bench: the clock may drift by a tenth at most, and the drift is 0.5"},
      {"blind meter", [](SimulatedRigConfig& config) { config.meter.current_step = Amperes{}; },
       "meter.current_step: must be above 0, got 0 A"},
  };
  const HarvestProfile profile = constant_power(1.0_mW);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    SimulatedRigConfig config = bench_config();
    c.spoil(config);
    ProfileSource source(profile);
    const auto rig = SimulatedRig::open(config, source);
    ASSERT_FALSE(rig);
    EXPECT_NE(rig.error().text.find(c.text), std::string::npos) << rig.error().text;
  }
}

TEST(SimulatedRig, WantsTheWorkloadBeforeItStartsAndStartsOnce) {
  const HarvestProfile profile = constant_power(1.0_mW);
  ProfileSource source(profile);
  const auto rig = open_rig(bench_config(), source);
  RecordingSink sink;
  EXPECT_FALSE(rig->advance(1ms));
  EXPECT_FALSE(rig->ledger());
  EXPECT_TRUE(rig->stop());
  ASSERT_TRUE(rig->start(sink));
  EXPECT_FALSE(rig->start(sink));
  EXPECT_FALSE(rig->target().load(demo_workload()));
  EXPECT_TRUE(rig->stop());
  EXPECT_TRUE(rig->target().load(demo_workload()));
}

}  // namespace
}  // namespace sunfleck
