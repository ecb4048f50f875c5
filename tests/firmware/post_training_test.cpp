#include "core/network/post_training_quantisation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/network/compile.h"
#include "core/network/evaluate_float.h"
#include "core/network/import_onnx.h"
#include "tests/core/network/exact_inference.h"
#include "tests/firmware/host_bench.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

constexpr std::size_t count = 3;

std::vector<float> random_inputs(std::size_t length, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> inputs(count * length);
  for (float& value : inputs)
    value = static_cast<float>(random.normal());
  return inputs;
}

// Power of `wanted` over that of its difference from `got`.
double decibels(const std::vector<float>& wanted, const std::vector<float>& got) {
  double signal = 0.0;
  double noise = 0.0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    signal += double{wanted[i]} * double{wanted[i]};
    noise += std::pow(double{got[i]} - double{wanted[i]}, 2);
  }
  return 10.0 * std::log10(signal / noise);
}

struct Outputs {
  std::vector<float> real;      // of the float network
  std::vector<float> exact;     // of the integer network with one rounding for each output
  std::vector<float> firmware;  // of the compiled image on the host board
};

Outputs execute(
    const FloatNetwork& real, const Network& network, const std::vector<float>& inputs) {
  const Activation& in = network.activations[network.input];
  const Activation& out = network.activations[network.output];
  const std::size_t length = in.shape.elements();
  Outputs outputs;
  std::vector<Values> bytes;
  exact::Interpreter interpreter(network);
  for (std::size_t i = 0; i < count; ++i) {
    const auto input = std::span(inputs).subspan(i * length, length);
    const auto values = evaluate_float(real, input)[real.output];
    outputs.real.insert(outputs.real.end(), values.begin(), values.end());
    const auto quanta = quantised_values(in, channels_last(in.shape, input));
    bytes.emplace_back(quanta.begin(), quanta.end());
    for (const std::int32_t quantum : interpreter.run(exact::quanta_of(in, quanta)))
      outputs.exact.push_back(out.scale * static_cast<float>(quantum - out.zero_point));
  }
  const auto compiled = compile(network, {});
  if (!compiled) {
    ADD_FAILURE() << compiled.error().text;
    return outputs;
  }
  HostBench bench(compiled->image, inputs_blob(bytes), 64 * 1024);
  bench.configure(FW_STRATEGY_TILE, FW_RECORDS_RESULTS, count);
  EXPECT_EQ(bench.power_up(), FW_HOST_SLEEPS);
  for (const auto& [inference, result] : bench.outputs()) {
    const std::vector<std::uint8_t> quanta(result.begin(), result.end());
    const auto values = real_values(out, quanta);
    outputs.firmware.insert(outputs.firmware.end(), values.begin(), values.end());
  }
  return outputs;
}

// What fixed-point factors round away once more is no more than what quantisation itself costs: 3
// dB.
TEST(PostTraining, TheFirmwareExecutesRealNetworksAsTheirIntegersMean) {
  for (const std::string name :
       {"NodPA_har_har_cnn-single", "NodPA_kws_kws-single", "NodPA_cifar10_resnet10-single"}) {
    SKIP_WITHOUT_SHARED_DATA("models/" + name + ".onnx");
    const auto real =
        import_onnx(file_bytes(shared_data("models/" + name + ".onnx")), name, {.choice = 0});
    ASSERT_TRUE(real) << real.error().text;
    const auto inputs = random_inputs(real->tensors[real->input].shape.elements(), 1);
    for (const LayerBits bits : {LayerBits{16, 8}, {12, 8}, {8, 8}, {16, 4}, {8, 4}}) {
      SCOPED_TRACE(join(name, " at ", bits.activation, "x", bits.weight));
      const auto network = quantised(*real, inputs, {.bits = bits});
      ASSERT_TRUE(network) << network.error().text;
      const Outputs outputs = execute(*real, *network, inputs);
      ASSERT_EQ(outputs.firmware.size(), outputs.real.size());
      const double ideal = decibels(outputs.real, outputs.exact);
      const double reached = decibels(outputs.real, outputs.firmware);
      RecordProperty(
          join(name, " ", bits.activation, "x", bits.weight), join(ideal, " dB, ", reached));
      EXPECT_GT(reached, ideal - 3.0);
    }
  }
}

}  // namespace
}  // namespace sunfleck
