#pragma once

#include <algorithm>
#include <cstdint>

namespace sunfleck {

// A window that slides along one axis: how many outputs it makes and how much padding lies before
// the first input.
struct Window {
  std::uint32_t outputs = 0;
  std::uint32_t pad_before = 0;
};

// As many outputs as strides fit the input, the padding shared between both ends, the odd one
// after.
//
//   input, kernel, stride   >= 1, below 2^31
//
// Source: the definition of SAME in TensorFlow's nn.convolution.
constexpr Window same_window(std::uint32_t input, std::uint32_t kernel, std::uint32_t stride) {
  const std::uint32_t outputs = (input - 1) / stride + 1;
  const std::int64_t reach = std::int64_t{outputs - 1} * stride + kernel;
  const std::int64_t padding = std::max<std::int64_t>(reach - input, 0);
  return {.outputs = outputs, .pad_before = static_cast<std::uint32_t>(padding / 2)};
}

// Only windows that lie inside the input; none when the kernel is larger than the input.
constexpr Window valid_window(std::uint32_t input, std::uint32_t kernel, std::uint32_t stride) {
  if (kernel > input) return {};
  return {.outputs = (input - kernel) / stride + 1, .pad_before = 0};
}

// Elements of the input under all windows of the axis together; padding is not counted.
constexpr std::uint64_t covered_elements(
    std::uint32_t input, std::uint32_t kernel, std::uint32_t stride, const Window& window) {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < window.outputs; ++i) {
    const std::int64_t begin = std::int64_t{i} * stride - window.pad_before;
    const std::int64_t end = std::min<std::int64_t>(begin + kernel, input);
    sum += static_cast<std::uint64_t>(
        std::max<std::int64_t>(end - std::max<std::int64_t>(begin, 0), 0));
  }
  return sum;
}

}  // namespace sunfleck
