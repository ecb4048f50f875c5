#include "core/network/evaluate_float.h"

#include <gtest/gtest.h>

#include "core/network/import_onnx.h"
#include "tests/core/network/onnx_file.h"

namespace sunfleck {
namespace {

using onnx_file::Attribute;
using onnx_file::File;
using onnx_file::Sizes;
using onnx_file::Tensor;
using Values = std::vector<float>;

// (i * factor) % modulus - offset: small whole numbers, so that float sums are exact.
Values series(std::size_t count, int factor, int modulus, int offset) {
  Values values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>((static_cast<int>(i) * factor) % modulus - offset));
  return values;
}

Attribute ints(const char* name, Sizes values) {
  return {.name = name, .integers = std::move(values)};
}
Attribute number(const char* name, std::int64_t value) { return {.name = name, .integer = value}; }

struct Case {
  const char* name;
  File file;
  Values input;
  Values output;
};

void expect_cases(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto network = import_onnx(c.file.bytes(), "net", {});
    ASSERT_TRUE(network) << network.error().text;
    for (const FloatNetwork& form : {*network, folded(*network)}) {
      const auto values = evaluate_float(form, c.input);
      ASSERT_EQ(values[form.output].size(), c.output.size());
      for (std::size_t i = 0; i < c.output.size(); ++i)
        EXPECT_NEAR(values[form.output][i], c.output[i], 1e-5) << "element " << i;
    }
  }
}

// 2 channels of 4 x 5.
const Sizes input_sizes{1, 2, 4, 5};
const Values input = series(40, 7, 11, 5);

// Expected values in this file come from a program in Python that pads nested lists and sums over
// windows, written from ONNX's operator definitions without this project's code.
TEST(EvaluateFloat, ConvolvesAsOnnxDefinesIt) {
  const Tensor conv{.name = "w", .sizes = {3, 2, 3, 2}, .reals = series(36, 5, 7, 3)};
  const Tensor bias{.name = "b", .sizes = {3}, .reals = {1, 0, -2}};
  const Tensor depthwise{.name = "w", .sizes = {4, 1, 2, 2}, .reals = series(16, 3, 5, 2)};
  const Tensor square{.name = "w", .sizes = {1, 2, 2, 2}, .reals = series(8, 1, 100, 3)};
  const Tensor line{.name = "w", .sizes = {2, 2, 3}, .reals = series(12, 4, 7, 3)};
  expect_cases({
      {"with uneven padding and strides",
       {.input = input_sizes,
        .nodes = {{"Conv", {"x", "w", "b"}, {ints("pads", {1, 0, 0, 1}), ints("strides", {2, 1})}}},
        .constants = {conv, bias}},
       input,
       {-9, 4,  -5, -14, 6,  31, -13, -13, 9,  -24, 21,  8, 17,  -7,  -1,
        -1, 25, 7,  22,  -6, 8,  -10, -39, 20, -16, -13, 6, -30, -22, 11}},
      {"each channel by itself",
       {.input = input_sizes,
        .nodes = {{"Conv", {"x", "w"}, {number("group", 2), ints("strides", {1, 2})}}},
        .constants = {depthwise}},
       input,
       {23, 1, 1,  -10, -10, -10, -11, -6, -4, 12, 14, 8,
        -3, 0, 21, -9,  1,   -7,  -7,  1,  -9, 21, 0,  -3}},
      {"padded to the same size, more after",
       {.input = input_sizes,
        .nodes = {{"Conv", {"x", "w"}, {{.name = "auto_pad", .text = "SAME_UPPER"}}}},
        .constants = {square}},
       input,
       {34, -26, 2, -3, -8, 9, -7, -12, 5, -8, 28, 34, -26, 2, 3, 11, 8, -17, 13, 16}},
      {"padded to the same size, more before",
       {.input = input_sizes,
        .nodes = {{"Conv", {"x", "w"}, {{.name = "auto_pad", .text = "SAME_LOWER"}}}},
        .constants = {square}},
       input,
       {12, 10, -25, -5, -7, 36, 34, -26, 2, -3, 0, 9, -7, -12, 5, -14, 28, 34, -26, 2}},
      {"along one axis",
       {.input = {1, 2, 6},
        .nodes = {{"Conv", {"x", "w", "b"}, {ints("pads", {1, 1}), ints("strides", {2})}}},
        .constants = {line, {.name = "b", .sizes = {2}, .reals = {0, 1}}}},
       series(12, 5, 9, 4),
       {7, -14, -32, 8, 8, 23}},
  });
}

TEST(EvaluateFloat, PoolsAsOnnxDefinesIt) {
  const std::vector<Attribute> window{
      ints("kernel_shape", {3, 2}), ints("strides", {2, 2}), ints("pads", {1, 0, 1, 1})};
  std::vector<Attribute> counting = window;
  counting.push_back(number("count_include_pad", 1));
  const File from{.input = input_sizes, .nodes = {}};
  const auto file = [&from](onnx_file::Node node) {
    File made = from;
    made.nodes = {std::move(node)};
    return made;
  };
  const float third = 1.0F / 3.0F;
  expect_cases({
      {"maximum", file({"MaxPool", {"x"}, window}), input, {4, 5, 3, 4, 4, 5, 5, 4, 0, 5, 4, 4}},
      {"maximum, size rounded up",
       file(
           {"MaxPool",
            {"x"},
            {ints("kernel_shape", {2, 2}), ints("strides", {2, 2}), number("ceil_mode", 1)}}),
       input,
       {4, 5, 3, 1, 4, 5, 5, 4, 0, 5, 1, 4}},
      {"mean without padding",
       file({"AveragePool", {"x"}, window}),
       input,
       {-0.5F, -0.25F, 2, -3.5F * third, 0, 4 * third, 2, -0.5F, -1, 4 * third, -3.5F * third, 2}},
      {"mean with padding",
       file({"AveragePool", {"x"}, counting}),
       input,
       {-third, -third / 2, 2 * third, -3.5F * third, 0, 2 * third, 4 * third, -third, -third,
        4 * third, -3.5F * third, 1}},
      {"mean of all", file({"GlobalAveragePool", {"x"}}), input, {-0.1F, 0.2F}},
  });
}

TEST(EvaluateFloat, MultipliesMatricesAsOnnxDefinesIt) {
  const Tensor matrix{.name = "w", .sizes = {3, 2}, .reals = {-2, -1, 0, 1, 2, 3}};
  const Tensor transposed{.name = "w", .sizes = {2, 3}, .reals = {-2, 0, 2, -1, 1, 3}};
  const Tensor bias{.name = "b", .sizes = {2}, .reals = {10, 20}};
  const Values x{1, -2, 3};
  // x times the matrix is {4, 6}.
  expect_cases({
      {"Gemm",
       {.input = {1, 3},
        .nodes =
            {{"Gemm",
              {"x", "w", "b"},
              {{.name = "alpha", .real = 0.5F}, {.name = "beta", .real = 2.0F}}}},
        .constants = {matrix, bias}},
       x,
       {22, 43}},
      {"Gemm with its weights transposed",
       {.input = {1, 3},
        .nodes = {{"Gemm", {"x", "w", "b"}, {number("transB", 1)}}},
        .constants = {transposed, bias}},
       x,
       {14, 26}},
      {"MatMul and Add",
       {.input = {1, 3},
        .nodes = {{"MatMul", {"x", "w"}}, {"Add", {"b", "t0"}}},
        .constants = {matrix, bias}},
       x,
       {14, 26}},
      {"Flatten keeps the file's order",
       {.input = {1, 3, 1, 1},
        .nodes = {{"Flatten", {"x"}}, {"MatMul", {"t0", "w"}}},
        .constants = {matrix}},
       x,
       {4, 6}},
  });
}

TEST(EvaluateFloat, HandlesElementsAsOnnxDefinesIt) {
  const Tensor two{.name = "two", .sizes = {2}, .reals = {2, -1}};
  const auto vector = [](const char* name, float a, float b) {
    return Tensor{.name = name, .sizes = {2}, .reals = {a, b}};
  };
  const Tensor low{.name = "low", .sizes = {}, .reals = {0}};
  const Tensor high{.name = "high", .sizes = {}, .reals = {6}};
  const Tensor gates{.name = "g", .sizes = {2, 1, 1}, .reals = {3, -1}};
  // A normalisation: 2 / sqrt(4 + 1e-5) and so on, by the same program.
  expect_cases({
      {"Relu", {.input = {1, 3}, .nodes = {{"Relu", {"x"}}}}, {-1, 0, 2}, {0, 0, 2}},
      {"Clip by inputs",
       {.input = {1, 3}, .nodes = {{"Clip", {"x", "low", "high"}}}, .constants = {low, high}},
       {-1, 3, 9},
       {0, 3, 6}},
      {"Clip with one bound",
       {.input = {1, 3}, .nodes = {{"Clip", {"x", "", "high"}}}, .constants = {high}},
       {-1, 3, 9},
       {-1, 3, 6}},
      {"Clip by attributes",
       {.input = {1, 3}, .nodes = {{"Clip", {"x"}, {{.name = "min", .real = -0.5F}}}}, .opset = 10},
       {-1, 3, 9},
       {-0.5F, 3, 9}},
      {"Softmax",
       {.input = {1, 3}, .nodes = {{"Softmax", {"x"}}}},
       {1, 2, 3},
       {0.09003057F, 0.24472847F, 0.66524096F}},
      {"Add of two tensors",
       {.input = {1, 3}, .nodes = {{"Relu", {"x"}}, {"Add", {"x", "t0"}}}},
       {-1, 0, 2},
       {-1, 0, 4}},
      {"Mul by a constant for each channel",
       {.input = {1, 2, 1, 2}, .nodes = {{"Mul", {"g", "x"}}}, .constants = {gates}},
       {1, 2, 3, 4},
       {3, 6, -3, -4}},
      {"BatchNormalization",
       {.input = {1, 2, 1, 2},
        .nodes = {{"BatchNormalization", {"x", "two", "b", "mean", "variance"}}},
        .constants =
            {two, vector("b", 0.5F, 1), vector("mean", 1, -2), vector("variance", 4, 0.25F)}},
       {0, 2, 0, -2},
       {-0.4999988F, 1.4999988F, -2.99992F, 1.0F}},
      {"Identity and Dropout",
       {.input = {1, 2}, .nodes = {{"Identity", {"x"}}, {"Dropout", {"t0"}}, {"Relu", {"t1"}}}},
       {-1, 2},
       {0, 2}},
      {"Squeeze, Unsqueeze and Reshape",
       {.input = {1, 2, 1, 2},
        .nodes =
            {{"Squeeze", {"x", "two"}},
             {"Unsqueeze", {"t0", "two"}},
             {"Reshape", {"t1", "shape"}},
             {"Relu", {"t2"}}},
        .constants =
            {{.name = "two", .sizes = {1}, .integers = {2}},
             {.name = "shape", .sizes = {2}, .integers = {0, -1}}}},
       {-1, 2, 3, 4},
       {0, 2, 3, 4}},
  });
}

}  // namespace
}  // namespace sunfleck
