#pragma once

#include <cstdint>
#include <string>

namespace sunfleck {

// Numbers of TFLite's schema that the importer decides on.
enum class BuiltinCode : std::int32_t {
  add = 0,
  average_pool_2d = 1,
  conv_2d = 3,
  depthwise_conv_2d = 4,
  dequantize = 6,
  fully_connected = 9,
  max_pool_2d = 17,
  reshape = 22,
  softmax = 25,
  custom = 32,
  quantize = 114,
};
enum class TensorType : std::int8_t {
  float32 = 0,
  int32 = 2,
  int64 = 4,
  int16 = 7,
  int8 = 9,
  int4 = 17
};
enum class Padding : std::int8_t { same = 0, valid = 1 };

// What TFLite calls the numbers of its schema: "ADD", "FLOAT32", "TANH"; "builtin operator 999" or
// the like for a number that the schema did not have in 2025.
std::string builtin_name(std::int32_t code);
std::string tensor_type_name(std::int8_t type);
std::string activation_name(std::int8_t function);

}  // namespace sunfleck
