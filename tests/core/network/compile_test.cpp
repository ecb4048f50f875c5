#include "core/network/compile.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/network/demo_network.h"
#include "core/network/describe.h"
#include "core/network/import_tflite.h"
#include "core/network/quantise.h"
#include "tests/core/network/naive_inference.h"
#include "tests/core/network/random_network.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

Result<Network> model(const std::string& name) {
  return import_tflite(file_bytes(shared_data("models/" + name + ".tflite")), name);
}

const fw_image_header& header_of(const CompiledNetwork& compiled) {
  return *reinterpret_cast<const fw_image_header*>(compiled.image.data());
}

std::uint64_t rounded(std::uint64_t bytes) { return (bytes + 3) / 4 * 4; }

std::uint64_t elements_of(const fw_tile& tile) {
  return std::uint64_t{tile.out_y_end - tile.out_y} * (tile.out_x_end - tile.out_x) *
      (tile.out_c_end - tile.out_c);
}

// The products or additions of one tile, counted one output and one tap at a time.
std::uint64_t naive_work(const fw_layer& layer, const fw_tile& tile) {
  const std::uint64_t outputs = elements_of(tile);
  if (layer.op == FW_OP_FULLY_CONNECTED)
    return outputs * fw_tile_input_bytes(&layer, &tile) / layer.input.element_bytes;
  if (layer.op == FW_OP_SOFTMAX || layer.op == FW_OP_RESHAPE) return 0;
  if (layer.op == FW_OP_ADD || layer.op == FW_OP_QUANTIZE) return outputs;
  std::uint64_t taps = 0;
  for (std::int64_t y = tile.out_y; y < tile.out_y_end; ++y)
    for (std::int64_t x = tile.out_x; x < tile.out_x_end; ++x)
      for (std::int64_t ky = 0; ky < layer.kernel_height; ++ky)
        for (std::int64_t kx = 0; kx < layer.kernel_width; ++kx) {
          const std::int64_t iy = y * layer.stride_height + ky - layer.pad_top;
          const std::int64_t ix = x * layer.stride_width + kx - layer.pad_left;
          if (iy < 0 || iy >= layer.input.height || ix < 0 || ix >= layer.input.width) continue;
          ++taps;
        }
  const std::uint64_t each = layer.op == FW_OP_CONV_2D ? layer.input.channels : 1;
  return taps * (tile.out_c_end - tile.out_c) * each;
}

// Every output lies in exactly one tile, every tile is within the limits, and the counts are sums
// over the tiles.
void expect_sound_tiles(
    const fw_layer& layer, const LayerCounts& counts, const CompileOptions& options) {
  std::vector<int> covered(
      std::size_t{layer.output.height} * layer.output.width * layer.output.channels);
  const std::uint64_t patches = layer.op == FW_OP_ADD ? 2 : 1;
  std::uint64_t work = 0;
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  for (std::uint32_t i = 0; i < layer.tile_count; ++i) {
    const fw_tile tile = fw_tile_of(&layer, i);
    for (std::size_t y = tile.out_y; y < tile.out_y_end; ++y)
      for (std::size_t x = tile.out_x; x < tile.out_x_end; ++x)
        for (std::size_t c = tile.out_c; c < tile.out_c_end; ++c)
          ++covered[(y * layer.output.width + x) * layer.output.channels + c];
    if (layer.op == FW_OP_RESHAPE) continue;
    const std::uint64_t here = naive_work(layer, tile);
    const std::uint64_t outputs = fw_tile_output_bytes(&layer, &tile);
    const std::uint64_t inputs = fw_tile_input_bytes(&layer, &tile);
    const std::uint64_t memory =
        patches * rounded(inputs) + rounded(outputs) + fw_scratch_bytes(&layer);
    EXPECT_LE(memory, options.working_bytes);
    EXPECT_LE(memory, counts.working_bytes);
    EXPECT_TRUE(here <= options.tile_macs || elements_of(tile) == 1)
        << here << " in a tile of " << outputs;
    work += here;
    read += patches * inputs;
    written += outputs;
  }
  for (const int times : covered)
    ASSERT_EQ(times, 1);
  EXPECT_EQ(counts.macs + counts.additions, work);
  EXPECT_EQ(counts.nonvolatile_read, read);
  EXPECT_EQ(counts.nonvolatile_written, written);
  EXPECT_EQ(counts.tiles, layer.tile_count);
  EXPECT_GE(layer.tiles_per_commit, 1U);
}

TEST(Compile, KeepsTilesOfRandomNetworksWithinAnyLimitsAndCountsThemExactly) {
  Random random(11);
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const RandomNetwork made(seed);
    const CompileOptions options{
        .working_bytes = static_cast<std::uint32_t>(16 + random.below(2000)),
        .tile_macs = 1 + random.below(3000)};
    const auto compiled = compile(made.network(), options);
    if (!compiled) {
      ++refused;
      EXPECT_NE(compiled.error().text.find("bytes of working memory"), std::string::npos)
          << compiled.error().text;
      continue;
    }
    ASSERT_EQ(compiled->layers.size(), made.network().layers.size());
    for (std::uint32_t i = 0; i < compiled->layers.size(); ++i)
      expect_sound_tiles(*fw_image_layer(compiled->image.data(), i), compiled->layers[i], options);
    EXPECT_LE(compiled->working_bytes, options.working_bytes);
    EXPECT_EQ(header_of(*compiled).working_bytes, compiled->working_bytes);
    EXPECT_EQ(header_of(*compiled).scratch_bytes, compiled->scratch_bytes);
    EXPECT_EQ(
        fw_image_check(compiled->image.data(), static_cast<std::uint32_t>(compiled->image.size())),
        FW_IMAGE_OK);
  }
  EXPECT_LT(refused, 200);
}

// The products that a slow interpreter really makes while it executes the network.
TEST(Compile, CountsTheProductsThatExecutionMakes) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const RandomNetwork made(seed);
    const auto compiled = compile(made.network(), {});
    ASSERT_TRUE(compiled) << compiled.error().text;
    naive::Interpreter interpreter(made.network());
    interpreter.run(std::vector<std::uint8_t>(made.network().activations[0].bytes()));
    EXPECT_EQ(totals_of(*compiled).macs, interpreter.products);
  }
}

// kws_ref_model by hand. With padding it is the 2.66 M of the literature:
//   320,000 (25 x 5 x 64 x 40) + 4 x 72,000 (125 x 64 x 9) + 4 x 512,000 (125 x 64 x 64) + 768.
// Without: rows of the first layer see 6 + 8 + 20 * 10 + 9 + 7 + 5 = 235 frames, its columns
// 3 + 3 * 4 + 3 = 18 bands, so 235 * 18 * 64 = 270,720; the depthwise layers (25 * 3 - 2) *
// (5 * 3 - 2) * 64 = 60,736 each.
TEST(Compile, CountsTheKeywordModelAsByHand) {
  SKIP_WITHOUT_SHARED_DATA("models/kws_ref_model.tflite");
  const auto network = model("kws_ref_model");
  ASSERT_TRUE(network) << network.error().text;
  const auto compiled = compile(*network, {});
  ASSERT_TRUE(compiled) << compiled.error().text;
  const std::vector<LayerCounts>& layers = compiled->layers;
  ASSERT_EQ(layers.size(), 13U);
  EXPECT_EQ(layers[0].macs, 270'720U);
  EXPECT_EQ(layers[1].macs, 60'736U);
  EXPECT_EQ(layers[2].macs, 512'000U);
  EXPECT_EQ(layers[9].additions, 8'000U);
  EXPECT_EQ(layers[11].macs, 768U);
  EXPECT_EQ(totals_of(*compiled).macs, 270'720U + 4 * 60'736U + 4 * 512'000U + 768U);
  // Filters, then bias, multiplier and shift of 4 bytes for each channel.
  EXPECT_EQ(layers[0].weight_bytes, 64U * 40 + 64 * 12);
  // Two activations of 25 x 5 x 64 live at once.
  EXPECT_EQ(compiled->arena_bytes, 2 * 8'000U);
}

TEST(Compile, KeepsTilesOfRealNetworksWithinLimits) {
  for (const std::string name :
       {"kws_ref_model", "micro_speech_quantized", "str_ww_ref_model", "pretrainedResnet_quant"}) {
    SKIP_WITHOUT_SHARED_DATA("models/" + name + ".tflite");
    const auto network = model(name);
    ASSERT_TRUE(network) << network.error().text;
    for (const CompileOptions options :
         {CompileOptions{}, CompileOptions{.working_bytes = 8200, .tile_macs = 2000}}) {
      const auto compiled = compile(*network, options);
      ASSERT_TRUE(compiled) << compiled.error().text;
      for (std::uint32_t i = 0; i < compiled->layers.size(); ++i) {
        SCOPED_TRACE(join(name, " layer ", i));
        expect_sound_tiles(
            *fw_image_layer(compiled->image.data(), i), compiled->layers[i], options);
      }
    }
  }
}

// ResNet-8 by hand: 3 x 3 over 3 channels, padding included, is 32 x 32 x 16 x 27 = 442,368; of its
// windows along an axis of 32, 30 see three elements and 2 see two: 94 taps, 94 x 94 x 3 x 16. ADD
// reads two and writes one activation of 16,384.
TEST(Compile, CountsResNetAsByHand) {
  SKIP_WITHOUT_SHARED_DATA("models/pretrainedResnet_quant.tflite");
  const auto network = model("pretrainedResnet_quant");
  ASSERT_TRUE(network) << network.error().text;
  const auto compiled = compile(*network, {});
  ASSERT_TRUE(compiled) << compiled.error().text;
  const std::vector<LayerCounts>& layers = compiled->layers;
  EXPECT_EQ(layers[0].macs, 94U * 94 * 3 * 16);
  EXPECT_EQ(layers[3].op, Operator::add);
  EXPECT_EQ(layers[3].additions, 16'384U);
  EXPECT_EQ(layers[3].nonvolatile_read, 2 * 16'384U);
  EXPECT_EQ(layers[3].nonvolatile_written, 16'384U);
  EXPECT_EQ(compiled->arena_bytes, 3 * 16'384U);
}

// A board with 32 KB of RAM has 27 KB for the network beside 5 KB of state and stack. Tiles: enough
// that the half one repeated after a power failure is below a hundredth of an inference, so below 5
// % at five power cycles an inference; few enough for their commits to cost little.
TEST(Compile, FitsTheKeywordModelInto32KilobytesWithEveryStrategy) {
  SKIP_WITHOUT_SHARED_DATA("models/kws_ref_model.tflite");
  const auto network = model("kws_ref_model");
  ASSERT_TRUE(network) << network.error().text;
  const auto compiled = compile(*network, {});
  ASSERT_TRUE(compiled) << compiled.error().text;
  for (const Strategy strategy :
       {Strategy::restart, Strategy::layer, Strategy::tile, Strategy::voltage})
    EXPECT_LE(memory_of(*compiled, strategy).ram, (32U - 5U) * 1024U);
  EXPECT_EQ(memory_of(*compiled, Strategy::restart).nonvolatile, 0U);
  EXPECT_EQ(memory_of(*compiled, Strategy::restart).ram, 16'000U + compiled->scratch_bytes);
  EXPECT_EQ(memory_of(*compiled, Strategy::tile).ram, compiled->working_bytes);
  EXPECT_EQ(memory_of(*compiled, Strategy::tile).nonvolatile, 16'000U);
  EXPECT_EQ(memory_of(*compiled, Strategy::voltage).nonvolatile, 32'000U);
  EXPECT_GE(totals_of(*compiled).tiles, 50U);
  EXPECT_LE(totals_of(*compiled).tiles, 120U);
}

// 125 places of a 1 x 1 convolution stand in a row and are cut in fours; so are those of ADD.
TEST(Compile, CutsWhatIsComputedPlaceByPlaceWithoutHalo) {
  SKIP_WITHOUT_SHARED_DATA("models/kws_ref_model.tflite");
  const auto network = model("kws_ref_model");
  ASSERT_TRUE(network) << network.error().text;
  const auto compiled = compile(*network, {});
  ASSERT_TRUE(compiled) << compiled.error().text;
  const fw_layer& pointwise = *fw_image_layer(compiled->image.data(), 2);
  EXPECT_EQ(pointwise.input.height, 1);
  EXPECT_EQ(pointwise.input.width, 125);
  EXPECT_EQ(pointwise.tile_width % 4, 0);
  EXPECT_EQ(pointwise.tile_channels, 64U);
  EXPECT_EQ(compiled->layers[2].output, (Shape{25, 5, 64}));
  EXPECT_EQ(compiled->layers[2].nonvolatile_read, 8'000U);
}

std::int64_t number_at(const CompiledNetwork& compiled, std::size_t offset, std::size_t bytes) {
  std::int64_t value = 0;
  std::memcpy(&value, compiled.image.data() + offset, bytes);
  return bytes == 8 ? value : static_cast<std::int32_t>(value);
}

// Weight `index` of a filter that begins at `filter`.
std::int32_t weight_at(
    const CompiledNetwork& compiled, std::size_t filter, std::size_t index, bool packed) {
  if (!packed) return static_cast<std::int8_t>(compiled.image[filter + index]);
  const int half = compiled.image[filter + index / 2] >> (index % 2 * 4) & 15;
  return half > 7 ? half - 16 : half;
}

void expect_weights(const CompiledNetwork& compiled, const Layer& layer, const fw_layer& laid) {
  const bool packed = layer.weight_bits == 4;
  EXPECT_EQ(laid.weight_bits, layer.weight_bits);
  const std::size_t filters = layer.op == Operator::depthwise_conv_2d ? 1 : laid.output.channels;
  const std::size_t taps = layer.weights.size() / filters;
  const std::size_t filter_bytes = packed ? (taps + 1) / 2 : taps;
  for (std::size_t i = 0; i < layer.weights.size(); ++i)
    ASSERT_EQ(
        weight_at(compiled, laid.weights_offset + i / taps * filter_bytes, i % taps, packed),
        layer.weights[i]);
}

void expect_constants(
    const CompiledNetwork& compiled, const Network& network, std::uint32_t index) {
  const Layer& layer = network.layers[index];
  const Activation& in = network.activations[layer.input];
  const fw_layer& laid = *fw_image_layer(compiled.image.data(), index);
  const std::size_t bias_bytes = in.bits > 8 ? 8 : 4;
  expect_weights(compiled, layer, laid);
  for (std::size_t c = 0; c < laid.output.channels; ++c) {
    const FixedMultiplier wanted =
        fixed_multiplier(rescale_of(layer, in, network.activations[layer.output], c));
    EXPECT_EQ(
        number_at(compiled, laid.bias_offset + bias_bytes * c, bias_bytes),
        layer.bias.empty() ? 0 : layer.bias[c]);
    EXPECT_EQ(number_at(compiled, laid.multiplier_offset + 4 * c, 4), wanted.multiplier);
    EXPECT_EQ(number_at(compiled, laid.shift_offset + 4 * c, 4), wanted.shift);
  }
}

TEST(Compile, WritesConstantsWhereTheImageSaysTheyAre) {
  int packed = 0;
  int wide = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const RandomNetwork made(seed);
    const Network& network = made.network();
    const auto compiled = compile(network, {});
    ASSERT_TRUE(compiled) << compiled.error().text;
    const fw_image_header& header = header_of(*compiled);
    EXPECT_STREQ(header.name, "random");
    EXPECT_EQ(header.input_bytes, network.activations[network.input].bytes());
    EXPECT_EQ(header.output_bytes, network.activations[network.output].bytes());
    for (std::uint32_t i = 0; i < network.layers.size(); ++i) {
      const Layer& layer = network.layers[i];
      if (layer.weights.empty()) continue;
      expect_constants(*compiled, network, i);
      packed += layer.weight_bits == 4 ? 1 : 0;
      wide += network.activations[layer.input].bits > 8 ? 1 : 0;
    }
  }
  EXPECT_GT(packed, 20);
  EXPECT_GT(wide, 20);
}

// Scales 1/2 and 1/8 into 1/4. Twice the larger is 1: multipliers 1/2 and 1/8, and 1 / (2^20 / 4) =
// 2^-18; each is 2^30 times a power of two: shifts 0, -2 and -17.
TEST(Compile, PreparesAdditionsAsByHand) {
  Network network{.name = "net", .activations = {}, .layers = {}, .input = 0, .output = 2};
  for (const float scale : {0.5F, 0.125F, 0.25F})
    network.activations.push_back({.name = "x", .shape = {2, 3, 4}, .scale = scale});
  Layer first;
  first.op = Operator::quantize;
  first.output = 1;
  Layer add;
  add.op = Operator::add;
  add.input2 = 1;
  add.output = 2;
  network.layers = {first, add};
  const auto compiled = compile(network, {});
  ASSERT_TRUE(compiled) << compiled.error().text;
  const fw_layer& quantize = *fw_image_layer(compiled->image.data(), 0);
  EXPECT_EQ(number_at(*compiled, quantize.multiplier_offset, 4), 1 << 30);
  EXPECT_EQ(number_at(*compiled, quantize.shift_offset, 4), 3);  // 4 = 2^30 / 2^31 * 2^3
  const fw_layer& laid = *fw_image_layer(compiled->image.data(), 1);
  EXPECT_EQ(laid.left_shift, 20);
  const std::int32_t shifts[] = {0, -2, -17};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(number_at(*compiled, laid.multiplier_offset + 4 * i, 4), 1 << 30);
    EXPECT_EQ(number_at(*compiled, laid.shift_offset + 4 * i, 4), shifts[i]);
  }
  for (Activation& activation : network.activations)
    activation.bits = 16;
  const auto wide = compile(network, {});
  ASSERT_TRUE(wide) << wide.error().text;
  const fw_layer& wide_add = *fw_image_layer(wide->image.data(), 1);
  EXPECT_EQ(wide_add.left_shift, 15);
  EXPECT_EQ(number_at(*wide, wide_add.shift_offset + 8, 4), -12);
}

TEST(Compile, WritesTheTilesToACommitThatItIsTold) {
  Network network = demo_network();
  network.layers[1].tiles_per_commit = 3;
  const auto own = compile(network, {});
  ASSERT_TRUE(own) << own.error().text;
  EXPECT_EQ(fw_image_layer(own->image.data(), 0)->tiles_per_commit, 1U);
  EXPECT_EQ(fw_image_layer(own->image.data(), 1)->tiles_per_commit, 3U);
  EXPECT_EQ(own->layers[1].tiles_per_commit, 3U);
  const auto told = compile(network, {.tiles_per_commit = 4});
  ASSERT_TRUE(told) << told.error().text;
  for (std::uint32_t i = 0; i < network.layers.size(); ++i)
    EXPECT_EQ(fw_image_layer(told->image.data(), i)->tiles_per_commit, 4U);
}

TEST(Compile, RefusesMoreWorkingMemoryThanABoardGives) {
  EXPECT_TRUE(compile(demo_network(), {.working_bytes = 262'144}));
  const auto compiled = compile(demo_network(), {.working_bytes = 262'145});
  ASSERT_FALSE(compiled);
  EXPECT_EQ(
      compiled.error().text,
      "demo: 262145 bytes of working memory were given; a board gives at most 262144");
}

TEST(Compile, IsTheSameImageEveryTime) {
  EXPECT_EQ(compile(demo_network(), {})->image, compile(demo_network(), {})->image);
}

// A valid network of one layer, to be spoilt.
Network single(Operator op) {
  Network network{.name = "net", .activations = {}, .layers = {}, .input = 0, .output = 1};
  network.activations.assign(2, {.name = "x", .shape = {1, 1, 4}, .scale = 0.5F, .zero_point = 0});
  Layer layer;
  layer.op = op;
  layer.output = 1;
  if (op == Operator::fully_connected) {
    layer.weights.assign(16, 1);
    layer.weight_scales = {0.5F};
  }
  if (op == Operator::depthwise_conv_2d) {
    layer.weights.assign(4, 1);
    layer.weight_scales = {0.5F};
  }
  if (op == Operator::add) layer.input2 = 0;
  if (op == Operator::softmax) {
    network.activations[1].scale = 1.0F / 256.0F;
    network.activations[1].zero_point = -128;
  }
  network.layers.push_back(layer);
  return network;
}

TEST(Compile, SaysWhatItCannotLayOut) {
  struct Case {
    Operator op;
    void (*spoil)(Network& network);
    const char* text;
  };
  const auto pool = Operator::average_pool_2d;
  const auto dense = Operator::fully_connected;
  const auto softmax = Operator::softmax;
  const auto add = Operator::add;
  const auto quantize = Operator::quantize;
  // clang-format off
  const Case cases[] = {
      {pool, [](Network& n) { n.layers.clear(); }, "net: has 0 layers; an image has 1 to 256"},
      {pool, [](Network& n) { n.activations[0].shape.width = 0; }, "net: activation 0 'x' is empty"},
      {pool, [](Network& n) { n.activations[1].scale = 0.0F; },
       "net: activation 1 'x' has a scale of 0, which is not a positive number"},
      {pool, [](Network& n) { n.activations[1].zero_point = 128; },
       "net: activation 1 'x' has a zero point of 128, which is not an int8"},
      {pool, [](Network& n) { n.activations[1].shape.height = 70000; },
       "net: activation 1 'x' is 70000 x 1 x 4; at most 65535 x 65535 and 2147483647 elements fit an image"},
      {pool, [](Network& n) { n.layers[0].input = 9; },
       "net: layer 0 (AVERAGE_POOL_2D) uses an activation that does not exist"},
      {pool, [](Network& n) { n.layers[0].input = 1; },
       "net: layer 0 (AVERAGE_POOL_2D) reads an activation that nothing wrote before it"},
      {pool, [](Network& n) { n.layers[0].output = 0; },
       "net: layer 0 (AVERAGE_POOL_2D) writes an activation that was written before"},
      {pool, [](Network& n) { n.layers[0].activation_min = 3; n.layers[0].activation_max = 2; },
       "net: layer 0 (AVERAGE_POOL_2D) clamps its output to 3 to 2, which is no range of 8 bits"},
      {pool, [](Network& n) { n.layers[0].kernel_width = 0; },
       "net: layer 0 (AVERAGE_POOL_2D) has a kernel of 0 and a stride of 1 along its width; both must be 1 to 65535"},
      {pool, [](Network& n) { n.layers[0].pad_top = 1; },
       "net: layer 0 (AVERAGE_POOL_2D) has windows that lie outside its input along the height"},
      {pool, [](Network& n) { n.activations[1].scale = 0.25F; },
       "net: layer 0 (AVERAGE_POOL_2D) changes scale or zero point, which a pool cannot do"},
      {pool, [](Network& n) { n.output = 0; n.activations[0].shape.channels = 70000; n.activations[1].shape.channels = 70000; },
       "net: its output has 70000 bytes; a result record counts up to 65535"},
      {Operator::reshape, [](Network& n) { n.activations[1].shape.channels = 5; },
       "net: layer 0 (RESHAPE) makes 5 elements of 4"},
      {Operator::depthwise_conv_2d, [](Network& n) { n.layers[0].depth_multiplier = 2; },
       "net: layer 0 (DEPTHWISE_CONV_2D) makes 4 channels of 4 with a depth multiplier of 2"},
      {dense, [](Network& n) { n.layers[0].weights.pop_back(); },
       "net: layer 0 (FULLY_CONNECTED) has 15 weights and needs 16"},
      {dense, [](Network& n) { n.layers[0].weight_scales = {1.0F, 1.0F}; },
       "net: layer 0 (FULLY_CONNECTED) has 2 weight scales and needs 1 or 4"},
      {dense, [](Network& n) { n.layers[0].bias = {1}; },
       "net: layer 0 (FULLY_CONNECTED) has 1 biases and needs 4"},
      {dense, [](Network& n) { n.layers[0].weight_scales = {3e38F}; n.activations[0].scale = 3e38F; },
       "net: layer 0 (FULLY_CONNECTED): its scales are too large"},
      {dense, [](Network& n) { n.layers[0].bias = {0, 0, 2147483600, 0}; },
       "net: layer 0 (FULLY_CONNECTED): channel 2 can exceed the firmware's 32-bit accumulator: it sums up to 2147484108 and scales that by 0.5"},
      {dense, [](Network& n) { n.layers[0].bias = {-1 << 30, 0, 0, 0}; n.layers[0].weight_scales = {2.0F}; },
       "net: layer 0 (FULLY_CONNECTED): channel 0 can exceed the firmware's 32-bit accumulator: it sums up to 1073742336 and scales that by 2"},
      {dense, [](Network& n) { n.activations[0].bits = 9; },
       "net: activation 0 'x' has 9 bits; the firmware executes 8, 12 and 16"},
      {dense, [](Network& n) { n.activations[1].bits = 12; n.activations[1].zero_point = 1; },
       "net: activation 1 'x' has 12 bits and a zero point of 1; it must be 0"},
      {dense, [](Network& n) { n.activations[1].bits = 16; },
       "net: layer 0 (FULLY_CONNECTED) makes 16 bits of 8; QUANTIZE alone does that"},
      {dense, [](Network& n) { n.activations[0].bits = n.activations[1].bits = 12; n.layers[0].activation_max = 2048; },
       "net: layer 0 (FULLY_CONNECTED) clamps its output to -128 to 2048, which is no range of 12 bits"},
      {dense, [](Network& n) { n.layers[0].weight_bits = 4; n.layers[0].weights[5] = 8; },
       "net: layer 0 (FULLY_CONNECTED) has weights of 4 bits and one of 8; they hold -8 to 7"},
      {Operator::depthwise_conv_2d, [](Network& n) { n.layers[0].weight_bits = 4; },
       "net: layer 0 (DEPTHWISE_CONV_2D) has weights of 4 bits; the firmware executes 8, and 4 in CONV_2D and FULLY_CONNECTED"},
      {dense, [](Network& n) { n.layers[0].input2 = 0; },
       "net: layer 0 (FULLY_CONNECTED) has a second input, which ADD alone has"},
      {dense, [](Network& n) { n.layers[0].tiles_per_commit = 0; },
       "net: layer 0 (FULLY_CONNECTED) has 0 tiles to a commit; it needs 1 or more"},
      {dense, [](Network& n) { n.activations[0].bits = n.activations[1].bits = 16; n.layers[0].bias = {0, std::int64_t{1} << 47, 0, 0}; },
       "net: layer 0 (FULLY_CONNECTED): channel 1 can exceed the firmware's 48-bit accumulator: it sums up to 140737488486396 and scales that by 0.5"},
      {add, [](Network& n) { n.layers[0].input2.reset(); },
       "net: layer 0 (ADD) has no second input, which ADD alone has"},
      {add, [](Network& n) { n.layers[0].input2 = 7; },
       "net: layer 0 (ADD) uses an activation that does not exist"},
      {add, [](Network& n) { n.activations[1].shape.channels = 5; },
       "net: layer 0 (ADD) has an input and an output of different shapes; the firmware broadcasts nothing"},
      {add, [](Network& n) { n.activations[1].scale = 0x1p-24F; },
       "net: layer 0 (ADD): its output has a scale of 5.960464477539063e-08, too small to add what has scales of 0.5 and 0.5"},
      {quantize, [](Network& n) { n.activations[1].scale = 0x1p-26F; },
       "net: layer 0 (QUANTIZE): its input's scale is 33554432 times its output's, which the firmware's 32 bits do not hold"},
      {Operator::reshape, [](Network& n) { n.activations[0].bits = 12; n.activations[1].bits = 16; },
       "net: layer 0 (RESHAPE) makes 16 bits of 12, which a reshape cannot do"},
      {pool, [](Network& n) { n.activations[0].shape = {300, 300, 4}; n.layers[0].kernel_height = n.layers[0].kernel_width = 256; },
       "net: layer 0 (AVERAGE_POOL_2D) takes 256 x 256 elements for one output; the firmware takes 65535"},
      {softmax, [](Network& n) { n.activations[0].bits = n.activations[1].bits = 16; n.activations[1].zero_point = 0; },
       "net: layer 0 (SOFTMAX) reads 16 bits; the firmware executes 8 there"},
      {softmax, [](Network& n) { n.activations[1].scale = 0.5F; },
       "net: layer 0 (SOFTMAX) has an output of scale 0.5 and zero point -128; the kernel makes 1/256 and -128"},
      {softmax, [](Network& n) { n.layers[0].beta = 0.0F; },
       "net: layer 0 (SOFTMAX) has a beta of 0, which is not a positive number"},
      {softmax, [](Network& n) { n.layers[0].beta = 32.0F; },
       "net: layer 0 (SOFTMAX): beta times input scale is 16; the firmware executes 2^-26 to 16"},
  };
  // clang-format on
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    Network network = single(c.op);
    const auto sound = compile(network, {});
    ASSERT_TRUE(sound) << sound.error().text;
    c.spoil(network);
    const auto compiled = compile(network, {});
    ASSERT_FALSE(compiled);
    EXPECT_EQ(compiled.error().code, Errc::invalid_argument);
    EXPECT_EQ(compiled.error().text, c.text);
  }
}

TEST(Compile, SaysHowMuchWorkingMemoryTheSmallestTileNeeds) {
  // All 4 inputs and one output, each rounded to 4, and what the kernel wants besides.
  const Network network = single(Operator::fully_connected);
  const std::uint32_t needed = 8 + compile(network, {})->scratch_bytes;
  const auto dense = compile(network, {.working_bytes = needed - 1, .tile_macs = 1});
  ASSERT_FALSE(dense);
  EXPECT_EQ(
      dense.error().text,
      join(
          "net: layer 0 (FULLY_CONNECTED) needs ", needed,
          " bytes of working memory for its smallest tile; ", needed - 1, " are given"));
  EXPECT_TRUE(compile(network, {.working_bytes = needed, .tile_macs = 1}));
  EXPECT_FALSE(compile(single(Operator::softmax), {.working_bytes = 7, .tile_macs = 1}));
}

TEST(Compile, RefusesMoreTilesThanARecordCounts) {
  Network network = single(Operator::average_pool_2d);
  for (Activation& activation : network.activations)
    activation.shape = {300, 300, 1};
  network.activations.push_back(network.activations[1]);
  network.activations[2].shape = {1, 1, 1};
  Layer last = network.layers[0];
  last.input = 1;
  last.output = 2;
  last.kernel_height = last.kernel_width = 255;
  network.layers.push_back(last);
  network.output = 2;
  EXPECT_TRUE(compile(network, {.working_bytes = 1 << 18, .tile_macs = 104}));
  const auto compiled = compile(network, {.working_bytes = 1 << 18, .tile_macs = 1});
  ASSERT_FALSE(compiled);
  EXPECT_EQ(
      compiled.error().text,
      "net: layer 0 (AVERAGE_POOL_2D) would be cut into 90000 tiles, and a record counts 65535; "
      "allow larger ones");
}

}  // namespace
}  // namespace sunfleck
