#include "core/network/import_onnx.h"

#include <google/protobuf/io/coded_stream.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "core/network/import_onnx_reader.h"

namespace sunfleck {
namespace {

constexpr std::size_t file_max = std::size_t{64} << 20;  // bytes; boards hold far less
constexpr int nesting_max = 32;                          // of messages
constexpr std::int64_t least_opset = 7;                  // Add broadcasts as it does today

bool parse(std::span<const std::uint8_t> bytes, onnx::ModelProto& model) {
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(nesting_max);
  return model.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

// The version of the operators without a domain.
Result<std::int64_t> opset_of(const onnx::ModelProto& model, const std::string& name) {
  for (const onnx::OperatorSetIdProto& opset : model.opset_import())
    if (opset.domain().empty() || opset.domain() == "ai.onnx") {
      if (opset.version() >= least_opset) return std::int64_t{opset.version()};
      return fail(
          Errc::unsupported, name, ": has operator set ", opset.version(),
          "; this program reads those from ", least_opset);
    }
  return fail(Errc::invalid_argument, name, ": does not name its operator set");
}

}  // namespace

Result<FloatNetwork> import_onnx(
    std::span<const std::uint8_t> bytes, const std::string& name, const OnnxOptions& options) {
  if (bytes.size() > file_max)
    return fail(Errc::unsupported, name, ": is larger than the ", file_max, " bytes that are read");
  onnx::ModelProto model;
  if (!parse(bytes, model) || !model.has_graph())
    return fail(Errc::invalid_argument, name, ": is no ONNX file, or a damaged one");
  const std::int64_t opset = TRY(opset_of(model, name));
  return OnnxReader(model.graph(), name, options, bytes.size()).read(opset);
}

}  // namespace sunfleck
