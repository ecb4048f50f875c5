#pragma once

#include <cstdint>

#include "core/network/network.h"

namespace sunfleck {

// A real factor as a kernel applies it: multiplier * 2^(shift - 31), where multiplier is 0 or has
// its highest bit at 2^30. A positive shift is to the left.
struct FixedMultiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;

  friend bool operator==(const FixedMultiplier&, const FixedMultiplier&) = default;
};

// The fixed-point factor nearest to `real`; one below 2^-32 becomes 0.
//
//   real      finite, >= 0
//   returns   shift in [-31, 1024]; a kernel can execute shifts up to 30
//
// Source: QuantizeMultiplier() of TFLite-Micro, the mode with double rounding.
FixedMultiplier fixed_multiplier(double real);

// The factor from accumulator to output of a layer with weights.
//
//   channel   of the output, below the number of output channels
//   returns   scale_in * scale_weight / scale_out, formed in double; for FULLY_CONNECTED with one
//             scale for all weights the product is rounded to float first. It may be infinite when
//             that float overflows
//
// Source: TFLite-Micro, PopulateConvolutionQuantizationParams() and
// GetQuantizedConvolutionMultipler().
double rescale_of(
    const Layer& layer, const Activation& in, const Activation& out, std::size_t channel);

// Closed range of output quanta.
struct QuantaRange {
  std::int32_t low = -128;
  std::int32_t high = 127;
};

// All quanta of an activation of 8, 12 or 16 bits.
QuantaRange all_quanta(std::uint32_t bits);

// What clamping the real output to [low, high] means in quanta of `out`; bounds that lie beyond
// all_quanta(out.bits) become its own. Infinite bounds are allowed.
//
// Source: CalculateActivationRangeQuantized() of TFLite-Micro; the division is made in float.
QuantaRange clamp_range(const Activation& out, float low, float high);

// What the kernel of ADD needs: both inputs, shifted left, are brought to twice the larger scale,
// and their sum to the output's.
struct AddConstants {
  std::uint32_t left_shift = 20;
  FixedMultiplier input, input2, output;
};

//   returns   output.shift above 0 when the output's scale is less than 2^-left_shift of twice the
//             larger input's: the kernel cannot execute that
//
// Source: CalculateOpDataAdd() of TFLite-Micro.
AddConstants add_constants(const Activation& in, const Activation& in2, const Activation& out);

// What the fixed-point softmax kernel needs.
struct SoftmaxConstants {
  FixedMultiplier scale;      // of a difference of inputs to 5 integer and 26 fraction bits
  std::int32_t diff_min = 0;  // differences below this have an exponential of 0
};

//   returns   shift outside [1, 30] when beta * input_scale is outside [2^-26, 16): the kernel
//             cannot execute that
//
// Source: PreprocessSoftmaxScaling() and CalculateInputRadius() of TFLite-Micro, 5 integer bits.
SoftmaxConstants softmax_constants(float beta, float input_scale);

}  // namespace sunfleck
