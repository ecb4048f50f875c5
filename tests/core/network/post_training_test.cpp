#include <gtest/gtest.h>

#include <cmath>

#include "core/base/random.h"
#include "core/network/evaluate_float.h"
#include "core/network/import_onnx.h"
#include "core/network/post_training_quantisation.h"
#include "tests/core/network/exact_inference.h"
#include "tests/core/network/onnx_file.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using onnx_file::File;
using onnx_file::Sizes;
using onnx_file::Tensor;
using Values = std::vector<float>;

Values uniform(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Values values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>(2.0 * random.uniform() - 1.0));
  return values;
}

Values normal(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Values values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>(random.normal()));
  return values;
}

struct Agreement {
  double decibels = 0.0;  // power of the float outputs over that of the differences from them
  int same_top = 0;       // inputs for which the greatest output is the same
};

// Executes the network of integers and the one of real numbers on whole inputs.
Agreement compare(const FloatNetwork& real, const Network& network, const Values& inputs) {
  const Activation& in = network.activations[network.input];
  const Activation& out = network.activations[network.output];
  const std::size_t length = in.shape.elements();
  exact::Interpreter interpreter(network);
  double signal = 0.0;
  double noise = 0.0;
  Agreement result;
  for (std::size_t at = 0; at < inputs.size(); at += length) {
    const auto input = std::span(inputs).subspan(at, length);
    const Values outputs = evaluate_float(real, input)[real.output];
    const Values wanted = channels_last(out.shape, outputs);
    const exact::Tensor& got =
        interpreter.run(exact::quanta_of(in, quantised_values(in, channels_last(in.shape, input))));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const double value = double{out.scale} * (got[i] - out.zero_point);
      signal += double{wanted[i]} * double{wanted[i]};
      noise += (value - double{wanted[i]}) * (value - double{wanted[i]});
    }
    const auto top = std::ranges::max_element(wanted) - wanted.begin();
    if (std::ranges::max_element(got) - got.begin() == top) ++result.same_top;
  }
  result.decibels = 10.0 * std::log10(signal / noise);
  return result;
}

FloatNetwork imported(const File& file) {
  const auto network = import_onnx(file.bytes(), "net", {});
  EXPECT_TRUE(network) << network.error().text;
  return *network;
}

Network quantised_or_fail(
    const FloatNetwork& network, const Values& calibration, const QuantisationOptions& options) {
  const auto result = quantised(network, calibration, options);
  EXPECT_TRUE(result) << result.error().text;
  return *result;
}

// Uniform values in [-1, 1] have the power 1/3; rounding to steps of d makes noise of d^2 / 12. A
// layer that multiplies by 1 keeps the scale, so nothing is rounded twice:
//   8 bits    d = 2 / 255     10 log10(255^2) = 48.1 dB, the 6.02 dB a bit of the textbooks
//   12 bits   d = 2 / 4094    72.2 dB
//   16 bits   d = 4 / 65534   90.3 dB, one bit being headroom
TEST(PostTraining, RoundsActivationsAsFinelyAsTheirBitsAllow) {
  const File file{
      .input = {1, 1, 1, 64},
      .nodes = {{"Conv", {"x", "w"}}},
      .constants = {{.name = "w", .sizes = {1, 1, 1, 1}, .reals = {1.0F}}}};
  const FloatNetwork network = imported(file);
  Values inputs = uniform(64 * 100, 1);
  inputs[0] = -1.0F;
  inputs[1] = 1.0F;
  for (const auto& [bits, decibels] : {std::pair{8U, 48.1}, {12U, 72.2}, {16U, 90.3}}) {
    SCOPED_TRACE(bits);
    const Network made = quantised_or_fail(
        network, inputs, {.bits = {.activation = bits}, .ranges = RangeRule::extremes});
    EXPECT_EQ(made.activations[made.input].bits, bits);
    EXPECT_NEAR(compare(network, made, inputs).decibels, decibels, 0.5);
  }
}

// As above, of weights in [-1, 1] with steps of 1/127 or 1/7, while activations of 16 bits add
// next to nothing: 10 log10(4 * 127^2) = 48.1 dB and 10 log10(4 * 7^2) = 22.9 dB.
TEST(PostTraining, RoundsWeightsAsFinelyAsTheirBitsAllow) {
  const File file{
      .input = {1, 100},
      .nodes = {{"MatMul", {"x", "w"}}},
      .constants = {{.name = "w", .sizes = {100, 50}, .reals = uniform(5000, 2)}}};
  const FloatNetwork network = imported(file);
  const Values inputs = normal(100 * 50, 3);
  for (const auto& [bits, decibels] : {std::pair{8U, 48.1}, {4U, 22.9}}) {
    SCOPED_TRACE(bits);
    const Network made =
        quantised_or_fail(network, inputs, {.bits = {.activation = 16, .weight = bits}});
    EXPECT_NEAR(compare(network, made, inputs).decibels, decibels, 1.0);
  }
}

// A layer whose channels differ by 100 times loses 40 dB in the small ones with one scale for all.
TEST(PostTraining, GivesEachChannelItsOwnWeightScale) {
  Values weights = uniform(200, 4);
  for (std::size_t i = 100; i < 200; ++i)
    weights[i] *= 0.01F;
  const File file{
      .input = {1, 100},
      .nodes = {{"Gemm", {"x", "w"}, {{.name = "transB", .integer = 1}}}},
      .constants = {{.name = "w", .sizes = {2, 100}, .reals = weights}}};
  const FloatNetwork network = imported(file);
  const Values inputs = normal(100 * 20, 5);
  const Network by_channel = quantised_or_fail(network, inputs, {});
  const Network by_tensor = quantised_or_fail(network, inputs, {.per_channel = false});
  ASSERT_EQ(by_channel.layers[0].weight_scales.size(), 2U);
  EXPECT_NEAR(
      by_channel.layers[0].weight_scales[0] / by_channel.layers[0].weight_scales[1], 100.0F, 20.0F);
  EXPECT_EQ(by_tensor.layers[0].weight_scales.size(), 1U);
}

Tensor constant(const char* name, const Sizes& sizes, std::uint64_t seed) {
  std::size_t count = 1;
  for (const std::int64_t size : sizes)
    count *= static_cast<std::size_t>(size);
  return {.name = name, .sizes = sizes, .reals = uniform(count, seed)};
}

onnx_file::Attribute ints(const char* name, Sizes values) {
  return {.name = name, .integers = std::move(values)};
}

// All operators: a normalisation that cannot be folded, convolutions with a folded one and fused
// clamps, a depthwise convolution that doubles its channels, a branch that is added, a clamp of
// what is read elsewhere too, all pools, and a flattened tensor whose order matters.
File all_operators() {
  File file;
  file.input = {1, 3, 9, 8};
  file.nodes = {
      {"BatchNormalization", {"x", "s3", "b3", "b3", "v3"}},
      {"Conv", {"t0", "w4", "b4"}, {ints("pads", {1, 1, 1, 1})}},
      {"BatchNormalization", {"t1", "s4", "b4", "b4", "v4"}},
      {"Relu", {"t2"}},
      {"Conv", {"t3", "d8"}, {{.name = "group", .integer = 4}, ints("pads", {0, 1, 1, 0})}},
      {"Clip", {"t4", "low", "high"}},
      {"Conv", {"t5", "p4"}},
      {"AveragePool",
       {"t3"},
       {ints("kernel_shape", {2, 2}), ints("strides", {1, 1}), ints("pads", {0, 1, 0, 0})}},
      {"Relu", {"t6"}},
      {"Add", {"t6", "t7"}},
      {"Add", {"t9", "t8"}},
      {"MaxPool", {"t10"}, {ints("kernel_shape", {2, 2})}},
      {"AveragePool",
       {"t11"},
       {ints("kernel_shape", {2, 2}),
        ints("strides", {2, 2}),
        ints("pads", {0, 1, 0, 0}),
        {.name = "count_include_pad", .integer = 1}}},
      {"Flatten", {"t12"}},
      {"Relu", {"t13"}},
      {"Gemm", {"t14", "m"}, {{.name = "transB", .integer = 1}}}};
  const auto positive = [](Tensor tensor) {
    for (float& value : tensor.reals)
      value = std::abs(value) + 0.5F;
    return tensor;
  };
  file.constants = {
      positive(constant("s3", {3}, 11)),
      constant("b3", {3}, 12),
      positive(constant("v3", {3}, 13)),
      constant("w4", {4, 3, 3, 3}, 14),
      constant("b4", {4}, 15),
      positive(constant("s4", {4}, 16)),
      positive(constant("v4", {4}, 17)),
      constant("d8", {8, 1, 3, 2}, 18),
      constant("p4", {4, 8, 1, 1}, 19),
      constant("m", {6, 48}, 20),
      {.name = "low", .sizes = {}, .reals = {0}},
      {.name = "high", .sizes = {}, .reals = {6}}};
  return file;
}

// Ten layers that round add their noise: 10 dB less than one, and another 10 dB because values of
// such sums are bell-shaped, their extremes at four times their deviation: 48 - 20 = 28 dB for 8
// bits, of which a margin of 3 dB is left. 4-bit weights give 23 - 10 = 13 dB less the margin.
TEST(PostTraining, ApproximatesAllOperators) {
  const FloatNetwork network = imported(all_operators());
  const std::size_t length = network.tensors[network.input].shape.elements();
  const Values calibration = normal(length * 40, 6);
  const Agreement fine = compare(
      network, quantised_or_fail(network, calibration, {.bits = {.activation = 16}}), calibration);
  const Agreement byte = compare(network, quantised_or_fail(network, calibration, {}), calibration);
  const Agreement coarse = compare(
      network, quantised_or_fail(network, calibration, {.bits = {.weight = 4}}), calibration);
  EXPECT_GT(fine.decibels, 35.0);
  EXPECT_GT(fine.decibels, byte.decibels + 3.0);
  EXPECT_GT(byte.decibels, 25.0);
  EXPECT_GT(byte.decibels, coarse.decibels + 6.0);
  EXPECT_GT(coarse.decibels, 10.0);
  EXPECT_GE(byte.same_top, 36);
}

TEST(PostTraining, KeepsScalesWhereTheFirmwareCannotChangeThem) {
  const FloatNetwork network = imported(all_operators());
  const Values calibration = normal(network.tensors[0].shape.elements() * 4, 7);
  const Network made = quantised_or_fail(network, calibration, {});
  int kept = 0;
  for (const Layer& layer : made.layers) {
    const Activation& in = made.activations[layer.input];
    const Activation& out = made.activations[layer.output];
    if (layer.op != Operator::reshape && layer.op != Operator::max_pool_2d &&
        layer.op != Operator::average_pool_2d)
      continue;
    ++kept;
    EXPECT_EQ(in.scale, out.scale) << layer.name;
    EXPECT_EQ(in.zero_point, out.zero_point) << layer.name;
  }
  EXPECT_EQ(kept, 5);  // two pools, the reshape, and two clamps that stand by themselves
}

TEST(PostTraining, PutsAQuantizeWhereInt8MeetsInt16) {
  const File file{
      .input = {1, 10},
      .nodes =
          {{"MatMul", {"x", "a"}},
           {"MatMul", {"t0", "b"}},
           {"MatMul", {"t1", "c"}},
           {"Softmax", {"t2"}}},
      .constants = {
          constant("a", {10, 12}, 21), constant("b", {12, 12}, 22), constant("c", {12, 5}, 23)}};
  const FloatNetwork network = imported(file);
  const Values calibration = normal(10 * 20, 8);
  const Network made = quantised_or_fail(
      network, calibration,
      {.bits = {.activation = 16}, .by_layer = {{"n1", {.activation = 8, .weight = 4}}}});
  std::vector<Operator> operators;
  for (const Layer& layer : made.layers)
    operators.push_back(layer.op);
  const Operator product = Operator::fully_connected;
  EXPECT_EQ(
      operators,
      (std::vector<Operator>{
          product, Operator::quantize, product, Operator::quantize, product, Operator::quantize,
          Operator::softmax}));
  EXPECT_EQ(made.layers[2].weight_bits, 4U);
  EXPECT_EQ(made.layers[4].weight_bits, 8U);
  EXPECT_EQ(made.activations[made.layers[2].output].bits, 8U);
  EXPECT_EQ(made.activations[made.layers[0].output].zero_point, 0);
  const Activation& out = made.activations[made.output];
  EXPECT_EQ(out.scale, 1.0F / 256.0F);
  EXPECT_EQ(out.zero_point, -128);
  for (const Layer& layer : made.layers)
    for (const std::int8_t weight : layer.weights)
      EXPECT_LE(std::abs(weight), layer.weight_bits == 4 ? 7 : 127);
  EXPECT_GE(compare(network, made, calibration).same_top, 18);
}

// A million values at 1 and one at 100.
TEST(PostTraining, ChoosesTheRangeWithTheLeastSquareError) {
  ValueStatistics values;
  values.low = 0.0F;
  values.high = 100.0F;
  const auto fill = [&values](double value, std::uint64_t count) {
    values.histogram.at(static_cast<std::size_t>(value / 100.0 * ValueStatistics::bins)) += count;
  };
  fill(1.0, 1'000'000);
  fill(99.99, 1);
  // Clipped at 2, the one costs 98^2 = 9604 and the rest 1e6 * (2/255)^2 / 12 = 5; not clipped,
  // the rest cost 1e6 * (100/255)^2 / 12 = 12,815. Half way the sum is 2500 + 3204, at x it is
  // (100 - x)^2 + 1.2815 x^2, least at x = 100 / 2.2815 = 43.8.
  const ValueRange best = choose_range(values, RangeRule::least_squares, 255, false);
  EXPECT_EQ(best.low, 0.0F);
  EXPECT_NEAR(best.high, 43.8F, 1.0F);
  const ValueRange whole = choose_range(values, RangeRule::extremes, 255, false);
  EXPECT_EQ(whole.high, 100.0F);
  const ValueRange symmetric = choose_range(values, RangeRule::extremes, 255, true);
  EXPECT_EQ(symmetric.low, -100.0F);
}

TEST(PostTraining, ConvertsTensorsThereAndBack) {
  const Activation byte{.shape = {1, 1, 3}, .scale = 0.5F, .zero_point = -10};
  EXPECT_EQ(
      quantised_values(byte, Values{0.0F, 1.2F, 1000.0F}),
      (std::vector<std::uint8_t>{246, 248, 127}));
  EXPECT_EQ(real_values(byte, std::vector<std::uint8_t>{246, 127}), (Values{0.0F, 68.5F}));
  const Activation word{.shape = {1, 1, 2}, .scale = 0.25F, .bits = 16};
  EXPECT_EQ(
      quantised_values(word, Values{-0.25F, 75.25F}),
      (std::vector<std::uint8_t>{0xFF, 0xFF, 0x2D, 0x01}));
  EXPECT_EQ(
      real_values(word, std::vector<std::uint8_t>{0xFF, 0xFF, 0x2D, 0x01}),
      (Values{-0.25F, 75.25F}));
  const Activation twelve{.shape = {1, 1, 1}, .scale = 1.0F, .bits = 12};
  EXPECT_EQ(quantised_values(twelve, Values{9999.0F}), (std::vector<std::uint8_t>{0xFF, 0x07}));
  EXPECT_EQ(channels_last({1, 2, 3}, Values{1, 2, 3, 4, 5, 6}), (Values{1, 3, 5, 2, 4, 6}));
}

TEST(PostTraining, SaysWhatItCannotDo) {
  const FloatNetwork network = imported(all_operators());
  const std::size_t length = network.tensors[network.input].shape.elements();
  const Values calibration = normal(length, 9);
  const auto text = [&](const Values& inputs, const QuantisationOptions& options) {
    return quantised(network, inputs, options).error().text;
  };
  EXPECT_EQ(
      text(Values(length + 1, 0.0F), {}),
      "net: calibration: inputs of 216 values each were expected, and 217 values came");
  EXPECT_EQ(
      text({}, {}), "net: calibration: inputs of 216 values each were expected, and 0 values came");
  EXPECT_EQ(
      text(Values(length, std::numeric_limits<float>::infinity()), {}),
      "net: calibration: tensor 'x' takes a value that is not finite");
  EXPECT_EQ(
      text(calibration, {.bits = {.activation = 10}}),
      "net: activations of 10 bits and weights of 8 were asked for; there are 8, 12 and 16, and 8 "
      "and 4");
  EXPECT_EQ(
      text(calibration, {.by_layer = {{"conv", {}}}}),
      "net: bits were given for 'conv', which is no layer of it");

  const File reshaped{
      .input = {1, 4, 3, 3},
      .nodes = {{"Reshape", {"x", "shape"}}, {"Conv", {"t0", "w"}}},
      .constants = {
          {.name = "shape", .sizes = {4}, .integers = {1, 9, 2, 2}},
          constant("w", {2, 9, 1, 1}, 24)}};
  EXPECT_EQ(
      quantised(imported(reshaped), normal(36, 10), {}).error().text,
      "net: node 'n1' (convolution): reads a reshaped tensor, which lies in another order than the "
      "firmware's row, column, channel");
}

// Recorded inputs of other networks for the same tasks: images (32 x 32 x 3, -128 to 127 for black
// to white) and speech features (49 x 10 quanta of 0.58 above -83.1, of which 25 rows are taken).
Values recorded_inputs(const std::string& name) {
  Values inputs;
  if (name == "NodPA_cifar10_resnet10-single") {
    const auto bytes = file_bytes(shared_data("models/golden/pretrainedResnet_quant.in"));
    for (std::size_t at = 0; at < bytes.size(); at += 3072)
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < 1024; ++i)
          inputs.push_back(
              static_cast<float>(static_cast<std::int8_t>(bytes[at + i * 3 + c])) / 64);
  } else {
    const auto bytes = file_bytes(shared_data("models/golden/kws_ref_model.in"));
    for (std::size_t at = 0; at < bytes.size(); at += 490)
      for (std::size_t i = 0; i < 250; ++i)
        inputs.push_back(static_cast<float>(static_cast<std::int8_t>(bytes[at + i])) / 32);
  }
  return inputs;
}

// The signal is to exceed what the bits of L layers with weights allow:
//   8 bits        6 * 8 - 12 (extremes at four deviations, 12 dB, of which 4.8 dB are uniform
//                 noise's own) - 10 log10(2 L) - 6 dB for the unequal gains of the layers
//   4-bit weights 24 dB less
// on the inputs of the calibration, where nothing is clipped.
TEST(PostTraining, ApproximatesRealNetworksAsFarAsTheirBitsAllow) {
  struct Case {
    std::string name;
    double layers;
    int inputs;
    bool recorded;
  };
  const Case cases[] = {
      {"NodPA_har_har_cnn-single", 5, 5, false},
      {"NodPA_kws_kws-single", 5, 5, false},
      {"NodPA_kws_kws-single", 5, 5, true},
      {"NodPA_cifar10_resnet10-single", 13, 2, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name + (c.recorded ? ", recorded inputs" : ", random inputs"));
    SKIP_WITHOUT_SHARED_DATA("models/" + c.name + ".onnx");
    const auto network =
        import_onnx(file_bytes(shared_data("models/" + c.name + ".onnx")), c.name, {.choice = 0});
    ASSERT_TRUE(network) << network.error().text;
    const std::size_t length = network->tensors[network->input].shape.elements();
    Values inputs = c.recorded ? recorded_inputs(c.name) : normal(c.inputs * length, 11);
    inputs.resize(c.inputs * length);
    const auto agreement = [&](LayerBits bits) {
      return compare(*network, quantised_or_fail(*network, inputs, {.bits = bits}), inputs);
    };
    const Agreement fine = agreement({.activation = 16});
    const Agreement byte = agreement({});
    const Agreement coarse = agreement({.weight = 4});
    const double least = 48.0 - 12.0 - 10.0 * std::log10(2.0 * c.layers) - 6.0;
    RecordProperty(c.name, join(fine.decibels, " ", byte.decibels, " ", coarse.decibels));
    EXPECT_GT(byte.decibels, least);
    EXPECT_GT(fine.decibels, byte.decibels - 0.5);
    EXPECT_GT(byte.decibels, coarse.decibels + 6.0);
    EXPECT_GT(coarse.decibels, least - 24.0);
    EXPECT_EQ(fine.same_top, c.inputs);
    EXPECT_GE(byte.same_top, c.inputs - 1);
  }
}

}  // namespace
}  // namespace sunfleck
