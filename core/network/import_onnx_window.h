#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "core/network/import_onnx_parts.h"
#include "core/network/network.h"

namespace sunfleck {

// How a window slides along one axis.
struct OnnxAxis {
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  std::uint32_t pad_before = 0;
  std::uint32_t pad_after = 0;
  std::uint32_t outputs = 0;
};

using OnnxWindow = std::array<OnnxAxis, 2>;  // rows, columns

// The window of a Conv, MaxPool or AveragePool.
//
//   input     of a node whose tensors have `kernel.size()` axes besides batch and channels
//   kernel    [1 or 2] its extents, of the columns alone when there is one
//   returns   windows each of which holds at least one element of the input
//   fails     unsupported for dilations; invalid_argument for extents out of range, padding that
//             is as wide as the kernel, and kernels larger than the padded input
Result<OnnxWindow> read_window(
    const std::string& where, const OnnxAttributes& attributes, const Shape& input,
    const OnnxSizes& kernel);

}  // namespace sunfleck
