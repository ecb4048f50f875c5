#include "core/network/import_onnx_window.h"

#include "core/network/window.h"

namespace sunfleck {
namespace {

constexpr std::int64_t extent_max = 0xFFFF;

// The numbers of an attribute, one for each axis; with one axis, that of the rows is `absent`.
Result<std::array<std::int64_t, 2>> per_axis(
    const std::string& where, const char* name, const OnnxSizes& values, std::int64_t absent,
    std::int64_t least) {
  for (const std::int64_t value : values)
    if (value < least || value > extent_max)
      return fail(
          Errc::invalid_argument, where, "has ", name, " of ", text_of(values), ", not ", least,
          " to ", extent_max);
  if (values.size() == 1) return std::array{absent, values[0]};
  if (values.size() == 2) return std::array{values[0], values[1]};
  return fail(
      Errc::unsupported, where, "has ", values.size(), " ", name,
      "; this program executes windows of 1 or 2 axes");
}

struct Padding {
  std::array<std::int64_t, 2> before{}, after{};
};

Result<Padding> explicit_padding(
    const std::string& where, const OnnxAttributes& attributes, std::size_t axes) {
  const OnnxSizes pads = TRY(attributes.integers("pads", OnnxSizes(2 * axes, 0)));
  if (pads.size() != 2 * axes)
    return fail(Errc::invalid_argument, where, "has ", pads.size(), " pads and needs ", 2 * axes);
  const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(axes);
  return Padding{
      .before = TRY(per_axis(where, "pads", OnnxSizes(pads.begin(), middle), 0, 0)),
      .after = TRY(per_axis(where, "pads", OnnxSizes(middle, pads.end()), 0, 0))};
}

// What auto_pad gives one axis.
OnnxAxis automatic(OnnxAxis axis, std::uint32_t input, const std::string& how) {
  if (how == "VALID") return axis;
  const Window window = same_window(input, axis.kernel, axis.stride);
  const std::int64_t reach =
      std::int64_t{window.outputs - 1} * axis.stride + axis.kernel - std::int64_t{input};
  const auto total = static_cast<std::uint32_t>(std::max<std::int64_t>(reach, 0));
  axis.pad_before = how == "SAME_UPPER" ? total / 2 : total - total / 2;
  axis.pad_after = total - axis.pad_before;
  return axis;
}

Result<OnnxAxis> counted(
    const std::string& where, OnnxAxis axis, std::uint32_t input, bool round_up) {
  const std::uint32_t padded = input + axis.pad_before + axis.pad_after;
  if (axis.pad_before >= axis.kernel || axis.pad_after >= axis.kernel)
    return fail(
        Errc::invalid_argument, where, "has padding of ", axis.pad_before, " and ", axis.pad_after,
        " around a kernel of ", axis.kernel, ", which leaves windows without input");
  if (axis.kernel > padded)
    return fail(
        Errc::invalid_argument, where, "has a kernel of ", axis.kernel, " on an input of ", padded);
  axis.outputs = (padded - axis.kernel) / axis.stride + 1;
  if (round_up && (padded - axis.kernel) % axis.stride != 0 &&
      std::uint64_t{axis.outputs} * axis.stride < std::uint64_t{input} + axis.pad_before)
    ++axis.outputs;
  return axis;
}

// One for each axis of the kernel.
Result<std::array<std::int64_t, 2>> read_strides(
    const std::string& where, const OnnxAttributes& attributes, std::size_t axes) {
  const OnnxSizes strides = TRY(attributes.integers("strides", OnnxSizes(axes, 1)));
  if (strides.size() == axes) return per_axis(where, "strides", strides, 1, 1);
  return fail(Errc::invalid_argument, where, "has ", strides.size(), " strides and needs ", axes);
}

Status require_no_dilations(
    const std::string& where, const OnnxAttributes& attributes, std::size_t axes) {
  const OnnxSizes ones(axes, 1);
  const OnnxSizes dilations = TRY(attributes.integers("dilations", ones));
  if (dilations == ones) return ok;
  return fail(
      Errc::unsupported, where, "has dilations of ", text_of(dilations),
      "; this program executes 1");
}

// NOTSET, VALID, SAME_UPPER or SAME_LOWER.
Result<std::string> read_automatic(const std::string& where, const OnnxAttributes& attributes) {
  const std::string how = TRY(attributes.text("auto_pad", "NOTSET"));
  if (how == "NOTSET" || how == "VALID" || how == "SAME_UPPER" || how == "SAME_LOWER") return how;
  return fail(Errc::unsupported, where, "has auto_pad '", printable(how), "'");
}

// How both axes are padded.
struct Rule {
  std::string how;  // auto_pad
  Padding padding;  // of NOTSET
  bool round_up = false;
};

Result<Rule> read_rule(
    const std::string& where, const OnnxAttributes& attributes, std::size_t axes) {
  Rule rule;
  rule.how = TRY(read_automatic(where, attributes));
  rule.padding = TRY(explicit_padding(where, attributes, axes));
  rule.round_up = TRY(attributes.integer("ceil_mode", 0)) != 0;
  return rule;
}

OnnxAxis padded(OnnxAxis axis, const Rule& rule, std::size_t index, std::uint32_t input) {
  if (rule.how != "NOTSET") return automatic(axis, input, rule.how);
  axis.pad_before = static_cast<std::uint32_t>(rule.padding.before.at(index));
  axis.pad_after = static_cast<std::uint32_t>(rule.padding.after.at(index));
  return axis;
}

}  // namespace

Result<OnnxWindow> read_window(
    const std::string& where, const OnnxAttributes& attributes, const Shape& input,
    const OnnxSizes& kernel) {
  TRY(require_no_dilations(where, attributes, kernel.size()));
  const auto kernels = TRY(per_axis(where, "kernel extents", kernel, 1, 1));
  const auto strides = TRY(read_strides(where, attributes, kernel.size()));
  const Rule rule = TRY(read_rule(where, attributes, kernel.size()));
  const std::array extents{input.height, input.width};
  OnnxWindow window;
  for (std::size_t i = 0; i < window.size(); ++i) {
    const OnnxAxis axis{
        .kernel = static_cast<std::uint32_t>(kernels.at(i)),
        .stride = static_cast<std::uint32_t>(strides.at(i))};
    const OnnxAxis placed = padded(axis, rule, i, extents.at(i));
    window.at(i) = TRY(counted(where, placed, extents.at(i), rule.round_up));
  }
  return window;
}

}  // namespace sunfleck
