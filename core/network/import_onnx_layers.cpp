#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/network/import_onnx_reader.h"

namespace sunfleck {
namespace {

constexpr float endless = std::numeric_limits<float>::infinity();

bool all_finite(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

}  // namespace

// The real elements of a constant that has exactly `count`.
Result<std::vector<float>> OnnxReader::reals(const Step& step, int input, std::uint64_t count) {
  OnnxConstant found = TRY(constant(step, input));
  if (found.reals.size() == count && found.integers.empty()) return std::move(found.reals);
  return fail(
      Errc::invalid_argument, step.where, "has '", printable(step.node.input(input)), "' of ",
      text_of(found.sizes), " and needs ", count, " real elements");
}

Result<float> OnnxReader::scalar(const Step& step, int input, float otherwise) {
  if (!step.has(input)) return otherwise;
  return TRY(reals(step, input, 1))[0];
}

// A constant that is broadcast along all but the channels: one value for each of them.
Result<std::vector<float>> OnnxReader::per_channel(
    const Step& step, const OnnxConstant& constant, const Variable& of) {
  const std::uint32_t channels = shape(of).channels;
  TRY(take(step.where, channels));
  if (constant.reals.size() == 1 && constant.sizes.size() <= of.sizes.size())
    return std::vector<float>(channels, constant.reals[0]);
  OnnxSizes aligned(of.sizes.size() - std::min(of.sizes.size(), constant.sizes.size()), 1);
  aligned.insert(aligned.end(), constant.sizes.begin(), constant.sizes.end());
  OnnxSizes wanted(of.sizes.size(), 1);
  wanted[1] = channels;
  if (aligned == wanted && constant.reals.size() == channels) return constant.reals;
  return fail(
      Errc::unsupported, step.where, "spreads a constant of ", text_of(constant.sizes),
      " over a tensor of ", text_of(of.sizes),
      "; the firmware executes one value, or one for each channel");
}

// Input 0, a vector, times the matrix of input 1 as it lies or [outputs][inputs], times `factor`.
Status OnnxReader::add_matrix(
    const Step& step, bool transposed, float factor, std::vector<float> bias) {
  const Variable input = *TRY(variable(step, 0));
  const OnnxConstant matrix = TRY(constant(step, 1));
  if (input.sizes.size() != 2 || matrix.sizes.size() != 2 || matrix.reals.empty() ||
      matrix.sizes[transposed ? 1 : 0] != input.sizes[1])
    return fail(
        Errc::unsupported, step.where, "multiplies ", text_of(input.sizes), " by ",
        text_of(matrix.sizes), "; the firmware multiplies a vector by a matrix of its length");
  const auto inputs = static_cast<std::size_t>(input.sizes[1]);
  const std::size_t outputs = matrix.reals.size() / inputs;
  FloatLayer layer;
  layer.op = FloatOperator::fully_connected;
  layer.input = input.tensor;
  for (std::size_t c = 0; c < outputs; ++c)
    for (std::size_t i = 0; i < inputs; ++i)
      layer.weights.push_back(factor * matrix.reals[transposed ? c * inputs + i : i * outputs + c]);
  layer.bias = std::move(bias);
  if (!all_finite(layer.weights) || !all_finite(layer.bias))
    return fail(Errc::invalid_argument, step.where, "has weights that are not finite");
  return add_layer(step, std::move(layer), {1, static_cast<std::int64_t>(outputs)});
}

// The bias of a Gemm, times `factor`: one value for each output, or one for all.
Result<std::vector<float>> OnnxReader::gemm_bias(
    const Step& step, std::int64_t outputs, float factor) {
  if (!step.has(2)) return std::vector<float>{};
  const Shape shape = TRY(shape_of(step.where, {1, outputs}));
  const OnnxConstant given = TRY(constant(step, 2));
  TRY(take(step.where, shape.channels));
  if (given.reals.size() != 1 && given.reals.size() != shape.channels)
    return fail(
        Errc::invalid_argument, step.where, "has a bias of ", text_of(given.sizes), " for ",
        outputs, " outputs");
  std::vector<float> bias(shape.channels, factor * given.reals[0]);
  for (std::size_t c = 1; c < given.reals.size(); ++c)
    bias[c] = factor * given.reals[c];
  return bias;
}

Status OnnxReader::read_gemm(const Step& step) {
  TRY(step.attributes.require("transA", 0));
  const bool transposed = TRY(step.attributes.integer("transB", 0)) != 0;
  const float alpha = TRY(step.attributes.real("alpha", 1.0F));
  const float beta = TRY(step.attributes.real("beta", 1.0F));
  const OnnxSizes matrix = TRY(sizes_of(step, 1));
  if (matrix.size() != 2)
    return fail(Errc::invalid_argument, step.where, "has weights of ", text_of(matrix));
  return add_matrix(
      step, transposed, alpha, TRY(gemm_bias(step, matrix[transposed ? 0 : 1], beta)));
}

Status OnnxReader::read_mat_mul(const Step& step) { return add_matrix(step, false, 1.0F, {}); }

Status OnnxReader::add_channel_scale(
    const Step& step, const Variable& input, std::vector<float> factors,
    std::vector<float> offsets) {
  if (!all_finite(factors) || !all_finite(offsets))
    return fail(Errc::invalid_argument, step.where, "scales its channels by what is not finite");
  FloatLayer layer;
  layer.op = FloatOperator::scale_channels;
  layer.input = input.tensor;
  layer.weights = std::move(factors);
  layer.bias = std::move(offsets);
  return add_layer(step, std::move(layer), input.sizes);
}

// One input varies and the other is a constant.
Status OnnxReader::add_offsets(const Step& step, int varying) {
  const Variable input = *TRY(variable(step, varying));
  const OnnxConstant given = TRY(constant(step, 1 - varying));
  std::vector<float> offsets = TRY(per_channel(step, given, input));
  std::vector<float> ones(offsets.size(), 1.0F);
  return add_channel_scale(step, input, std::move(ones), std::move(offsets));
}

Status OnnxReader::read_add(const Step& step) {
  const bool first_varies = std::holds_alternative<Variable>(*TRY(value(step, 0)));
  const bool second_varies = std::holds_alternative<Variable>(*TRY(value(step, 1)));
  if (!first_varies || !second_varies) return add_offsets(step, first_varies ? 0 : 1);
  const Variable input = *TRY(variable(step, 0));
  const Variable other = *TRY(variable(step, 1));
  if (input.sizes != other.sizes)
    return fail(
        Errc::unsupported, step.where, "adds ", text_of(input.sizes), " and ", text_of(other.sizes),
        "; the firmware adds tensors of one shape");
  FloatLayer layer;
  layer.op = FloatOperator::add;
  layer.input = input.tensor;
  layer.input2 = other.tensor;
  return add_layer(step, std::move(layer), input.sizes);
}

Status OnnxReader::read_mul(const Step& step) {
  const bool first_varies = std::holds_alternative<Variable>(*TRY(value(step, 0)));
  const Variable input = *TRY(variable(step, first_varies ? 0 : 1));
  const OnnxConstant given = TRY(constant(step, first_varies ? 1 : 0));
  return add_channel_scale(step, input, TRY(per_channel(step, given, input)), {});
}

Status OnnxReader::read_batch_normalization(const Step& step) {
  TRY(step.attributes.require("training_mode", 0));
  TRY(step.attributes.require("spatial", 1));
  const Variable input = *TRY(variable(step, 0));
  const auto epsilon = double{TRY(step.attributes.real("epsilon", 1e-5F))};
  std::array<std::vector<float>, 4> parts;  // scale, offset, mean, variance
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts.at(i) = TRY(reals(step, static_cast<int>(i) + 1, shape(input).channels));
  auto& [factors, offsets, mean, variance] = parts;
  for (std::size_t c = 0; c < factors.size(); ++c) {
    const double factor = double{factors[c]} / std::sqrt(double{variance[c]} + epsilon);
    factors[c] = static_cast<float>(factor);
    offsets[c] = static_cast<float>(double{offsets[c]} - factor * double{mean[c]});
  }
  return add_channel_scale(step, input, std::move(factors), std::move(offsets));
}

Status OnnxReader::add_clamp(const Step& step, float low, float high) {
  const Variable input = *TRY(variable(step, 0));
  if (!(low <= high))
    return fail(
        Errc::invalid_argument, step.where, "clamps to ", double{low}, " to ", double{high});
  FloatLayer layer;
  layer.op = FloatOperator::clamp;
  layer.input = input.tensor;
  layer.low = low;
  layer.high = high;
  return add_layer(step, std::move(layer), input.sizes);
}

Status OnnxReader::read_relu(const Step& step) { return add_clamp(step, 0.0F, endless); }

// Bounds are attributes before operator set 11 and inputs from then on.
Status OnnxReader::read_clip(const Step& step) {
  if (opset_ < 11)
    return add_clamp(
        step, TRY(step.attributes.real("min", std::numeric_limits<float>::lowest())),
        TRY(step.attributes.real("max", std::numeric_limits<float>::max())));
  const float low = TRY(scalar(step, 1, -endless));
  const float high = TRY(scalar(step, 2, endless));
  return add_clamp(step, low, high);
}

// Before operator set 13 all axes from the given one on are taken together.
Status OnnxReader::read_softmax(const Step& step) {
  const Variable input = *TRY(variable(step, 0));
  const auto rank = static_cast<std::int64_t>(input.sizes.size());
  std::int64_t axis = TRY(step.attributes.integer("axis", opset_ < 13 ? 1 : -1));
  if (axis < 0) axis += rank;
  const bool one_place = shape(input).height == 1 && shape(input).width == 1;
  if (axis != 1 || (opset_ < 13 && !one_place))
    return fail(
        Errc::unsupported, step.where, "is over axis ", axis, " of ", text_of(input.sizes),
        "; the firmware executes it over the channels of each place");
  FloatLayer layer;
  layer.op = FloatOperator::softmax;
  layer.input = input.tensor;
  return add_layer(step, std::move(layer), input.sizes);
}

}  // namespace sunfleck
