#include "core/network/import_tflite.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/network/check_network.h"
#include "core/network/quantise.h"
#include "core/network/tflite_generated.h"
#include "core/network/tflite_names.h"
#include "core/network/tflite_tensors.h"
#include "core/network/window.h"

namespace sunfleck {
namespace {

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

template <class T>
std::size_t size_of(const flatbuffers::Vector<T>* vector) {
  return vector == nullptr ? 0 : vector->size();
}

// The operator being read, and how error texts about it begin.
struct Step {
  const tflite::Operator* op = nullptr;
  std::string where;
};

Result<std::uint32_t> extent(const Step& step, const char* what, std::int32_t value) {
  if (value >= 1 && value <= 0xFFFF) return static_cast<std::uint32_t>(value);
  return fail(
      Errc::invalid_argument, step.where, "has a ", what, " of ", value, ", not 1 to 65535");
}

class Importer {
 public:
  Importer(const tflite::Model& model, const std::string& name, std::size_t file_bytes)
      : model_(model), constants_(model, file_bytes) {
    network_.name = name;
  }

  Result<Network> read();

 private:
  struct Kind {
    BuiltinCode code;
    Operator op;
    std::size_t least_inputs, most_inputs;
    Status (Importer::*read)(const Step& step, Layer& layer);
  };
  static const std::array<Kind, 9> kinds;

  Status read_graph();
  bool is_hybrid(const tflite::Operator& op) const;
  Status refuse_hybrid() const;
  Result<const Kind*> kind_of(const Step& step) const;
  Status read_operator(std::size_t index);
  Status check_operands(const Step& step, const Kind& kind) const;
  Status read_conv(const Step& step, Layer& layer);
  Status read_depthwise(const Step& step, Layer& layer);
  Status read_fully_connected(const Step& step, Layer& layer);
  Status read_pool(const Step& step, Layer& layer);
  Status read_reshape(const Step& step, Layer& layer);
  Status read_softmax(const Step& step, Layer& layer);
  Status read_add(const Step& step, Layer& layer);
  Status read_quantize(const Step& step, Layer& layer);

  template <class Options>
  Status read_window(const Step& step, const Options& options, Layer& layer);
  template <class Options>
  Status read_filter(
      const Step& step, const Options* options, std::int32_t dimension, Layer& layer);
  Status read_clamp(const Step& step, std::int8_t function, Layer& layer);
  Status read_weights(const Step& step, std::int32_t dimension, Layer& layer);
  Status read_bias(const Step& step, Layer& layer);

  Result<std::size_t> tensor_index(const std::string& where, std::int32_t index) const;
  Result<std::size_t> activation_read(const Step& step, flatbuffers::uoffset_t which) const;
  Result<std::size_t> add_activation(const std::string& where, std::int32_t index);
  const tflite::Tensor& tensor(std::size_t index) const {
    return *graph_->tensors()->Get(static_cast<flatbuffers::uoffset_t>(index));
  }
  // An input that check_operands() has seen.
  const tflite::Tensor& operand(const Step& step, flatbuffers::uoffset_t which) const {
    return tensor(static_cast<std::size_t>(step.op->inputs()->Get(which)));
  }
  const Activation& in(const Layer& layer) const { return network_.activations[layer.input]; }
  const Activation& out(const Layer& layer) const { return network_.activations[layer.output]; }

  const tflite::Model& model_;
  const tflite::SubGraph* graph_ = nullptr;
  TfliteConstants constants_;
  Network network_;
  std::vector<std::size_t> activation_of_;  // [tensors], `nowhere` for one not written yet
};

// To execute a further operator, add a row.
const std::array<Importer::Kind, 9> Importer::kinds{{
    {BuiltinCode::conv_2d, Operator::conv_2d, 2, 3, &Importer::read_conv},
    {BuiltinCode::depthwise_conv_2d, Operator::depthwise_conv_2d, 2, 3, &Importer::read_depthwise},
    {BuiltinCode::fully_connected, Operator::fully_connected, 2, 3,
     &Importer::read_fully_connected},
    {BuiltinCode::average_pool_2d, Operator::average_pool_2d, 1, 1, &Importer::read_pool},
    {BuiltinCode::reshape, Operator::reshape, 1, 2, &Importer::read_reshape},
    {BuiltinCode::softmax, Operator::softmax, 1, 1, &Importer::read_softmax},
    {BuiltinCode::add, Operator::add, 2, 2, &Importer::read_add},
    {BuiltinCode::max_pool_2d, Operator::max_pool_2d, 1, 1, &Importer::read_pool},
    {BuiltinCode::quantize, Operator::quantize, 1, 1, &Importer::read_quantize},
}};

Result<Network> Importer::read() {
  if (model_.version() != 3)
    return fail(
        Errc::unsupported, network_.name, ": has schema version ", model_.version(),
        "; this program reads version 3");
  if (size_of(model_.subgraphs()) == 0)
    return fail(Errc::invalid_argument, network_.name, ": holds no graph");
  graph_ = model_.subgraphs()->Get(0);
  TRY(read_graph());
  TRY(check_network(network_));
  return std::move(network_);
}

Status Importer::read_graph() {
  const std::string& name = network_.name;
  if (size_of(graph_->inputs()) != 1 || size_of(graph_->outputs()) != 1)
    return fail(
        Errc::unsupported, name, ": has ", size_of(graph_->inputs()), " inputs and ",
        size_of(graph_->outputs()), " outputs; the firmware executes one of each");
  activation_of_.assign(size_of(graph_->tensors()), nowhere);
  TRY(refuse_hybrid());
  network_.input = TRY(add_activation(join(name, ": input: "), graph_->inputs()->Get(0)));
  for (std::size_t i = 0; i < size_of(graph_->operators()); ++i)
    TRY(read_operator(i));
  const std::size_t output = TRY(tensor_index(join(name, ": output: "), graph_->outputs()->Get(0)));
  network_.output = activation_of_[output];
  if (network_.output != nowhere) return ok;
  return fail(Errc::invalid_argument, name, ": output: nothing writes ", named(tensor(output)));
}

// Whether the operator multiplies a float activation with quantised weights.
bool Importer::is_hybrid(const tflite::Operator& op) const {
  if (size_of(op.inputs()) < 2) return false;
  for (flatbuffers::uoffset_t i = 0; i < 2; ++i)
    if (static_cast<std::uint32_t>(op.inputs()->Get(i)) >= activation_of_.size()) return false;
  const auto type_of = [&](flatbuffers::uoffset_t which) {
    return static_cast<TensorType>(
        tensor(static_cast<std::size_t>(op.inputs()->Get(which))).type());
  };
  return type_of(0) == TensorType::float32 &&
      (type_of(1) == TensorType::int8 || type_of(1) == TensorType::int4);
}

// A network whose weights alone are quantised looks like one for us, but computes in float.
Status Importer::refuse_hybrid() const {
  const std::size_t input =
      TRY(tensor_index(join(network_.name, ": input: "), graph_->inputs()->Get(0)));
  if (tensor(input).type() != static_cast<std::int8_t>(TensorType::float32)) return ok;
  for (flatbuffers::uoffset_t i = 0; i < size_of(graph_->operators()); ++i)
    if (is_hybrid(*graph_->operators()->Get(i)))
      return fail(
          Errc::unsupported, network_.name, ": input: ", named(tensor(input)),
          " is FLOAT32 while weights are quantised: the firmware executes no hybrid networks; "
          "quantise the activations too");
  return ok;
}

// What the operator is. Fails when the firmware does not have it.
Result<const Importer::Kind*> Importer::kind_of(const Step& step) const {
  if (step.op->opcode_index() >= size_of(model_.operator_codes()))
    return fail(
        Errc::invalid_argument, step.where, " has operator code ", step.op->opcode_index(), " of ",
        size_of(model_.operator_codes()));
  const tflite::OperatorCode& code = *model_.operator_codes()->Get(step.op->opcode_index());
  // Old files have the narrow field only; in new ones it is 127 when the number does not fit.
  const std::int32_t builtin =
      std::max<std::int32_t>(code.builtin_code(), code.deprecated_builtin_code());
  if (builtin == static_cast<std::int32_t>(BuiltinCode::custom))
    return fail(
        Errc::unsupported, step.where, " is the custom operator '", printable(code.custom_code()),
        "', which the firmware cannot execute");
  const auto* kind =
      std::ranges::find(kinds, static_cast<BuiltinCode>(builtin), &Importer::Kind::code);
  if (kind == kinds.end())
    return fail(
        Errc::unsupported, step.where, " is ", builtin_name(builtin),
        ", which the firmware cannot execute");
  return kind;
}

Status Importer::read_operator(std::size_t index) {
  Step step{
      .op = graph_->operators()->Get(static_cast<flatbuffers::uoffset_t>(index)),
      .where = join(network_.name, ": operator ", index)};
  const Kind& kind = *TRY(kind_of(step));
  step.where += join(" (", name_of(kind.op), "): ");
  TRY(check_operands(step, kind));
  Layer layer;
  layer.op = kind.op;
  layer.input = TRY(activation_read(step, 0));
  layer.output = TRY(add_activation(step.where, step.op->outputs()->Get(0)));
  layer.name = out(layer).name;
  TRY((this->*kind.read)(step, layer));
  network_.layers.push_back(std::move(layer));
  return ok;
}

// The activation that an operand was written as.
Result<std::size_t> Importer::activation_read(
    const Step& step, flatbuffers::uoffset_t which) const {
  const auto index = static_cast<std::size_t>(step.op->inputs()->Get(which));
  if (activation_of_[index] != nowhere) return activation_of_[index];
  if (constants_.holds(tensor(index)))
    return fail(
        Errc::unsupported, step.where, "reads ", named(tensor(index)),
        ", a constant; the firmware executes activations there");
  return fail(
      Errc::invalid_argument, step.where, "reads ", named(tensor(index)),
      ", which nothing writes before it");
}

Status Importer::check_operands(const Step& step, const Kind& kind) const {
  const std::size_t inputs = size_of(step.op->inputs());
  const std::size_t outputs = size_of(step.op->outputs());
  if (inputs < kind.least_inputs || inputs > kind.most_inputs || outputs != 1)
    return fail(
        Errc::invalid_argument, step.where, "has ", inputs, " inputs and ", outputs,
        " outputs, as this operator never has");
  for (flatbuffers::uoffset_t i = 0; i < inputs; ++i) {
    const bool optional = i == 2;  // the bias
    if (optional && step.op->inputs()->Get(i) == -1) continue;
    TRY(tensor_index(step.where, step.op->inputs()->Get(i)));
  }
  return ok;
}

Result<std::size_t> Importer::tensor_index(const std::string& where, std::int32_t index) const {
  if (index >= 0 && static_cast<std::size_t>(index) < activation_of_.size())
    return static_cast<std::size_t>(index);
  return fail(
      Errc::invalid_argument, where, "refers to tensor ", index, " of ", activation_of_.size());
}

Result<std::size_t> Importer::add_activation(const std::string& where, std::int32_t index) {
  const std::size_t at = TRY(tensor_index(where, index));
  if (activation_of_[at] != nowhere)
    return fail(Errc::invalid_argument, where, named(tensor(at)), " is written a second time");
  Activation activation = TRY(read_activation(where, tensor(at)));
  activation_of_[at] = network_.activations.size();
  network_.activations.push_back(std::move(activation));
  return activation_of_[at];
}

Status Importer::read_conv(const Step& step, Layer& layer) {
  const Dimensions filter = TRY(dimensions_of(step.where, operand(step, 1)));
  if (filter.rank == 4 && filter.last() != in(layer).shape.channels)
    return fail(
        Errc::unsupported, step.where, "has a filter of ", filter.last(),
        " channels over an input of ", in(layer).shape.channels,
        "; the firmware executes no groups");
  return read_filter(step, step.op->builtin_options_as_Conv2DOptions(), 0, layer);
}

Status Importer::read_depthwise(const Step& step, Layer& layer) {
  const tflite::DepthwiseConv2DOptions* options =
      step.op->builtin_options_as_DepthwiseConv2DOptions();
  layer.depth_multiplier = out(layer).shape.channels / in(layer).shape.channels;
  // 0 in files whose converter knew that the number follows from the shapes.
  if (options != nullptr && options->depth_multiplier() != 0 &&
      options->depth_multiplier() != static_cast<std::int64_t>(layer.depth_multiplier))
    return fail(
        Errc::invalid_argument, step.where, "has a depth multiplier of ",
        options->depth_multiplier(), " and makes ", out(layer).shape.channels, " channels of ",
        in(layer).shape.channels);
  return read_filter(step, options, 3, layer);
}

// What both convolutions share; `dimension` is that of the output channels in the filter.
template <class Options>
Status Importer::read_filter(
    const Step& step, const Options* options, std::int32_t dimension, Layer& layer) {
  if (options == nullptr) return fail(Errc::invalid_argument, step.where, "has no options");
  if (options->dilation_h_factor() != 1 || options->dilation_w_factor() != 1)
    return fail(
        Errc::unsupported, step.where, "has a dilation of ", options->dilation_h_factor(), " x ",
        options->dilation_w_factor(), "; the firmware executes 1 x 1");
  const Dimensions filter = TRY(dimensions_of(step.where, operand(step, 1)));
  if (filter.rank != 4)
    return fail(
        Errc::invalid_argument, step.where, "has a filter of ", filter.rank, " dimensions, not 4");
  if (filter.sizes.at(static_cast<std::size_t>(dimension)) != out(layer).shape.channels ||
      (dimension == 3 && filter.sizes[0] != 1))
    return fail(
        Errc::invalid_argument, step.where, "has a filter for ",
        filter.sizes.at(static_cast<std::size_t>(dimension)), " channels and an output of ",
        out(layer).shape.channels);
  layer.kernel_height = filter.sizes[1];
  layer.kernel_width = filter.sizes[2];
  TRY(read_window(step, *options, layer));
  TRY(read_clamp(step, options->fused_activation_function(), layer));
  TRY(read_weights(step, dimension, layer));
  return read_bias(step, layer);
}

Status Importer::read_fully_connected(const Step& step, Layer& layer) {
  const tflite::FullyConnectedOptions* options =
      step.op->builtin_options_as_FullyConnectedOptions();
  if (options == nullptr) return fail(Errc::invalid_argument, step.where, "has no options");
  if (options->weights_format() != 0)
    return fail(
        Errc::unsupported, step.where, "has shuffled weights, which the firmware cannot execute");
  const Dimensions filter = TRY(dimensions_of(step.where, operand(step, 1)));
  const std::uint64_t inputs = in(layer).shape.elements();
  if (filter.rank != 2 || inputs % filter.sizes[1] != 0)
    return fail(
        Errc::invalid_argument, step.where, "has ", inputs, " inputs and weights for ",
        filter.last());
  if (inputs != filter.sizes[1])
    return fail(
        Errc::unsupported, step.where, "has a batch of ", inputs / filter.sizes[1],
        "; the firmware executes one input at a time");
  if (out(layer).shape.elements() != filter.sizes[0])
    return fail(
        Errc::invalid_argument, step.where, "has weights for ", filter.sizes[0],
        " outputs and an output of ", out(layer).shape.elements());
  TRY(read_clamp(step, options->fused_activation_function(), layer));
  TRY(read_weights(step, 0, layer));
  return read_bias(step, layer);
}

Status Importer::read_add(const Step& step, Layer& layer) {
  const tflite::AddOptions* options = step.op->builtin_options_as_AddOptions();
  layer.input2 = TRY(activation_read(step, 1));
  for (const std::size_t input : {layer.input, *layer.input2})
    if (network_.activations[input].shape != out(layer).shape)
      return fail(
          Errc::unsupported, step.where, "adds ", named(operand(step, 0)), " and ",
          named(operand(step, 1)), " of different shapes; the firmware broadcasts nothing");
  return read_clamp(step, options == nullptr ? 0 : options->fused_activation_function(), layer);
}

Status Importer::read_quantize(const Step& step, Layer& layer) {
  return read_clamp(step, 0, layer);
}

Status Importer::read_pool(const Step& step, Layer& layer) {
  const tflite::Pool2DOptions* options = step.op->builtin_options_as_Pool2DOptions();
  if (options == nullptr) return fail(Errc::invalid_argument, step.where, "has no options");
  layer.kernel_height = TRY(extent(step, "filter height", options->filter_height()));
  layer.kernel_width = TRY(extent(step, "filter width", options->filter_width()));
  TRY(read_window(step, *options, layer));
  return read_clamp(step, options->fused_activation_function(), layer);
}

// The shape that the second input asks for is that of the output tensor.
Status Importer::read_reshape(const Step& step, Layer& layer) {
  const std::uint64_t inputs = in(layer).shape.elements();
  const std::uint64_t outputs = out(layer).shape.elements();
  if (inputs == outputs) return ok;
  return fail(Errc::invalid_argument, step.where, "makes ", outputs, " elements of ", inputs);
}

Status Importer::read_softmax(const Step& step, Layer& layer) {
  const tflite::SoftmaxOptions* options = step.op->builtin_options_as_SoftmaxOptions();
  if (options == nullptr) return fail(Errc::invalid_argument, step.where, "has no options");
  if (in(layer).shape != out(layer).shape)
    return fail(
        Errc::invalid_argument, step.where, "has an output of another shape than its input");
  layer.beta = options->beta();
  return ok;
}

// Stride and padding; the output must have the size that they give.
template <class Options>
Status Importer::read_window(const Step& step, const Options& options, Layer& layer) {
  layer.stride_height = TRY(extent(step, "stride height", options.stride_h()));
  layer.stride_width = TRY(extent(step, "stride width", options.stride_w()));
  const auto padding = static_cast<Padding>(options.padding());
  if (padding != Padding::same && padding != Padding::valid)
    return fail(
        Errc::unsupported, step.where, "has padding ", int{options.padding()},
        ", which is neither SAME nor VALID");
  const auto make = padding == Padding::same ? same_window : valid_window;
  const Shape& input = in(layer).shape;
  const Shape& output = out(layer).shape;
  const Window rows = make(input.height, layer.kernel_height, layer.stride_height);
  const Window columns = make(input.width, layer.kernel_width, layer.stride_width);
  if (rows.outputs != output.height || columns.outputs != output.width)
    return fail(
        Errc::invalid_argument, step.where, "has an output of ", output.height, " x ", output.width,
        "; its input and window give ", rows.outputs, " x ", columns.outputs);
  layer.pad_top = rows.pad_before;
  layer.pad_left = columns.pad_before;
  return ok;
}

Status Importer::read_clamp(const Step& step, std::int8_t function, Layer& layer) {
  struct Clamp {
    const char* name;
    float low, high;
  };
  constexpr float endless = std::numeric_limits<float>::infinity();
  static constexpr std::array clamps{
      Clamp{"NONE", -endless, endless},
      Clamp{"RELU", 0.0F, endless},
      Clamp{"RELU_N1_TO_1", -1.0F, 1.0F},
      Clamp{"RELU6", 0.0F, 6.0F},
  };
  const std::string name = activation_name(function);
  const auto* clamp = std::ranges::find(clamps, name, &Clamp::name);
  if (clamp == clamps.end())
    return fail(
        Errc::unsupported, step.where, "has the fused activation ", name,
        ", which the firmware cannot execute");
  const QuantaRange range = clamp_range(out(layer), clamp->low, clamp->high);
  layer.activation_min = range.low;
  layer.activation_max = range.high;
  return ok;
}

// Weights of 4 bits stay so where the firmware has kernels for them.
Status Importer::read_weights(const Step& step, std::int32_t dimension, Layer& layer) {
  const tflite::Tensor& source = operand(step, 1);
  const std::uint64_t count = weight_count(layer, in(layer).shape, out(layer).shape);
  layer.weights = TRY(constants_.weights(step.where, source, count));
  layer.weight_scales =
      TRY(constants_.scales(step.where, source, out(layer).shape.channels, dimension));
  if (source.type() == static_cast<std::int8_t>(TensorType::int4) &&
      layer.op != Operator::depthwise_conv_2d)
    layer.weight_bits = 4;
  return ok;
}

Status Importer::read_bias(const Step& step, Layer& layer) {
  if (size_of(step.op->inputs()) < 3 || step.op->inputs()->Get(2) == -1) return ok;
  const tflite::Tensor& source = operand(step, 2);
  const TensorType type = in(layer).bits > 8 ? TensorType::int64 : TensorType::int32;
  layer.bias = TRY(constants_.bias(step.where, source, type, out(layer).shape.channels));
  return check_bias_scale(step.where, source, layer, {in(layer).scale, out(layer).scale});
}

}  // namespace

Result<Network> import_tflite(std::span<const std::uint8_t> bytes, const std::string& name) {
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE)
    return fail(Errc::invalid_argument, name, ": is larger than the 2 GB of a TFLite file");
  // The verifier and the accessors want aligned numbers; these bytes may lie anywhere.
  const std::vector<std::uint8_t> aligned(bytes.begin(), bytes.end());
  constexpr std::size_t identified = 2 * sizeof(flatbuffers::uoffset_t);
  if (aligned.size() < identified || !tflite::ModelBufferHasIdentifier(aligned.data()))
    return fail(Errc::invalid_argument, name, ": is not a TFLite file: its mark 'TFL3' is missing");
  flatbuffers::Verifier verifier(aligned.data(), aligned.size());
  if (!tflite::VerifyModelBuffer(verifier))
    return fail(
        Errc::invalid_argument, name, ": is damaged: parts of it lie outside the file or overlap");
  return Importer(*tflite::GetModel(aligned.data()), name, aligned.size()).read();
}

}  // namespace sunfleck
