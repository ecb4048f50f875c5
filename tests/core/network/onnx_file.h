#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

// ONNX files written by the tests: a list of nodes and constants, of which a test spoils one thing.
// The bytes are made by hand from the protobuf encoding and the field numbers of onnx.proto, so
// that the reader is not judged by the library it uses.
namespace onnx_file {

using Sizes = std::vector<std::int64_t>;

// A protobuf message under construction.
class Message {
 public:
  Message& number(unsigned field, std::int64_t value) {
    varint(field << 3U);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& bytes(unsigned field, const std::string& value) {
    varint(field << 3U | 2U);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& real(unsigned field, float value) {
    varint(field << 3U | 5U);
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof raw);
    return *this;
  }
  Message& message(unsigned field, const Message& value) { return bytes(field, value.bytes_); }
  const std::string& done() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value > 127; value >>= 7U)
      bytes_ += static_cast<char>(value | 128U);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

struct Tensor {
  std::string name;
  Sizes sizes;
  std::vector<float> reals = {};
  std::vector<std::int64_t> integers = {};
  bool raw = true;               // data as bytes, or in the field of their type
  std::optional<int> type = {};  // else that of the data
  bool external = false;

  Message message() const {
    Message to;
    for (const std::int64_t size : sizes)
      to.number(1, size);
    const bool real = integers.empty();
    to.number(2, type.value_or(real ? 1 : 7)).bytes(8, name);
    if (external) to.number(14, 1);
    const auto* data = real ? static_cast<const void*>(reals.data()) : integers.data();
    const std::size_t size = reals.size() * 4 + integers.size() * 8;
    if (raw) return to.bytes(9, std::string(static_cast<const char*>(data), size));
    for (const float value : reals)
      to.real(4, value);
    for (const std::int64_t value : integers)
      to.number(7, value);
    return to;
  }
};

struct Attribute {
  std::string name;
  std::optional<std::int64_t> integer = {};
  std::optional<Sizes> integers = {};
  std::optional<float> real = {};
  std::optional<std::string> text = {};
  std::optional<Tensor> tensor = {};

  Message message() const {
    Message to;
    to.bytes(1, name);
    if (integer) to.number(3, *integer).number(20, 2);
    if (real) to.real(2, *real).number(20, 1);
    if (text) to.bytes(4, *text).number(20, 3);
    if (tensor) to.message(5, tensor->message()).number(20, 4);
    if (!integers) return to;
    for (const std::int64_t value : *integers)
      to.number(8, value);
    return to.number(20, 7);
  }
};

struct Node {
  std::string type;
  std::vector<std::string> inputs;
  std::vector<Attribute> attributes = {};
  std::string output = {};  // else "t<index>", after its place among the nodes
  std::string domain = {};
};

// A network from "x" to the output of the last node; node i writes "t<i>".
struct File {
  Sizes input;
  std::vector<Node> nodes;
  std::vector<Tensor> constants = {};
  std::int64_t opset = 13;
  std::int64_t input_type = 1;
  std::vector<std::string> outputs = {};  // else that of the last node

  std::vector<std::uint8_t> bytes() const {
    Message graph;
    std::string last;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const Node& node = nodes[i];
      Message to;
      for (const std::string& name : node.inputs)
        to.bytes(1, name);
      last = node.output.empty() ? "t" + std::to_string(i) : node.output;
      to.bytes(2, last).bytes(3, "n" + std::to_string(i)).bytes(4, node.type);
      for (const Attribute& attribute : node.attributes)
        to.message(5, attribute.message());
      graph.message(1, to.bytes(7, node.domain));
    }
    for (const Tensor& constant : constants)
      graph.message(5, constant.message());
    Message shape;
    for (const std::int64_t size : input)
      shape.message(1, size < 0 ? Message().bytes(2, "N") : Message().number(1, size));
    const Message type = Message().message(1, Message().number(1, input_type).message(2, shape));
    graph.message(11, Message().bytes(1, "x").message(2, type));
    for (const std::string& name : outputs.empty() ? std::vector{last} : outputs)
      graph.message(12, Message().bytes(1, name));
    Message model;
    model.number(1, 8).message(8, Message().number(2, opset)).message(7, graph);
    return {model.done().begin(), model.done().end()};
  }
};

}  // namespace onnx_file
