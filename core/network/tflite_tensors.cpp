#include "core/network/tflite_tensors.h"

#include <cmath>

#include "core/network/tflite_generated.h"

namespace sunfleck {
namespace {

constexpr std::uint64_t copies_max = 8;
constexpr std::uint64_t elements_max = 0x7FFFFFFF;

template <class T>
std::size_t size_of(const flatbuffers::Vector<T>* vector) {
  return vector == nullptr ? 0 : vector->size();
}

Result<Shape> shape_of(const std::string& where, const tflite::Tensor& tensor) {
  const Dimensions dimensions = TRY(dimensions_of(where, tensor));
  const std::size_t rank = dimensions.rank;
  if (rank > 1 && dimensions.sizes[0] != 1)
    return fail(
        Errc::unsupported, where, named(tensor), " has a batch of ", dimensions.sizes[0],
        "; the firmware executes one input at a time");
  Shape shape;
  shape.channels = dimensions.last();
  if (rank > 2) shape.width = dimensions.sizes.at(rank - 2);
  if (rank > 3) shape.height = dimensions.sizes.at(rank - 3);
  if (std::uint64_t{shape.height} * shape.width > elements_max / shape.channels)
    return fail(
        Errc::unsupported, where, named(tensor), " has more than ", elements_max, " elements");
  return shape;
}

}  // namespace

std::string printable(const flatbuffers::String* name) {
  std::string text;
  if (name == nullptr) return text;
  for (const char c : name->string_view().substr(0, 120))
    text += c >= ' ' && c <= '~' ? c : '?';
  return text;
}

std::string named(const tflite::Tensor& tensor) {
  return join("tensor '", printable(tensor.name()), "'");
}

Result<Dimensions> dimensions_of(const std::string& where, const tflite::Tensor& tensor) {
  const std::size_t rank = size_of(tensor.shape());
  if (rank == 0 || rank > 4)
    return fail(
        Errc::unsupported, where, named(tensor), " has ", rank,
        " dimensions; the firmware executes 1 to 4");
  Dimensions dimensions{.sizes = {}, .rank = rank};
  for (flatbuffers::uoffset_t i = 0; i < rank; ++i) {
    const std::int32_t size = tensor.shape()->Get(i);
    // A converter leaves the batch open in the signature and fixes it to 1 in the shape.
    const bool open =
        i > 0 && i < size_of(tensor.shape_signature()) && tensor.shape_signature()->Get(i) < 1;
    if (size < 1 || open)
      return fail(
          Errc::unsupported, where, named(tensor), " has no fixed size in dimension ", i,
          "; the firmware executes fixed sizes only");
    dimensions.sizes.at(i) = static_cast<std::uint32_t>(size);
  }
  return dimensions;
}

Status require_type(const std::string& where, const tflite::Tensor& tensor, TensorType wanted) {
  const auto number = static_cast<std::int8_t>(wanted);
  if (tensor.type() == number) return ok;
  return fail(
      Errc::unsupported, where, named(tensor), " is ", tensor_type_name(tensor.type()),
      "; the firmware executes ", tensor_type_name(number), " there");
}

Result<Activation> read_activation(const std::string& where, const tflite::Tensor& tensor) {
  const auto type = static_cast<TensorType>(tensor.type());
  if (type != TensorType::int8 && type != TensorType::int16)
    return fail(
        Errc::unsupported, where, named(tensor), " is ", tensor_type_name(tensor.type()),
        "; the firmware executes INT8 and INT16 there");
  const bool wide = type == TensorType::int16;
  const tflite::QuantizationParameters* quantization = tensor.quantization();
  if (quantization == nullptr || size_of(quantization->scale()) != 1 ||
      size_of(quantization->zero_point()) > 1)
    return fail(
        Errc::unsupported, where, named(tensor), " is not quantised with one scale for all of it");
  const std::int64_t zero_point =
      size_of(quantization->zero_point()) == 0 ? 0 : quantization->zero_point()->Get(0);
  if (wide && zero_point != 0)
    return fail(
        Errc::invalid_argument, where, named(tensor), " is INT16 and has a zero point of ",
        zero_point, ", which must be 0");
  if (zero_point < -128 || zero_point > 127)
    return fail(
        Errc::invalid_argument, where, named(tensor), " has a zero point of ", zero_point,
        ", which is not an int8");
  const float scale = quantization->scale()->Get(0);
  if (!std::isfinite(scale) || scale <= 0.0F)
    return fail(
        Errc::invalid_argument, where, named(tensor), " has a scale of ", double{scale},
        ", which is not a positive number");
  Activation activation;
  activation.name = printable(tensor.name());
  activation.shape = TRY(shape_of(where, tensor));
  activation.scale = scale;
  activation.zero_point = static_cast<std::int32_t>(zero_point);
  activation.bits = wide ? 16 : 8;
  return activation;
}

Status check_bias_scale(
    const std::string& where, const tflite::Tensor& bias, const Layer& layer, LayerScales scales) {
  const auto* given = bias.quantization() == nullptr ? nullptr : bias.quantization()->scale();
  const bool per_tensor = layer.weight_scales.size() == 1;
  for (flatbuffers::uoffset_t i = 0; i < size_of(given); ++i) {
    if (!per_tensor && i >= layer.weight_scales.size()) break;
    const double product = double{scales.in} * double{layer.weight_scales[per_tensor ? 0 : i]};
    const double difference = std::abs(product - double{given->Get(i)});
    if (!(difference <= 0.02 * double{scales.out}))
      return fail(
          Errc::invalid_argument, where, named(bias), " has a scale of ", double{given->Get(i)},
          " where input and weights give ", product);
  }
  return ok;
}

TfliteConstants::TfliteConstants(const tflite::Model& model, std::size_t file_bytes)
    : model_(model), left_(file_bytes * copies_max) {}

Status TfliteConstants::take(const std::string& where, std::uint64_t bytes) {
  if (bytes > left_)
    return fail(
        Errc::unsupported, where, "operators share constants so often that their copies exceed ",
        copies_max, " times the file");
  left_ -= bytes;
  return ok;
}

Result<std::span<const std::uint8_t>> TfliteConstants::data(
    const std::string& where, const tflite::Tensor& tensor, std::uint64_t bytes) {
  if (tensor.buffer() >= size_of(model_.buffers()))
    return fail(
        Errc::invalid_argument, where, named(tensor), " refers to buffer ", tensor.buffer(), " of ",
        size_of(model_.buffers()));
  const flatbuffers::Vector<std::uint8_t>* data = model_.buffers()->Get(tensor.buffer())->data();
  if (data == nullptr || data->size() != bytes)
    return fail(
        Errc::invalid_argument, where, named(tensor), " has ", size_of(data),
        " bytes of data and needs ", bytes);
  TRY(take(where, bytes));
  return std::span(data->data(), data->size());
}

bool TfliteConstants::holds(const tflite::Tensor& tensor) const {
  return tensor.buffer() < size_of(model_.buffers()) &&
      size_of(model_.buffers()->Get(tensor.buffer())->data()) > 0;
}

Result<std::vector<std::int8_t>> TfliteConstants::weights(
    const std::string& where, const tflite::Tensor& tensor, std::uint64_t count) {
  const bool packed = tensor.type() == static_cast<std::int8_t>(TensorType::int4);
  if (!packed) TRY(require_type(where, tensor, TensorType::int8));
  const std::span<const std::uint8_t> bytes =
      TRY(data(where, tensor, packed ? (count + 1) / 2 : count));
  std::vector<std::int8_t> values;
  values.reserve(count);
  if (!packed) {
    for (const std::uint8_t byte : bytes)
      values.push_back(static_cast<std::int8_t>(byte));
    return values;
  }
  for (std::uint64_t i = 0; i < count; ++i) {  // the first of two in the low half
    const std::uint32_t half = bytes[i / 2] >> (i % 2 * 4) & 0xFU;
    values.push_back(static_cast<std::int8_t>(static_cast<std::int32_t>(half ^ 8U) - 8));
  }
  return values;
}

Result<std::vector<std::int64_t>> TfliteConstants::bias(
    const std::string& where, const tflite::Tensor& tensor, TensorType type, std::uint64_t count) {
  TRY(require_type(where, tensor, type));
  const std::size_t each = type == TensorType::int64 ? sizeof(std::int64_t) : sizeof(std::int32_t);
  const std::span<const std::uint8_t> bytes = TRY(data(where, tensor, count * each));
  std::vector<std::int64_t> values;
  for (std::size_t at = 0; at < bytes.size(); at += each)
    values.push_back(
        type == TensorType::int64 ? flatbuffers::ReadScalar<std::int64_t>(bytes.data() + at)
                                  : flatbuffers::ReadScalar<std::int32_t>(bytes.data() + at));
  return values;
}

Result<std::vector<float>> TfliteConstants::scales(
    const std::string& where, const tflite::Tensor& weights, std::uint32_t channels,
    std::int32_t dimension) {
  const tflite::QuantizationParameters* quantization = weights.quantization();
  const std::size_t count = quantization == nullptr ? 0 : size_of(quantization->scale());
  if (count != 1 && count != channels)
    return fail(
        Errc::invalid_argument, where, named(weights), " has ", count, " scales and needs 1 or ",
        channels);
  if (count > 1 && quantization->quantized_dimension() != dimension)
    return fail(
        Errc::invalid_argument, where, named(weights), " is quantised along dimension ",
        quantization->quantized_dimension(), ", not along that of the output channels");
  for (flatbuffers::uoffset_t i = 0; i < size_of(quantization->zero_point()); ++i)
    if (quantization->zero_point()->Get(i) != 0)
      return fail(
          Errc::unsupported, where, named(weights), " has a zero point of ",
          quantization->zero_point()->Get(i), "; the firmware executes symmetric weights only");
  TRY(take(where, count * sizeof(float)));
  std::vector<float> scales;
  for (flatbuffers::uoffset_t i = 0; i < count; ++i)
    scales.push_back(quantization->scale()->Get(i));
  return scales;
}

}  // namespace sunfleck
