#include "core/network/import_onnx_parts.h"

#include <onnx/onnx_pb.h>

#include <bit>
#include <cmath>
#include <cstring>

namespace sunfleck {
namespace {

static_assert(std::endian::native == std::endian::little, "raw data are little-endian");

constexpr std::int64_t elements_max = std::int64_t{1} << 24;
constexpr std::size_t name_max = 120;

std::string named(const onnx::TensorProto& tensor) {
  return join("tensor '", printable(tensor.name()), "'");
}

// The product of the sizes, none of which is negative.
Result<std::size_t> count_elements(const std::string& where, const onnx::TensorProto& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t size : tensor.dims()) {
    if (size < 0 || size > elements_max || count * size > elements_max)
      return fail(
          Errc::invalid_argument, where, named(tensor), " has sizes that give no number from 0 to ",
          elements_max);
    count *= size;
  }
  return static_cast<std::size_t>(count);
}

// The elements, from the raw bytes or else from the field of their type.
template <class T, class Field>
Result<std::vector<T>> elements(
    const std::string& where, const onnx::TensorProto& tensor, const Field& field) {
  const std::size_t wanted = TRY(count_elements(where, tensor));
  if (!tensor.has_raw_data()) {
    if (static_cast<std::size_t>(field.size()) != wanted)
      return fail(
          Errc::invalid_argument, where, named(tensor), " has ", field.size(),
          " elements of data and needs ", wanted);
    return std::vector<T>(field.begin(), field.end());
  }
  const std::string& raw = tensor.raw_data();
  if (raw.size() != wanted * sizeof(T))
    return fail(
        Errc::invalid_argument, where, named(tensor), " has ", raw.size(),
        " bytes of data and needs ", wanted * sizeof(T));
  std::vector<T> values(wanted);
  if (wanted > 0) std::memcpy(values.data(), raw.data(), raw.size());
  return values;
}

Status require_finite(
    const std::string& where, const onnx::TensorProto& tensor, const std::vector<float>& values) {
  for (const float value : values)
    if (!std::isfinite(value))
      return fail(
          Errc::invalid_argument, where, named(tensor), " has an element that is not finite");
  return ok;
}

}  // namespace

std::string printable(const std::string& name) {
  std::string text;
  for (const char c : name.substr(0, name_max))
    text += c >= ' ' && c <= '~' ? c : '?';
  return text;
}

std::string text_of(const OnnxSizes& sizes) {
  std::string text;
  for (std::size_t i = 0; i < sizes.size() && i < 8; ++i)
    text += join(i == 0 ? "" : " x ", sizes[i]);
  return sizes.empty() ? "a single value" : text;
}

Result<Shape> shape_of(const std::string& where, const OnnxSizes& sizes) {
  if (sizes.size() < 2 || sizes.size() > 4)
    return fail(
        Errc::unsupported, where, "a tensor of ", sizes.size(),
        " dimensions; the firmware executes 2 to 4, the first of which is the batch");
  if (sizes[0] != 1)
    return fail(
        Errc::unsupported, where, "a tensor of ", text_of(sizes),
        "; the firmware executes a batch of 1");
  std::int64_t elements = 1;
  for (const std::int64_t size : sizes) {
    if (size < 1 || size > elements_max || elements * size > elements_max)
      return fail(
          Errc::unsupported, where, "a tensor of ", text_of(sizes), "; its elements must be 1 to ",
          elements_max);
    elements *= size;
  }
  Shape shape;
  shape.channels = static_cast<std::uint32_t>(sizes[1]);
  if (sizes.size() == 4) shape.height = static_cast<std::uint32_t>(sizes[2]);
  if (sizes.size() > 2) shape.width = static_cast<std::uint32_t>(sizes.back());
  return shape;
}

Result<OnnxConstant> read_constant(const std::string& where, const onnx::TensorProto& tensor) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0)
    return fail(
        Errc::unsupported, where, named(tensor),
        " has its data in another file; save the network in one file");
  if (tensor.has_segment())
    return fail(Errc::unsupported, where, named(tensor), " is cut into segments");
  OnnxConstant constant;
  constant.sizes.assign(tensor.dims().begin(), tensor.dims().end());
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      constant.reals = TRY(elements<float>(where, tensor, tensor.float_data()));
      TRY(require_finite(where, tensor, constant.reals));
      return constant;
    case onnx::TensorProto::INT64:
      constant.integers = TRY(elements<std::int64_t>(where, tensor, tensor.int64_data()));
      return constant;
    default:
      break;
  }
  const std::string type = onnx::TensorProto::DataType_IsValid(tensor.data_type())
      ? onnx::TensorProto::DataType_Name(
            static_cast<onnx::TensorProto::DataType>(tensor.data_type()))
      : join("type ", tensor.data_type());
  return fail(
      Errc::unsupported, where, named(tensor), " is ", type,
      "; float networks have FLOAT and INT64");
}

Result<const onnx::AttributeProto*> OnnxAttributes::find(const char* name, int type) const {
  for (const onnx::AttributeProto& attribute : node_.attribute()) {
    if (attribute.name() != name) continue;
    if (attribute.type() == type && attribute.ref_attr_name().empty()) return &attribute;
    return fail(
        Errc::invalid_argument, where_, "attribute '", name, "' is ",
        onnx::AttributeProto::AttributeType_Name(attribute.type()), " where ",
        onnx::AttributeProto::AttributeType_Name(
            static_cast<onnx::AttributeProto::AttributeType>(type)),
        " was wanted");
  }
  return static_cast<const onnx::AttributeProto*>(nullptr);
}

Result<std::int64_t> OnnxAttributes::integer(const char* name, std::int64_t otherwise) const {
  const onnx::AttributeProto* found = TRY(find(name, onnx::AttributeProto::INT));
  return found == nullptr ? otherwise : found->i();
}

Result<std::vector<std::int64_t>> OnnxAttributes::integers(
    const char* name, const std::vector<std::int64_t>& otherwise) const {
  const onnx::AttributeProto* found = TRY(find(name, onnx::AttributeProto::INTS));
  if (found == nullptr) return otherwise;
  return std::vector<std::int64_t>(found->ints().begin(), found->ints().end());
}

Result<float> OnnxAttributes::real(const char* name, float otherwise) const {
  const onnx::AttributeProto* found = TRY(find(name, onnx::AttributeProto::FLOAT));
  if (found == nullptr) return otherwise;
  if (std::isfinite(found->f())) return found->f();
  return fail(Errc::invalid_argument, where_, "attribute '", name, "' is not finite");
}

Result<std::string> OnnxAttributes::text(const char* name, const char* otherwise) const {
  const onnx::AttributeProto* found = TRY(find(name, onnx::AttributeProto::STRING));
  return found == nullptr ? std::string(otherwise) : found->s();
}

Result<OnnxConstant> OnnxAttributes::constant(const char* name) const {
  const onnx::AttributeProto* found = TRY(find(name, onnx::AttributeProto::TENSOR));
  if (found != nullptr) return read_constant(where_, found->t());
  return fail(Errc::unsupported, where_, "has no attribute '", name, "'");
}

Status OnnxAttributes::require(const char* name, std::int64_t wanted) const {
  const std::int64_t value = TRY(integer(name, wanted));
  if (value == wanted) return ok;
  return fail(
      Errc::unsupported, where_, "has ", name, " ", value, "; this program executes ", wanted);
}

}  // namespace sunfleck
