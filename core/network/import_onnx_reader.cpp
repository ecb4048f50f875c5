#include "core/network/import_onnx_reader.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cassert>
#include <set>

namespace sunfleck {
namespace {

constexpr std::uint64_t copies_max = 8;
constexpr std::uint64_t spare_elements = 65536;             // for files that are very small
constexpr std::uint64_t work_max = std::uint64_t{1} << 33;  // products; boards do far fewer
constexpr int nodes_max = 65536;

// Products of weights with inputs that the layer forms.
std::uint64_t products_of(const FloatLayer& layer, const Shape& output) {
  if (layer.op == FloatOperator::fully_connected) return layer.weights.size();
  return layer.weights.size() * output.height * output.width;
}

}  // namespace

bool OnnxReader::Step::has(int input) const {
  return input < node.input_size() && !node.input(input).empty();
}

// To read a further operator, add a row.
const std::array<OnnxReader::Kind, 21> OnnxReader::kinds{{
    {"Conv", 2, 3, &OnnxReader::read_conv},
    {"MaxPool", 1, 1, &OnnxReader::read_max_pool},
    {"AveragePool", 1, 1, &OnnxReader::read_average_pool},
    {"GlobalAveragePool", 1, 1, &OnnxReader::read_global_average_pool},
    {"Gemm", 2, 3, &OnnxReader::read_gemm},
    {"MatMul", 2, 2, &OnnxReader::read_mat_mul},
    {"Add", 2, 2, &OnnxReader::read_add},
    {"Mul", 2, 2, &OnnxReader::read_mul},
    {"BatchNormalization", 5, 5, &OnnxReader::read_batch_normalization},
    {"Relu", 1, 1, &OnnxReader::read_relu},
    {"Clip", 1, 3, &OnnxReader::read_clip},
    {"Softmax", 1, 1, &OnnxReader::read_softmax},
    {"Reshape", 2, 2, &OnnxReader::read_reshape},
    {"Flatten", 1, 1, &OnnxReader::read_flatten},
    {"Squeeze", 1, 2, &OnnxReader::read_squeeze},
    {"Unsqueeze", 1, 2, &OnnxReader::read_unsqueeze},
    {"Identity", 1, 1, &OnnxReader::read_identity},
    {"Dropout", 1, 3, &OnnxReader::read_identity},
    {"Constant", 0, 0, &OnnxReader::read_constant_node},
    {"ArgMax", 1, 1, &OnnxReader::read_arg_max},
    {"Gather", 2, 2, &OnnxReader::read_gather},
}};

OnnxReader::OnnxReader(
    const onnx::GraphProto& graph, const std::string& name, const OnnxOptions& options,
    std::size_t file_bytes)
    : graph_(graph), options_(options), left_(copies_max * file_bytes + spare_elements) {
  network_.name = name;
}

Result<FloatNetwork> OnnxReader::read(std::int64_t opset) {
  opset_ = opset;
  const std::string& name = network_.name;
  if (graph_.node_size() > nodes_max)
    return fail(Errc::unsupported, name, ": has more than ", nodes_max, " nodes");
  if (graph_.output_size() != 1)
    return fail(
        Errc::unsupported, name, ": has ", graph_.output_size(),
        " outputs; the firmware executes one");
  for (const onnx::TensorProto& tensor : graph_.initializer())
    values_[tensor.name()] = &tensor;
  TRY(read_graph_input());
  const std::vector<bool> needed = needed_nodes();
  for (int i = 0; i < graph_.node_size(); ++i)
    if (needed[static_cast<std::size_t>(i)]) TRY(read_node(i));

  const auto output = values_.find(graph_.output(0).name());
  if (output == values_.end() || !std::holds_alternative<Variable>(output->second))
    return fail(
        Errc::invalid_argument, name, ": its output '", printable(graph_.output(0).name()),
        "' does not depend on its input");
  network_.output = std::get<Variable>(output->second).tensor;
  if (network_.layers.empty()) return fail(Errc::invalid_argument, name, ": has no layers");
  return std::move(network_);
}

// The one input that is no constant; files before 2019 list constants as inputs too.
Status OnnxReader::read_graph_input() {
  const onnx::ValueInfoProto* input = nullptr;
  int inputs = 0;
  for (const onnx::ValueInfoProto& info : graph_.input()) {
    if (values_.contains(info.name())) continue;
    input = &info;
    ++inputs;
  }
  if (inputs != 1)
    return fail(
        Errc::unsupported, network_.name, ": has ", inputs, " inputs; the firmware executes one");
  const std::string where = join(network_.name, ": input '", printable(input->name()), "': ");
  const onnx::TypeProto_Tensor& type = input->type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT)
    return fail(Errc::unsupported, where, "is not a tensor of FLOAT");
  OnnxSizes sizes;
  for (const auto& dimension : type.shape().dim()) {
    const bool open_batch = sizes.empty() && !dimension.has_dim_value();
    sizes.push_back(open_batch ? 1 : dimension.dim_value());
  }
  network_.tensors.push_back(
      {.name = printable(input->name()), .shape = TRY(shape_of(where, sizes))});
  values_[input->name()] = Variable{.tensor = 0, .sizes = sizes};
  return ok;
}

// Which nodes the output depends on. What an ArgMax with a fixed choice reads is not needed.
std::vector<bool> OnnxReader::needed_nodes() const {
  std::vector<bool> needed(static_cast<std::size_t>(graph_.node_size()), false);
  std::set<std::string> names{graph_.output(0).name()};
  for (int i = graph_.node_size() - 1; i >= 0; --i) {
    const onnx::NodeProto& node = graph_.node(i);
    if (!std::ranges::any_of(node.output(), [&](const auto& name) { return names.contains(name); }))
      continue;
    needed[static_cast<std::size_t>(i)] = true;
    if (node.op_type() == "ArgMax" && options_.choice) continue;
    names.insert(node.input().begin(), node.input().end());
  }
  return needed;
}

Status OnnxReader::read_node(int index) {
  const onnx::NodeProto& node = graph_.node(index);
  const std::string place = join(
      network_.name, ": node ", index, " '", printable(node.name()), "' (",
      printable(node.op_type()), "): ");
  const Step step(node, place);
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    return fail(
        Errc::unsupported, place, "is an operator of '", printable(node.domain()),
        "', which this program does not know");
  const auto* kind = std::ranges::find_if(
      kinds, [&node](const Kind& candidate) { return node.op_type() == candidate.name; });
  if (kind == kinds.end())
    return fail(Errc::unsupported, place, "is an operator that the firmware cannot execute");
  if (node.input_size() < kind->least_inputs || node.input_size() > kind->most_inputs ||
      node.output_size() < 1)
    return fail(
        Errc::invalid_argument, place, "has ", node.input_size(), " inputs and ",
        node.output_size(), " outputs, as this operator never has");
  return (this->*kind->read)(step);
}

Result<const OnnxReader::Value*> OnnxReader::value(const Step& step, int input) const {
  if (input >= step.node.input_size())
    return fail(Errc::invalid_argument, step.where, "has no input ", input);
  const std::string& name = step.node.input(input);
  const auto found = values_.find(name);
  if (found != values_.end()) return &found->second;
  return fail(
      Errc::invalid_argument, step.where, "reads '", printable(name),
      "', which nothing writes before it");
}

Result<const OnnxReader::Variable*> OnnxReader::variable(const Step& step, int input) const {
  const Value* found = TRY(value(step, input));
  if (const auto* variable = std::get_if<Variable>(found)) return variable;
  return fail(
      Errc::unsupported, step.where, "has the constant '", printable(step.node.input(input)),
      "' where the firmware wants a tensor that depends on the network's input");
}

Result<OnnxConstant> OnnxReader::constant(const Step& step, int input) {
  const Value* found = TRY(value(step, input));
  if (std::holds_alternative<Variable>(*found))
    return fail(
        Errc::unsupported, step.where, "computes '", printable(step.node.input(input)),
        "' from the network's input; the firmware wants a constant there");
  OnnxConstant constant = std::holds_alternative<OnnxConstant>(*found)
      ? std::get<OnnxConstant>(*found)
      : TRY(read_constant(step.where, *std::get<const onnx::TensorProto*>(*found)));
  TRY(take(step.where, constant.count()));
  return constant;
}

Result<OnnxSizes> OnnxReader::sizes_of(const Step& step, int input) const {
  const Value* found = TRY(value(step, input));
  if (const auto* variable = std::get_if<Variable>(found)) return variable->sizes;
  if (const auto* computed = std::get_if<OnnxConstant>(found)) return computed->sizes;
  const auto& dims = std::get<const onnx::TensorProto*>(*found)->dims();
  return OnnxSizes(dims.begin(), dims.end());
}

Status OnnxReader::take(const std::string& where, std::uint64_t elements) {
  if (elements > left_)
    return fail(
        Errc::unsupported, where, "nodes share constants so often that their copies exceed ",
        copies_max, " times the file");
  left_ -= elements;
  return ok;
}

// Gives the node's first output its value.
Status OnnxReader::write(const Step& step, Value value) {
  const std::string& name = step.node.output(0);
  if (!name.empty() && values_.emplace(name, std::move(value)).second) return ok;
  return fail(
      Errc::invalid_argument, step.where, "writes '", printable(name),
      "', which has a value already");
}

// Appends a layer whose input stands in it.
Status OnnxReader::add_layer(const Step& step, FloatLayer layer, const OnnxSizes& sizes) {
  const Shape output = TRY(shape_of(step.where, sizes));
  work_ += std::min(products_of(layer, output), work_max);
  if (work_ > work_max)
    return fail(
        Errc::unsupported, step.where, "brings the network above ", work_max,
        " multiply-accumulates");
  layer.name = printable(step.node.name());
  if (layer.name.empty()) layer.name = printable(step.node.output(0));
  layer.output = network_.tensors.size();
  network_.tensors.push_back({.name = printable(step.node.output(0)), .shape = output});
  network_.layers.push_back(std::move(layer));
  return write(step, Variable{.tensor = network_.tensors.size() - 1, .sizes = sizes});
}

}  // namespace sunfleck
