#include "core/network/network.h"

namespace sunfleck {

const char* name_of(Operator op) {
  switch (op) {
    case Operator::conv_2d:
      return "CONV_2D";
    case Operator::depthwise_conv_2d:
      return "DEPTHWISE_CONV_2D";
    case Operator::fully_connected:
      return "FULLY_CONNECTED";
    case Operator::average_pool_2d:
      return "AVERAGE_POOL_2D";
    case Operator::reshape:
      return "RESHAPE";
    case Operator::softmax:
      return "SOFTMAX";
    case Operator::add:
      return "ADD";
    case Operator::max_pool_2d:
      return "MAX_POOL_2D";
    case Operator::quantize:
      return "QUANTIZE";
  }
  return "an unknown operator";
}

}  // namespace sunfleck
