#include "core/network/import_tflite.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/network/compile.h"
#include "tests/core/network/tflite_file.h"
#include "tests/support/mutate.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

using tflite_file::File;

TEST(ImportTflite, ReadsOneOfEachOperator) {
  const auto network = import_tflite(tflite_file::small().bytes(), "small");
  ASSERT_TRUE(network) << network.error().text;
  EXPECT_EQ(network->name, "small");
  ASSERT_EQ(network->layers.size(), 6U);
  const Layer& conv = network->layers[0];
  EXPECT_EQ(conv.op, Operator::conv_2d);
  EXPECT_EQ(conv.name, "a");
  EXPECT_EQ(conv.kernel_height, 2U);
  EXPECT_EQ(conv.weights, std::vector<std::int8_t>(16, 3));
  EXPECT_EQ(conv.bias, std::vector<std::int64_t>(2, 0));
  EXPECT_EQ(conv.activation_min, 0);  // RELU at a zero point of 0
  const Layer& depthwise = network->layers[1];
  EXPECT_EQ(depthwise.depth_multiplier, 2U);
  EXPECT_EQ(depthwise.weight_scales, (std::vector<float>{0.5F, 0.25F, 0.5F, 0.5F}));
  EXPECT_TRUE(depthwise.bias.empty());
  EXPECT_EQ(network->activations[network->layers[3].output].shape, (Shape{1, 1, 4}));
  EXPECT_EQ(network->activations[network->output].name, "f");
  EXPECT_TRUE(compile(*network, {}));
}

TEST(ImportTflite, ReadsTwoInputsAndConversions) {
  const auto network = import_tflite(tflite_file::branched().bytes(), "branched");
  ASSERT_TRUE(network) << network.error().text;
  ASSERT_EQ(network->layers.size(), 4U);
  const Layer& add = network->layers[1];
  EXPECT_EQ(add.op, Operator::add);
  EXPECT_EQ(add.input, 1U);
  EXPECT_EQ(add.input2, 0U);
  EXPECT_EQ(add.activation_min, 0);  // RELU
  EXPECT_EQ(network->layers[2].op, Operator::max_pool_2d);
  EXPECT_EQ(network->layers[2].kernel_height, 2U);
  EXPECT_EQ(network->layers[3].op, Operator::quantize);
  EXPECT_EQ(network->activations[4].zero_point, -5);
  EXPECT_TRUE(compile(*network, {}));
}

TEST(ImportTflite, ReadsActivationsOf16Bits) {
  File wide = tflite_file::branched_wide();
  wide.tensors[1].scales = {64.0F};  // room for the large bias
  const auto network = import_tflite(wide.bytes(), "wide");
  ASSERT_TRUE(network) << network.error().text;
  for (const Activation& activation : network->activations)
    EXPECT_EQ(activation.bits, 16U);
  EXPECT_EQ(network->layers[0].bias, (std::vector<std::int64_t>{0x1'0000'0005, -1}));
  EXPECT_EQ(network->layers[0].activation_min, -32768);
  EXPECT_EQ(network->layers[1].activation_min, 0);
  EXPECT_EQ(network->layers[1].activation_max, 32767);
  EXPECT_TRUE(compile(*network, {}));
  File narrowed = tflite_file::branched_wide();
  narrowed.tensors[4].type = tflite_file::int8;
  EXPECT_TRUE(import_tflite(narrowed.bytes(), "narrowed"));
  File narrow_bias = tflite_file::branched_wide();
  narrow_bias.tensors[6].type = tflite_file::int32;
  EXPECT_EQ(
      import_tflite(narrow_bias.bytes(), "net").error().text,
      "net: operator 0 (CONV_2D): tensor 'conv/b' is INT32; the firmware executes INT64 there");
}

// Two weights a byte, the first in the low half: 0x21, 0xF8 are 1, 2, -8, -1.
TEST(ImportTflite, UnpacksWeightsOf4Bits) {
  File file = tflite_file::branched();
  file.tensors[5].type = tflite_file::int4;
  file.tensors[5].data = {0x21, 0xF8};
  const auto network = import_tflite(file.bytes(), "net");
  ASSERT_TRUE(network) << network.error().text;
  EXPECT_EQ(network->layers[0].weight_bits, 4U);
  EXPECT_EQ(network->layers[0].weights, (std::vector<std::int8_t>{1, 2, -8, -1}));

  // No kernel has packed depthwise weights; they are executed as int8.
  File depthwise = tflite_file::small();
  depthwise.tensors[9].type = tflite_file::int4;
  depthwise.tensors[9].data.resize(18, 0x7F);
  const auto unpacked = import_tflite(depthwise.bytes(), "net");
  ASSERT_TRUE(unpacked) << unpacked.error().text;
  EXPECT_EQ(unpacked->layers[1].weight_bits, 8U);
  EXPECT_EQ(unpacked->layers[1].weights[0], 3);
}

TEST(ImportTflite, LeavesConversionsFromAndToFloatsAtTheEndsOut) {
  File file = tflite_file::branched();
  file.tensors.push_back({.name = "floats", .shape = {1, 4, 4, 2}, .type = tflite_file::float32});
  file.tensors.push_back({.name = "result", .shape = {1, 3, 3, 2}, .type = tflite_file::float32});
  file.operators.insert(
      file.operators.begin(), {.code = tflite_file::quantize, .inputs = {7}, .outputs = {0}});
  file.operators.push_back({.code = tflite_file::dequantize, .inputs = {4}, .outputs = {8}});
  file.inputs = {7};
  file.outputs = {8};
  const auto network = import_tflite(file.bytes(), "net");
  ASSERT_TRUE(network) << network.error().text;
  EXPECT_EQ(network->layers.size(), 4U);
  EXPECT_EQ(network->activations[network->input].name, "in");
  EXPECT_EQ(network->activations[network->output].name, "d");

  file.operators[2].inputs = {1, 7};  // a second reader of the floats
  EXPECT_EQ(
      import_tflite(file.bytes(), "net").error().text,
      "net: operator 2 (ADD): reads tensor 'floats', which nothing writes before it");
}

TEST(ImportTflite, ReadsBytesFromAnyAddress) {
  const std::vector<std::uint8_t> bytes = tflite_file::small().bytes();
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<std::uint8_t> moved(shift, 0);
    moved.insert(moved.end(), bytes.begin(), bytes.end());
    EXPECT_TRUE(import_tflite(std::span(moved).subspan(shift), "moved"));
  }
}

TEST(ImportTflite, SaysWhatIsNotSupported) {
  struct Case {
    void (*change)(File& file);
    const char* text;
  };
  // clang-format off
  const Case cases[] = {
      {[](File& f) { f.operators[3].code = 18; },
       "net: operator 3 is MUL, which the firmware cannot execute"},
      {[](File& f) { f.operators[5].code = 150; },
       "net: operator 5 is GELU, which the firmware cannot execute"},
      {[](File& f) { f.operators[5].code = 4711; },
       "net: operator 5 is builtin operator 4711, which the firmware cannot execute"},
      {[](File& f) { f.operators[1].code = tflite_file::custom; },
       "net: operator 1 is the custom operator 'Mystery', which the firmware cannot execute"},
      {[](File& f) { f.version = 2; }, "net: has schema version 2; this program reads version 3"},
      {[](File& f) { f.inputs = {0, 1}; },
       "net: has 2 inputs and 1 outputs; the firmware executes one of each"},
      {[](File& f) { f.tensors[0].type = tflite_file::float32; },
       "net: input: tensor 'in' is FLOAT32 while weights are quantised: the firmware executes no hybrid networks; quantise the activations too"},
      {[](File& f) { f.tensors[0].type = f.tensors[7].type = tflite_file::float32; },
       "net: input: tensor 'in' is FLOAT32; the firmware executes INT8 and INT16 there"},
      {[](File& f) { f.tensors[1].type = tflite_file::float32; },
       "net: operator 0 (CONV_2D): tensor 'a' is FLOAT32; the firmware executes INT8 and INT16 there"},
      {[](File& f) { f.tensors[7].type = tflite_file::int16; },
       "net: operator 0 (CONV_2D): tensor 'conv/w' is INT16; the firmware executes INT8 there"},
      {[](File& f) { f.operators[3].code = tflite_file::add; f.operators[3].inputs = {3, 11}; },
       "net: operator 3 (ADD): reads tensor 'shape', a constant; the firmware executes activations there"},
      {[](File& f) { f.operators[3].code = tflite_file::add; f.operators[3].inputs = {3, 0}; },
       "net: operator 3 (ADD): adds tensor 'c' and tensor 'in' of different shapes; the firmware broadcasts nothing"},
      {[](File& f) { f.operators[3].code = tflite_file::add; f.operators[3].inputs = {3, 3}; f.operators[3].options.activation = 4; f.tensors[4].shape = {1, 1, 1, 4}; },
       "net: operator 3 (ADD): has the fused activation TANH, which the firmware cannot execute"},
      {[](File& f) { f.tensors[8].type = 4; },
       "net: operator 0 (CONV_2D): tensor 'conv/b' is INT64; the firmware executes INT32 there"},
      {[](File& f) { f.tensors[0].shape[0] = 8; },
       "net: input: tensor 'in' has a batch of 8; the firmware executes one input at a time"},
      {[](File& f) { f.tensors[0].shape[1] = -1; },
       "net: input: tensor 'in' has no fixed size in dimension 1; the firmware executes fixed sizes only"},
      {[](File& f) { f.tensors[0].signature[2] = -1; },
       "net: input: tensor 'in' has no fixed size in dimension 2; the firmware executes fixed sizes only"},
      {[](File& f) { f.tensors[1].shape = {1, 1, 3, 3, 2}; },
       "net: operator 0 (CONV_2D): tensor 'a' has 5 dimensions; the firmware executes 1 to 4"},
      {[](File& f) { f.tensors[1].shape = {1, 60000, 60000, 2}; },
       "net: operator 0 (CONV_2D): tensor 'a' has more than 2147483647 elements"},
      {[](File& f) { f.tensors[1].scales = {0.5F, 0.5F}; },
       "net: operator 0 (CONV_2D): tensor 'a' is not quantised with one scale for all of it"},
      {[](File& f) { f.operators[0].options.dilation_w = 2; },
       "net: operator 0 (CONV_2D): has a dilation of 1 x 2; the firmware executes 1 x 1"},
      {[](File& f) { f.operators[0].options.activation = 4; },
       "net: operator 0 (CONV_2D): has the fused activation TANH, which the firmware cannot execute"},
      {[](File& f) { f.operators[0].options.padding = 7; },
       "net: operator 0 (CONV_2D): has padding 7, which is neither SAME nor VALID"},
      {[](File& f) { f.tensors[7].shape = {2, 2, 2, 1}; },
       "net: operator 0 (CONV_2D): has a filter of 1 channels over an input of 2; the firmware executes no groups"},
      {[](File& f) { f.tensors[9].zero_points = {0, 0, 5, 0}; },
       "net: operator 1 (DEPTHWISE_CONV_2D): tensor 'depth/w' has a zero point of 5; the firmware executes symmetric weights only"},
      {[](File& f) { f.operators[4].options.weights_format = 1; },
       "net: operator 4 (FULLY_CONNECTED): has shuffled weights, which the firmware cannot execute"},
      {[](File& f) { f.tensors[10].shape = {3, 2}; },
       "net: operator 4 (FULLY_CONNECTED): has a batch of 2; the firmware executes one input at a time"},
  };
  // clang-format on
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    File file = tflite_file::small();
    c.change(file);
    const auto network = import_tflite(file.bytes(), "net");
    ASSERT_FALSE(network);
    EXPECT_EQ(network.error().text, c.text);
    EXPECT_EQ(network.error().code, Errc::unsupported);
  }
}

TEST(ImportTflite, SaysWhatIsWrongWithADamagedFile) {
  struct Case {
    void (*change)(File& file);
    const char* text;
  };
  // clang-format off
  const Case cases[] = {
      {[](File& f) { f.graph = false; }, "net: holds no graph"},
      {[](File& f) { f.operators.clear(); }, "net: output: nothing writes tensor 'f'"},
      {[](File& f) { f.inputs = {99}; }, "net: input: refers to tensor 99 of 12"},
      {[](File& f) { f.outputs = {-5}; }, "net: output: refers to tensor -5 of 12"},
      {[](File& f) { f.outputs = {11}; }, "net: output: nothing writes tensor 'shape'"},
      {[](File& f) { f.operators[2].opcode_index = 6; }, "net: operator 2 has operator code 6 of 6"},
      {[](File& f) { f.operators[2].inputs = {}; },
       "net: operator 2 (AVERAGE_POOL_2D): has 0 inputs and 1 outputs, as this operator never has"},
      {[](File& f) { f.operators[2].outputs = {3, 4}; },
       "net: operator 2 (AVERAGE_POOL_2D): has 1 inputs and 2 outputs, as this operator never has"},
      {[](File& f) { f.operators[1].inputs[1] = -1; },
       "net: operator 1 (DEPTHWISE_CONV_2D): refers to tensor -1 of 12"},
      {[](File& f) { f.operators[1].inputs[0] = 5; },
       "net: operator 1 (DEPTHWISE_CONV_2D): reads tensor 'e', which nothing writes before it"},
      {[](File& f) { f.operators[1].outputs[0] = 1; },
       "net: operator 1 (DEPTHWISE_CONV_2D): tensor 'a' is written a second time"},
      {[](File& f) { f.tensors[0].scales = {-0.5F}; },
       "net: input: tensor 'in' has a scale of -0.5, which is not a positive number"},
      {[](File& f) { f.tensors[0].zero_points = {128}; },
       "net: input: tensor 'in' has a zero point of 128, which is not an int8"},
      {[](File& f) { f.tensors[0].type = tflite_file::int16; f.tensors[0].zero_points = {1}; },
       "net: input: tensor 'in' is INT16 and has a zero point of 1, which must be 0"},
      {[](File& f) { f.tensors[0].type = tflite_file::int16; f.tensors[8].type = tflite_file::int64; f.tensors[8].data.resize(16); },
       "net: layer 0 (CONV_2D) makes 8 bits of 16; QUANTIZE alone does that"},
      {[](File& f) { f.tensors[7].type = tflite_file::int4; },
       "net: operator 0 (CONV_2D): tensor 'conv/w' has 16 bytes of data and needs 8"},
      {[](File& f) { f.tensors[7].buffer = 77; },
       "net: operator 0 (CONV_2D): tensor 'conv/w' refers to buffer 77 of 12"},
      {[](File& f) { f.tensors[7].data.pop_back(); },
       "net: operator 0 (CONV_2D): tensor 'conv/w' has 15 bytes of data and needs 16"},
      {[](File& f) { f.tensors[7].data.clear(); },
       "net: operator 0 (CONV_2D): tensor 'conv/w' has 0 bytes of data and needs 16"},
      {[](File& f) { f.tensors[8].data.resize(12); },
       "net: operator 0 (CONV_2D): tensor 'conv/b' has 12 bytes of data and needs 8"},
      {[](File& f) { f.tensors[8].scales = {0.5F}; },
       "net: operator 0 (CONV_2D): tensor 'conv/b' has a scale of 0.5 where input and weights give 0.25"},
      {[](File& f) { f.tensors[7].shape = {2, 8}; },
       "net: operator 0 (CONV_2D): has a filter of 2 dimensions, not 4"},
      {[](File& f) { f.tensors[7].shape = {4, 2, 1, 2}; },
       "net: operator 0 (CONV_2D): has a filter for 4 channels and an output of 2"},
      {[](File& f) { f.tensors[9].quantized_dimension = 0; },
       "net: operator 1 (DEPTHWISE_CONV_2D): tensor 'depth/w' is quantised along dimension 0, not along that of the output channels"},
      {[](File& f) { f.tensors[9].scales = {0.5F, 0.5F}; },
       "net: operator 1 (DEPTHWISE_CONV_2D): tensor 'depth/w' has 2 scales and needs 1 or 4"},
      {[](File& f) { f.tensors[9].scales[3] = 0.0F; },
       "net: layer 1 (DEPTHWISE_CONV_2D) has a weight scale of 0, which is not a positive number"},
      {[](File& f) { f.operators[1].options.depth_multiplier = 3; },
       "net: operator 1 (DEPTHWISE_CONV_2D): has a depth multiplier of 3 and makes 4 channels of 2"},
      {[](File& f) { f.operators[0].options.stride_h = 0; },
       "net: operator 0 (CONV_2D): has a stride height of 0, not 1 to 65535"},
      {[](File& f) { f.operators[2].options.filter_width = -3; },
       "net: operator 2 (AVERAGE_POOL_2D): has a filter width of -3, not 1 to 65535"},
      {[](File& f) { f.operators[0].options.padding = 0; },
       "net: operator 0 (CONV_2D): has an output of 3 x 3; its input and window give 4 x 4"},
      {[](File& f) { f.operators[0].options.present = false; },
       "net: operator 0 (CONV_2D): has no options"},
      {[](File& f) { f.tensors[4].shape = {1, 5}; },
       "net: operator 3 (RESHAPE): makes 5 elements of 4"},
      {[](File& f) { f.tensors[10].shape = {3, 5}; },
       "net: operator 4 (FULLY_CONNECTED): has 4 inputs and weights for 5"},
      {[](File& f) { f.tensors[6].shape = {1, 3, 1}; },
       "net: operator 5 (SOFTMAX): has an output of another shape than its input"},
      {[](File& f) { f.tensors[5].shape = {1, 4}; },
       "net: operator 4 (FULLY_CONNECTED): has weights for 3 outputs and an output of 4"},
      {[](File& f) { f.tensors[4].scales = {0.25F}; },
       "net: layer 3 (RESHAPE) changes scale or zero point, which a reshape cannot do"},
      {[](File& f) { f.tensors[3].zero_points = {1}; f.tensors[4].zero_points = {1}; },
       "net: layer 2 (AVERAGE_POOL_2D) changes scale or zero point, which a pool cannot do"},
      {[](File& f) { f.tensors[6].zero_points = {0}; },
       "net: layer 5 (SOFTMAX) has an output of scale 0.00390625 and zero point 0; the kernel makes 1/256 and -128"},
  };
  // clang-format on
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    File file = tflite_file::small();
    c.change(file);
    const auto network = import_tflite(file.bytes(), "net");
    ASSERT_FALSE(network);
    EXPECT_EQ(network.error().text, c.text);
    EXPECT_EQ(network.error().code, Errc::invalid_argument);
  }
}

TEST(ImportTflite, SaysWhenItIsNoTfliteFile) {
  const std::vector<std::uint8_t> good = tflite_file::small().bytes();
  const std::string no_mark = "net: is not a TFLite file: its mark 'TFL3' is missing";
  EXPECT_EQ(import_tflite({}, "net").error().text, no_mark);
  EXPECT_EQ(import_tflite(std::span(good).first(7), "net").error().text, no_mark);
  EXPECT_EQ(import_tflite(std::vector<std::uint8_t>(100, 'x'), "net").error().text, no_mark);
  const auto cut = import_tflite(std::span(good).first(good.size() / 2), "net");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().text, "net: is damaged: parts of it lie outside the file or overlap");
}

TEST(ImportTflite, WritesStrangeNamesInPrintableAscii) {
  File file = tflite_file::small();
  file.tensors[0].name = "a\n\xFF'" + std::string(500, 'b');
  file.tensors[0].scales = {0.0F};
  const auto network = import_tflite(file.bytes(), "net");
  ASSERT_FALSE(network);
  EXPECT_EQ(
      network.error().text,
      "net: input: tensor 'a?"
      "?'" +
          std::string(116, 'b') + "' has a scale of 0, which is not a positive number");
}

// A file of n operators that all point at one filter would make n copies of it.
TEST(ImportTflite, BoundsTheCopiesOfSharedConstants) {
  File file;
  file.inputs = {0};
  file.tensors.push_back(
      {.name = "w", .shape = {100, 100}, .data = std::vector<std::uint8_t>(10000, 1)});
  file.tensors.insert(file.tensors.begin(), {.name = "in", .shape = {1, 100}});
  for (std::int32_t i = 0; i < 20; ++i) {
    file.tensors.push_back({.name = "out", .shape = {1, 100}});
    file.operators.push_back(
        {.code = tflite_file::fully_connected,
         .inputs = {i == 0 ? 0 : i + 1, 1},
         .outputs = {i + 2}});
  }
  file.outputs = {21};
  const auto network = import_tflite(file.bytes(), "net");
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().code, Errc::unsupported);
  EXPECT_NE(
      network.error().text.find(
          "operators share constants so often that their copies exceed 8 times"),
      std::string::npos)
      << network.error().text;
}

TEST(ImportTflite, TakesTheNetworksItShould) {
  for (const std::string name :
       {"kws_ref_model", "micro_speech_quantized", "str_ww_ref_model", "hello_world_int8",
        "pretrainedResnet_quant"}) {
    SCOPED_TRACE(name);
    SKIP_WITHOUT_SHARED_DATA("models/" + name + ".tflite");
    const auto network = import_tflite(file_bytes(shared_data("models/" + name + ".tflite")), name);
    ASSERT_TRUE(network) << network.error().text;
    const auto compiled = compile(*network, {});
    EXPECT_TRUE(compiled) << compiled.error().text;
  }
}

TEST(ImportTflite, NamesWhyItRefusesOtherNetworks) {
  struct Case {
    std::string name;
    const char* text;
  };
  const Case cases[] = {
      {"trained_lstm_int8",
       "net: operator 0 is UNIDIRECTIONAL_SEQUENCE_LSTM, which the firmware cannot execute"},
      {"vww_96_float",
       "net: input: tensor 'input_1' is FLOAT32; the firmware executes INT8 and INT16 there"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    SKIP_WITHOUT_SHARED_DATA("models/" + c.name + ".tflite");
    const auto network =
        import_tflite(file_bytes(shared_data("models/" + c.name + ".tflite")), "net");
    ASSERT_FALSE(network);
    EXPECT_EQ(network.error().text, c.text);
    EXPECT_EQ(network.error().code, Errc::unsupported);
  }
}

void expect_sentence(const Error& error) {
  EXPECT_TRUE(error.text.starts_with("net: ")) << error.text;
  EXPECT_FALSE(error.text.ends_with('.')) << error.text;
  for (const char c : error.text)
    ASSERT_TRUE(c >= ' ' && c <= '~') << error.text;
}

// Feeds `count` damaged copies; returns how many were still taken.
int feed_damaged(const std::vector<std::uint8_t>& original, int count, Random& random) {
  int taken = 0;
  for (int i = 0; i < count; ++i) {
    const std::vector<std::uint8_t> bytes = mutated(original, random);
    const auto network = import_tflite(bytes, "net");
    if (!network) {
      expect_sentence(network.error());
      continue;
    }
    ++taken;
    const auto compiled = compile(*network, {});
    if (!compiled) expect_sentence(compiled.error());
  }
  return taken;
}

TEST(ImportTflite, SurvivesDamagedFilesMadeByTheTest) {
  Random random(1);
  for (const File& file :
       {tflite_file::small(), tflite_file::branched(), tflite_file::branched_wide()}) {
    const int taken = feed_damaged(file.bytes(), 10'000, random);
    EXPECT_GT(taken, 100);
    EXPECT_LT(taken, 9'500);
  }
}

TEST(ImportTflite, SurvivesDamagedRealFiles) {
  Random random(2);
  for (const auto& [name, count] :
       {std::pair<std::string, int>{"kws_ref_model", 5'000},
        {"micro_speech_quantized", 5'000},
        {"hello_world_int8", 5'000},
        {"pretrainedResnet_quant", 1'000}}) {
    SCOPED_TRACE(name);
    SKIP_WITHOUT_SHARED_DATA("models/" + name + ".tflite");
    const auto original = file_bytes(shared_data("models/" + name + ".tflite"));
    EXPECT_GT(feed_damaged(original, count, random), 10);
  }
}

}  // namespace
}  // namespace sunfleck
