#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/network/network.h"
#include "core/network/tflite_names.h"

namespace flatbuffers {
struct String;
}

// Tables of a verified TFLite file; generated from tflite.fbs.
namespace sunfleck::tflite {
struct Model;
struct Tensor;
}  // namespace sunfleck::tflite

namespace sunfleck {

// In all that follows `where` is how an error text begins, up to and with ": ".

// A name from the file as it may appear in a text: printable ASCII, in one line, not too long.
std::string printable(const flatbuffers::String* name);

// "tensor 'conv/weights'"
std::string named(const tflite::Tensor& tensor);

// Sizes of a tensor with 1 to 4 dimensions, each between 1 and 2^31 - 1.
struct Dimensions {
  std::array<std::uint32_t, 4> sizes{};
  std::size_t rank = 0;

  std::uint32_t last() const { return sizes.at(rank - 1); }
};

// Fails with unsupported for another number of dimensions, and for one that is left open.
Result<Dimensions> dimensions_of(const std::string& where, const tflite::Tensor& tensor);

// An int8 or int16 tensor with one scale and zero point for all of it. The leftmost of two or more
// dimensions is the batch; the others are NHWC from the right.
//
//   fails     unsupported for another type, a batch, open dimensions or quantisation by channel;
//             invalid_argument for a scale or zero point out of range, which of int16 is 0
Result<Activation> read_activation(const std::string& where, const tflite::Tensor& tensor);

// Fails with unsupported, naming both types, unless the tensor is of the type.
Status require_type(const std::string& where, const tflite::Tensor& tensor, TensorType wanted);

// The scales of a layer's input and output.
struct LayerScales {
  float in, out;
};

// A bias is added to the accumulator as it stands. Where the file gives it a scale, that must be
// the accumulator's to within what TFLite-Micro grants: 0.02 output quanta for each quantum of it.
//
//   layer     with its weight scales
//   fails     invalid_argument when it is not
Status check_bias_scale(
    const std::string& where, const tflite::Tensor& bias, const Layer& layer, LayerScales scales);

// Hands out the constants of a file.
class TfliteConstants {
 public:
  // `model` must have been verified and outlive this. Operators may share a constant while each
  // layer has its own copy; that together they take no more than 8 times the file bounds what a
  // file from anywhere can make us allocate.
  TfliteConstants(const tflite::Model& model, std::size_t file_bytes);

  // Whether the tensor has its values in the file.
  bool holds(const tflite::Tensor& tensor) const;

  // The int8 or int4 weights, one a byte, or the biases of `type` (int32 or int64), of a tensor
  // that has exactly `count`.
  //
  //   fails     unsupported when it is of another type; invalid_argument when it has another number
  //             of them, or no data
  Result<std::vector<std::int8_t>> weights(
      const std::string& where, const tflite::Tensor& tensor, std::uint64_t count);
  Result<std::vector<std::int64_t>> bias(
      const std::string& where, const tflite::Tensor& tensor, TensorType type, std::uint64_t count);

  // The scales of symmetric weights: one, or one for each of `channels` along `dimension`.
  //
  //   fails     invalid_argument when their number or dimension is another; unsupported when a zero
  //             point is not 0
  Result<std::vector<float>> scales(
      const std::string& where, const tflite::Tensor& weights, std::uint32_t channels,
      std::int32_t dimension);

 private:
  Result<std::span<const std::uint8_t>> data(
      const std::string& where, const tflite::Tensor& tensor, std::uint64_t bytes);
  Status take(const std::string& where, std::uint64_t bytes);

  const tflite::Model& model_;
  std::uint64_t left_;  // bytes that may still be copied
};

}  // namespace sunfleck
