#include "core/network/import_onnx.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.h"
#include "core/network/evaluate_float.h"
#include "tests/core/network/onnx_file.h"
#include "tests/support/mutate.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using onnx_file::File;
using onnx_file::Sizes;
using onnx_file::Tensor;

// A convolution with a branch, a pool and a classifier.
File small() {
  File file;
  file.input = {1, 2, 6, 6};
  file.nodes = {
      {"Conv", {"x", "w", "b"}, {{.name = "pads", .integers = Sizes{1, 1, 1, 1}}}},
      {"Relu", {"t0"}},
      {"Conv", {"t1", "v"}, {{.name = "group", .integer = 4}}},
      {"MaxPool", {"t2"}, {{.name = "kernel_shape", .integers = Sizes{2, 2}}}},
      {"Add", {"t3", "t3"}},
      {"Reshape", {"t4", "shape"}},
      {"Gemm", {"t5", "m"}, {{.name = "transB", .integer = 1}}},
      {"Softmax", {"t6"}}};
  file.constants = {
      {.name = "w", .sizes = {4, 2, 3, 3}, .reals = std::vector<float>(72, 0.25F)},
      {.name = "b", .sizes = {4}, .reals = {1, 2, 3, 4}, .raw = false},
      {.name = "v", .sizes = {4, 1, 3, 3}, .reals = std::vector<float>(36, -0.5F)},
      {.name = "shape", .sizes = {2}, .integers = {1, -1}},
      {.name = "m", .sizes = {3, 36}, .reals = std::vector<float>(108, 0.125F)}};
  return file;
}

TEST(ImportOnnx, ReadsLayersWithTheirNamesAndShapes) {
  const auto network = import_onnx(small().bytes(), "net", {});
  ASSERT_TRUE(network) << network.error().text;
  ASSERT_EQ(network->layers.size(), 8U);
  const FloatLayer& conv = network->layers[0];
  EXPECT_EQ(conv.op, FloatOperator::convolution);
  EXPECT_EQ(conv.name, "n0");
  EXPECT_EQ(conv.pad_top, 1U);
  EXPECT_EQ(conv.bias, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(network->tensors[conv.output].shape, (Shape{6, 6, 4}));
  EXPECT_EQ(network->layers[2].op, FloatOperator::depthwise_convolution);
  EXPECT_EQ(network->tensors[network->layers[3].output].shape, (Shape{3, 3, 4}));
  EXPECT_EQ(network->tensors[network->layers[5].output].shape, (Shape{1, 1, 36}));
  EXPECT_EQ(network->tensors[network->output].shape, (Shape{1, 1, 3}));
  // The clamp goes into the convolution before it.
  EXPECT_EQ(folded(*network).layers.size(), 7U);
  EXPECT_EQ(folded(*network).layers[0].low, 0.0F);
}

TEST(ImportOnnx, TakesAnOpenBatchAsOne) {
  File file = small();
  file.input[0] = -1;
  EXPECT_TRUE(import_onnx(file.bytes(), "net", {}));
}

TEST(ImportOnnx, LeavesOutWhatTheOutputDoesNotNeed) {
  File file = small();
  file.nodes.push_back({"Einsum", {"x"}});
  file.outputs = {"t7"};
  const auto network = import_onnx(file.bytes(), "net", {});
  ASSERT_TRUE(network) << network.error().text;
  EXPECT_EQ(network->layers.size(), 8U);
}

TEST(ImportOnnx, NamesTheNodeThatItRefusesAndWhy) {
  struct Case {
    const char* text;
    void (*spoil)(File& file);
  };
  const Case cases[] = {
      {"net: node 7 'n7' (Sigmoid): is an operator that the firmware cannot execute",
       [](File& f) { f.nodes[7].type = "Sigmoid"; }},
      {"net: node 7 'n7' (Softmax): is an operator of 'com.example', which this program does not "
       "know",
       [](File& f) { f.nodes[7].domain = "com.example"; }},
      {"net: node 0 'n0' (Conv): has dilations of 2 x 2; this program executes 1",
       [](File& f) {
         f.nodes[0].attributes.push_back({.name = "dilations", .integers = Sizes{2, 2}});
       }},
      {"net: node 0 'n0' (Conv): has padding of 3 and 1 around a kernel of 3, which leaves windows "
       "without input",
       [](File& f) {
         f.nodes[0].attributes[0].integers = Sizes{3, 1, 1, 1};
       }},
      {"net: node 0 'n0' (Conv): has pads of -1 x 1, not 0 to 65535",
       [](File& f) {
         f.nodes[0].attributes[0].integers = Sizes{-1, 1, 1, 1};
       }},
      {"net: node 2 'n2' (Conv): has 2 groups on 4 channels; the firmware executes 1, or one for "
       "each channel",
       [](File& f) { f.nodes[2].attributes[0].integer = 2; }},
      {"net: node 2 'n2' (Conv): attribute 'group' is FLOAT where INT was wanted",
       [](File& f) { f.nodes[2].attributes[0] = {.name = "group", .real = 4.0F}; }},
      {"net: node 0 'n0' (Conv): tensor 'w' has 284 bytes of data and needs 288",
       [](File& f) { f.constants[0].reals.pop_back(); }},
      {"net: node 0 'n0' (Conv): tensor 'b' has 3 elements of data and needs 4",
       [](File& f) { f.constants[1].reals.pop_back(); }},
      {"net: node 0 'n0' (Conv): tensor 'w' has sizes that give no number from 0 to 16777216",
       [](File& f) {
         f.constants[0].sizes = {1LL << 33, 1LL << 33, 3, 3};
       }},
      {"net: node 0 'n0' (Conv): tensor 'w' has its data in another file; save the network in one "
       "file",
       [](File& f) { f.constants[0].external = true; }},
      {"net: node 0 'n0' (Conv): tensor 'w' is FLOAT16; float networks have FLOAT and INT64",
       [](File& f) { f.constants[0].type = 10; }},
      {"net: node 0 'n0' (Conv): tensor 'w' has an element that is not finite",
       [](File& f) { f.constants[0].reals[5] = std::numeric_limits<float>::quiet_NaN(); }},
      {"net: node 1 'n1' (Relu): reads 'nothing', which nothing writes before it",
       [](File& f) { f.nodes[1].inputs = {"nothing"}; }},
      {"net: node 2 'n2' (Conv): writes 't1', which has a value already",
       [](File& f) {
         f.nodes[2].output = "t1";
         f.nodes[3].inputs = {"t1"};
       }},
      {"net: node 5 'n5' (Reshape): makes 1 x 35 of 1 x 4 x 3 x 3",
       [](File& f) {
         f.constants[3].integers = {1, 35};
       }},
      {"net: node 6 'n6' (Gemm): multiplies 1 x 36 by 4 x 27; the firmware multiplies a vector by "
       "a "
       "matrix of its length",
       [](File& f) {
         f.constants[4].sizes = {4, 27};
       }},
      {"net: node 4 'n4' (Add): adds 1 x 4 x 3 x 3 and 1 x 4 x 4 x 4; the firmware adds tensors of "
       "one shape",
       [](File& f) {
         f.nodes[4].inputs = {"t3", "t2"};
       }},
      {"net: has 2 outputs; the firmware executes one",
       [](File& f) {
         f.outputs = {"t6", "t7"};
       }},
      {"net: has operator set 6; this program reads those from 7", [](File& f) { f.opset = 6; }},
      {"net: input 'x': is not a tensor of FLOAT", [](File& f) { f.input_type = 2; }},
      {"net: input 'x': a tensor of 2 x 2 x 6 x 6; the firmware executes a batch of 1",
       [](File& f) { f.input[0] = 2; }},
      {"net: input 'x': a tensor of 1 x 2 x 4294967296 x 4294967296; its elements must be 1 to "
       "16777216",
       [](File& f) {
         f.input = {1, 2, 1LL << 32, 1LL << 32};
       }},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    File file = small();
    c.spoil(file);
    const auto network = import_onnx(file.bytes(), "net", {});
    ASSERT_FALSE(network);
    EXPECT_EQ(network.error().text, c.text);
  }
}

TEST(ImportOnnx, SaysWhatIsNoOnnxFile) {
  const std::string text = "net: is no ONNX file, or a damaged one";
  EXPECT_EQ(import_onnx({}, "net", {}).error().text, text);
  EXPECT_EQ(import_onnx(std::vector<std::uint8_t>(100, 'x'), "net", {}).error().text, text);
  const auto good = small().bytes();
  EXPECT_EQ(import_onnx(std::span(good).first(good.size() - 7), "net", {}).error().text, text);
}

// A file of n nodes that all read one matrix would make n copies of it.
TEST(ImportOnnx, BoundsTheCopiesOfSharedConstants) {
  File file;
  file.input = {1, 300};
  file.constants = {{.name = "w", .sizes = {300, 300}, .reals = std::vector<float>(90'000, 0.1F)}};
  for (int i = 0; i < 100; ++i)
    file.nodes.push_back({"MatMul", {i == 0 ? "x" : "t" + std::to_string(i - 1), "w"}});
  const auto network = import_onnx(file.bytes(), "net", {});
  ASSERT_FALSE(network);
  EXPECT_NE(
      network.error().text.find(
          "nodes share constants so often that their copies exceed 8 times the file"),
      std::string::npos)
      << network.error().text;
}

// The gate: an ArgMax picks a row of factors for the channels.
File gated() {
  File file;
  file.input = {1, 2, 1, 1};
  file.nodes = {
      {"Flatten", {"x"}},
      {"ArgMax", {"t0"}, {{.name = "axis", .integer = 1}, {.name = "keepdims", .integer = 0}}},
      {"Gather", {"table", "t1"}, {{.name = "axis", .integer = 0}}},
      {"Unsqueeze", {"t2"}, {{.name = "axes", .integers = Sizes{2, 3}}}},
      {"Mul", {"t3", "x"}}};
  file.constants = {{.name = "table", .sizes = {3, 2}, .reals = {1, 1, 0, 5, 7, 0}}};
  file.opset = 11;
  return file;
}

TEST(ImportOnnx, ReplacesAChoiceByTheInputWithAFixedOne) {
  EXPECT_EQ(
      import_onnx(gated().bytes(), "net", {}).error().text,
      "net: node 1 'n1' (ArgMax): chooses a part of the network by the input, which the firmware "
      "cannot execute; with a fixed choice it can");
  const auto network = import_onnx(gated().bytes(), "net", {.choice = 1});
  ASSERT_TRUE(network) << network.error().text;
  const std::vector<float> x{3, 4};
  EXPECT_EQ(evaluate_float(*network, x)[network->output], (std::vector<float>{0, 20}));
  EXPECT_EQ(
      import_onnx(gated().bytes(), "net", {.choice = 3}).error().text,
      "net: node 2 'n2' (Gather): asks for row 3 of 3");
}

void expect_sentence(const Error& error) {
  EXPECT_TRUE(error.text.starts_with("net: ")) << error.text;
  EXPECT_FALSE(error.text.ends_with('.')) << error.text;
  for (const char c : error.text)
    ASSERT_TRUE(c >= ' ' && c <= '~') << error.text;
}

// Feeds `count` damaged copies; returns how many were still taken, and evaluates those.
int feed_damaged(const std::vector<std::uint8_t>& original, int count, Random& random) {
  int taken = 0;
  for (int i = 0; i < count; ++i) {
    const auto network = import_onnx(mutated(original, random), "net", {.choice = 0});
    if (!network) {
      expect_sentence(network.error());
      continue;
    }
    ++taken;
    const std::size_t elements = network->tensors[network->input].shape.elements();
    if (original.size() < 4096 && elements < 4096)
      evaluate_float(folded(*network), std::vector<float>(elements, 0.5F));
  }
  return taken;
}

TEST(ImportOnnx, SurvivesDamagedFilesMadeByTheTest) {
  Random random(1);
  const int taken =
      feed_damaged(small().bytes(), 20'000, random) + feed_damaged(gated().bytes(), 10'000, random);
  EXPECT_GT(taken, 100);
  EXPECT_LT(taken, 29'000);
}

constexpr const char* real_networks[] = {
    "NodPA_har_har_cnn-single", "NodPA_kws_kws-single", "NodPA_cifar10_resnet10-single"};

TEST(ImportOnnx, SurvivesDamagedRealFiles) {
  Random random(2);
  for (const std::string name : real_networks) {
    SCOPED_TRACE(name);
    SKIP_WITHOUT_SHARED_DATA("models/" + name + ".onnx");
    EXPECT_GT(feed_damaged(file_bytes(shared_data("models/" + name + ".onnx")), 1'000, random), 10);
  }
}

TEST(ImportOnnx, SaysWhereARealNetworkChoosesByItsInputAndTakesAFixedChoice) {
  struct Case {
    const char* name;
    const char* refused;
    std::size_t layers;  // counted by hand in the listing of the file's nodes, after folding
  };
  const Case cases[] = {
      {"NodPA_har_har_cnn-single", "net: node 6 '/conv1/decision_head/ArgMax' (ArgMax): ", 9},
      {"NodPA_kws_kws-single", "net: node 5 '/conv1/decision_head/ArgMax' (ArgMax): ", 7},
      {"NodPA_cifar10_resnet10-single",
       "net: node 6 '/layers/layers.0/layers.0.0/decision_head/ArgMax' (ArgMax): ", 18},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    SKIP_WITHOUT_SHARED_DATA("models/" + std::string(c.name) + ".onnx");
    const auto bytes = file_bytes(shared_data("models/" + std::string(c.name) + ".onnx"));
    const auto refused = import_onnx(bytes, "net", {});
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().text.starts_with(c.refused)) << refused.error().text;
    for (std::uint32_t choice = 0; choice < 5; ++choice) {
      const auto network = import_onnx(bytes, "net", {.choice = choice});
      ASSERT_TRUE(network) << network.error().text;
      EXPECT_EQ(folded(*network).layers.size(), c.layers);
    }
  }
}

}  // namespace
}  // namespace sunfleck
