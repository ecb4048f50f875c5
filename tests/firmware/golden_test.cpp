#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/network/compile.h"
#include "core/network/import_tflite.h"
#include "target_fw/rt/nv_layout.h"
#include "tests/core/network/naive_inference.h"
#include "tests/core/network/random_network.h"
#include "tests/firmware/host_bench.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

// Non-volatile memory for two snapshots of an arena, and a voltage that takes none.
void prepare(HostBench& bench, std::uint32_t arena_bytes) {
  bench.nv.resize(FW_NV_ARENA + 2 * arena_bytes);
  bench.board.nv = bench.nv.data();
  bench.board.nv_bytes = static_cast<std::uint32_t>(bench.nv.size());
  bench.snapshot_mv = 2000;
}

// Runs all recorded inputs of a network and compares byte for byte with the outputs of
// TFLite-Micro's reference kernels.
void expect_recorded_outputs(const std::string& name) {
  const auto network = import_tflite(file_bytes(shared_data("models/" + name + ".tflite")), name);
  ASSERT_TRUE(network) << network.error().text;
  const auto compiled = compile(*network, {});
  ASSERT_TRUE(compiled) << compiled.error().text;
  const auto inputs = file_bytes(shared_data("models/golden/" + name + ".in"));
  const auto outputs = file_bytes(shared_data("models/golden/" + name + ".out"));

  const std::size_t input_bytes = compiled->input.shape.elements();
  const std::size_t output_bytes = compiled->output.shape.elements();
  const std::size_t count = inputs.size() / input_bytes;
  ASSERT_EQ(count, 20U);
  ASSERT_EQ(outputs.size(), count * output_bytes);
  std::vector<Values> separate;
  for (std::size_t i = 0; i < count; ++i) {
    const auto first = inputs.begin() + static_cast<std::ptrdiff_t>(i * input_bytes);
    separate.emplace_back(first, first + static_cast<std::ptrdiff_t>(input_bytes));
  }

  for (const fw_strategy strategy : {FW_STRATEGY_RESTART, FW_STRATEGY_LAYER, FW_STRATEGY_TILE}) {
    SCOPED_TRACE(testing::Message() << name << " strategy " << strategy);
    HostBench bench(compiled->image, inputs_blob(separate), 64 * 1024);
    prepare(bench, compiled->arena_bytes);
    bench.configure(strategy, FW_RECORDS_LAYERS, static_cast<std::uint32_t>(count));
    ASSERT_EQ(bench.power_up(), FW_HOST_SLEEPS);
    ASSERT_EQ(bench.outputs().size(), count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto first = outputs.begin() + static_cast<std::ptrdiff_t>(i * output_bytes);
      const Values expected(first, first + static_cast<std::ptrdiff_t>(output_bytes));
      EXPECT_EQ(bench.outputs().at(i), expected) << "input " << i;
    }
    EXPECT_EQ(bench.overwritten_inputs(), 0U);
  }
}

// Elements as they lie in memory.
Values bytes_of(const naive::Tensor& tensor, const Activation& activation) {
  Values bytes;
  for (const std::int32_t quantum : tensor) {
    bytes.push_back(static_cast<std::int8_t>(quantum));
    if (activation.element_bytes() == 2) bytes.push_back(static_cast<std::int8_t>(quantum >> 8));
  }
  return bytes;
}

// All operators and precisions: a slow interpreter of the network, which shares nothing with the
// firmware, says what the compiled image must give.
TEST(Golden, RandomNetworksGiveWhatTheDefinitionsSay) {
  Random random(41, "golden");
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    const RandomNetwork made(seed);
    const auto compiled =
        compile(made.network(), {.tile_macs = 1 + random.below(4000), .tiles_per_commit = 2});
    ASSERT_TRUE(compiled) << compiled.error().text;
    const Values input = random_values(compiled->input.bytes(), random);
    naive::Interpreter interpreter(made.network());
    const naive::Tensor output =
        interpreter.run(std::vector<std::uint8_t>(input.begin(), input.end()));
    for (const fw_strategy strategy :
         {FW_STRATEGY_RESTART, FW_STRATEGY_LAYER, FW_STRATEGY_TILE, FW_STRATEGY_VOLTAGE}) {
      SCOPED_TRACE(testing::Message() << "strategy " << strategy);
      HostBench bench(compiled->image, inputs_blob({input}), 128 * 1024);
      prepare(bench, compiled->arena_bytes);
      bench.configure(strategy, FW_RECORDS_RESULTS, 1);
      ASSERT_EQ(bench.power_up(), FW_HOST_SLEEPS);
      ASSERT_EQ(bench.outputs().size(), 1U);
      EXPECT_EQ(bench.outputs().at(0), bytes_of(output, compiled->output));
    }
  }
}

TEST(Golden, KeywordSpottingIsByteExact) {
  SKIP_WITHOUT_SHARED_DATA("models/kws_ref_model.tflite");
  expect_recorded_outputs("kws_ref_model");
}

TEST(Golden, MicroSpeechIsByteExact) {
  SKIP_WITHOUT_SHARED_DATA("models/micro_speech_quantized.tflite");
  expect_recorded_outputs("micro_speech_quantized");
}

TEST(Golden, WakeWordSpottingIsByteExact) {
  SKIP_WITHOUT_SHARED_DATA("models/str_ww_ref_model.tflite");
  expect_recorded_outputs("str_ww_ref_model");
}

TEST(Golden, ResNetWithItsAdditionsIsByteExact) {
  SKIP_WITHOUT_SHARED_DATA("models/pretrainedResnet_quant.tflite");
  expect_recorded_outputs("pretrainedResnet_quant");
}

}  // namespace
}  // namespace sunfleck
