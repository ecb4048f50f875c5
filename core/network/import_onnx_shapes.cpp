#include <onnx/onnx_pb.h>

#include <algorithm>

#include "core/network/import_onnx_reader.h"

namespace sunfleck {
namespace {

constexpr std::size_t rank_max = 8;
constexpr std::int64_t elements_max = std::int64_t{1} << 24;

// Their product, or nothing when one is negative or it exceeds elements_max.
std::optional<std::int64_t> product_of(const OnnxSizes& sizes) {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes) {
    if (size < 0 || size > elements_max || product * size > elements_max) return std::nullopt;
    product *= size;
  }
  return product;
}

// Axes of a tensor, counted from its front and in ascending order.
Result<OnnxSizes> ordered(const std::string& where, OnnxSizes axes, std::size_t rank) {
  for (std::int64_t& axis : axes) {
    if (axis < 0) axis += static_cast<std::int64_t>(rank);
    if (axis < 0 || axis >= static_cast<std::int64_t>(rank))
      return fail(
          Errc::invalid_argument, where, "has an axis outside a tensor of ", rank, " dimensions");
  }
  std::ranges::sort(axes);
  if (std::ranges::adjacent_find(axes) == axes.end()) return axes;
  return fail(Errc::invalid_argument, where, "names an axis twice");
}

}  // namespace

// The same elements with other sizes, of a constant or of what depends on the input.
Status OnnxReader::add_reshape(const Step& step, OnnxSizes sizes) {
  const OnnxSizes before = TRY(sizes_of(step, 0));
  if (sizes.size() > rank_max || !product_of(sizes) || product_of(sizes) != product_of(before))
    return fail(
        Errc::invalid_argument, step.where, "makes ", text_of(sizes), " of ", text_of(before));
  if (!std::holds_alternative<Variable>(*TRY(value(step, 0)))) {
    OnnxConstant changed = TRY(constant(step, 0));
    changed.sizes = std::move(sizes);
    return write(step, std::move(changed));
  }
  FloatLayer layer;
  layer.op = FloatOperator::reshape;
  layer.input = TRY(variable(step, 0))->tensor;
  return add_layer(step, std::move(layer), sizes);
}

// 0 takes over the size of the input, and one -1 is what is left.
Status OnnxReader::read_reshape(const Step& step) {
  TRY(step.attributes.require("allowzero", 0));
  const OnnxSizes before = TRY(sizes_of(step, 0));
  OnnxSizes sizes = TRY(constant(step, 1)).integers;
  for (std::size_t i = 0; i < sizes.size() && i < before.size(); ++i)
    if (sizes[i] == 0) sizes[i] = before[i];
  const auto open = std::ranges::find(sizes, -1);
  if (open != sizes.end()) {
    *open = 1;
    const std::optional<std::int64_t> rest = product_of(sizes);
    const std::optional<std::int64_t> all = product_of(before);
    if (rest && all && *rest > 0) *open = *all / *rest;
  }
  return add_reshape(step, std::move(sizes));
}

Status OnnxReader::read_flatten(const Step& step) {
  const OnnxSizes before = TRY(sizes_of(step, 0));
  const auto rank = static_cast<std::int64_t>(before.size());
  std::int64_t axis = TRY(step.attributes.integer("axis", 1));
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank)
    return fail(
        Errc::invalid_argument, step.where, "flattens ", text_of(before), " at axis ", axis);
  OnnxSizes sizes{1, 1};
  for (std::int64_t i = 0; i < rank; ++i) {
    std::int64_t& size = sizes[i < axis ? 0 : 1];
    size = std::min(size, elements_max) *
        std::clamp<std::int64_t>(before[static_cast<std::size_t>(i)], -1, elements_max);
  }
  return add_reshape(step, std::move(sizes));
}

// The axes of Squeeze or Unsqueeze: an attribute before operator set 13, an input from then on.
Result<OnnxSizes> OnnxReader::axes(const Step& step) {
  if (opset_ < 13) return step.attributes.integers("axes", {});
  if (!step.has(1)) return OnnxSizes{};
  return TRY(constant(step, 1)).integers;
}

Status OnnxReader::read_squeeze(const Step& step) {
  const OnnxSizes before = TRY(sizes_of(step, 0));
  const OnnxSizes given = TRY(axes(step));
  const OnnxSizes removed = TRY(ordered(step.where, given, before.size()));
  OnnxSizes sizes;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool named = std::ranges::binary_search(removed, static_cast<std::int64_t>(i));
    if (named && before[i] != 1)
      return fail(Errc::invalid_argument, step.where, "removes axis ", i, " of ", text_of(before));
    if (removed.empty() ? before[i] != 1 : !named) sizes.push_back(before[i]);
  }
  return add_reshape(step, std::move(sizes));
}

Status OnnxReader::read_unsqueeze(const Step& step) {
  OnnxSizes sizes = TRY(sizes_of(step, 0));
  const OnnxSizes given = TRY(axes(step));
  if (given.empty() || given.size() > rank_max)
    return fail(Errc::invalid_argument, step.where, "adds ", given.size(), " axes");
  const OnnxSizes added = TRY(ordered(step.where, given, sizes.size() + given.size()));
  for (const std::int64_t axis : added)
    sizes.insert(sizes.begin() + axis, 1);
  return add_reshape(step, std::move(sizes));
}

// Identity, and Dropout, which does nothing once a network is trained.
Status OnnxReader::read_identity(const Step& step) { return write(step, *TRY(value(step, 0))); }

Status OnnxReader::read_constant_node(const Step& step) {
  OnnxConstant constant = TRY(step.attributes.constant("value"));
  TRY(take(step.where, constant.count()));
  return write(step, std::move(constant));
}

Status OnnxReader::read_arg_max(const Step& step) {
  if (!options_.choice)
    return fail(
        Errc::unsupported, step.where,
        "chooses a part of the network by the input, which the firmware cannot execute; with a "
        "fixed choice it can");
  OnnxConstant choice;
  choice.sizes = {1};
  choice.integers = {*options_.choice};
  return write(step, std::move(choice));
}

// One row of a table of constants.
Status OnnxReader::read_gather(const Step& step) {
  TRY(step.attributes.require("axis", 0));
  const OnnxConstant index = TRY(constant(step, 1));
  OnnxConstant table = TRY(constant(step, 0));
  if (index.integers.size() != 1 || table.sizes.empty() || table.reals.empty())
    return fail(
        Errc::unsupported, step.where, "takes ", text_of(index.sizes), " rows of ",
        text_of(table.sizes), "; this program takes one row of a real table");
  const std::int64_t row = index.integers[0];
  if (row < 0 || row >= table.sizes[0])
    return fail(Errc::invalid_argument, step.where, "asks for row ", row, " of ", table.sizes[0]);
  const std::size_t length = table.reals.size() / static_cast<std::size_t>(table.sizes[0]);
  const auto first = table.reals.begin() + static_cast<std::ptrdiff_t>(row * length);
  OnnxConstant result;
  result.sizes = index.sizes;
  result.sizes.insert(result.sizes.end(), table.sizes.begin() + 1, table.sizes.end());
  result.reals.assign(first, first + static_cast<std::ptrdiff_t>(length));
  return write(step, std::move(result));
}

}  // namespace sunfleck
