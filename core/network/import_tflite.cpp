#include "core/network/import_tflite.h"

#include <algorithm>

#include "core/network/check_network.h"
#include "core/network/tflite_generated.h"
#include "core/network/tflite_importer.h"

namespace sunfleck {

const tflite::Tensor& TfliteImporter::tensor(std::size_t index) const {
  return *graph_->tensors()->Get(static_cast<std::uint32_t>(index));
}

const tflite::Tensor& TfliteImporter::operand(const TfliteStep& step, std::uint32_t which) const {
  return tensor(static_cast<std::size_t>(step.op->inputs()->Get(which)));
}

Result<Network> TfliteImporter::read() {
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

Status TfliteImporter::read_graph() {
  const std::string& name = network_.name;
  if (size_of(graph_->inputs()) != 1 || size_of(graph_->outputs()) != 1)
    return fail(
        Errc::unsupported, name, ": has ", size_of(graph_->inputs()), " inputs and ",
        size_of(graph_->outputs()), " outputs; the firmware executes one of each");
  activation_of_.assign(size_of(graph_->tensors()), nowhere);
  end_ = size_of(graph_->operators());
  TRY(refuse_hybrid());
  const auto input = static_cast<std::int32_t>(TRY(quantised_input()));
  const std::size_t output = TRY(quantised_output());
  network_.input = TRY(add_activation(join(name, ": input: "), input));
  for (std::size_t i = first_; i < end_; ++i)
    TRY(read_operator(i));
  network_.output = activation_of_[output];
  if (network_.output != nowhere) return ok;
  return fail(Errc::invalid_argument, name, ": output: nothing writes ", named(tensor(output)));
}

// The number in TFLite's schema; -1 when the file does not say.
std::int32_t TfliteImporter::builtin_of(const tflite::Operator& op) const {
  if (op.opcode_index() >= size_of(model_.operator_codes())) return -1;
  const tflite::OperatorCode& code = *model_.operator_codes()->Get(op.opcode_index());
  // Old files have the narrow field only; in new ones it is 127 when the number does not fit.
  return std::max<std::int32_t>(code.builtin_code(), code.deprecated_builtin_code());
}

// The network's input; of one that takes floats and quantises them first, what that makes.
Result<std::size_t> TfliteImporter::quantised_input() {
  const std::string where = join(network_.name, ": input: ");
  const std::size_t input = TRY(tensor_index(where, graph_->inputs()->Get(0)));
  if (end_ == 0 || tensor(input).type() != static_cast<std::int8_t>(TensorType::float32))
    return input;
  const tflite::Operator& op = *graph_->operators()->Get(0);
  const bool converts = builtin_of(op) == static_cast<std::int32_t>(BuiltinCode::quantize) &&
      size_of(op.inputs()) == 1 && size_of(op.outputs()) == 1 &&
      op.inputs()->Get(0) == graph_->inputs()->Get(0);
  if (!converts) return input;
  first_ = 1;
  return tensor_index(where, op.outputs()->Get(0));
}

// The network's output; of one that makes floats of it last, what they are made of.
Result<std::size_t> TfliteImporter::quantised_output() {
  const std::string where = join(network_.name, ": output: ");
  const std::size_t output = TRY(tensor_index(where, graph_->outputs()->Get(0)));
  if (end_ == first_) return output;
  const tflite::Operator& op = *graph_->operators()->Get(static_cast<std::uint32_t>(end_ - 1));
  const bool converts = builtin_of(op) == static_cast<std::int32_t>(BuiltinCode::dequantize) &&
      size_of(op.inputs()) == 1 && size_of(op.outputs()) == 1 &&
      op.outputs()->Get(0) == graph_->outputs()->Get(0);
  if (!converts) return output;
  --end_;
  return tensor_index(where, op.inputs()->Get(0));
}

// Whether the operator multiplies a float activation with quantised weights.
bool TfliteImporter::is_hybrid(const tflite::Operator& op) const {
  if (size_of(op.inputs()) < 2) return false;
  for (std::uint32_t i = 0; i < 2; ++i)
    if (static_cast<std::uint32_t>(op.inputs()->Get(i)) >= activation_of_.size()) return false;
  const auto type_of = [&](std::uint32_t which) {
    return static_cast<TensorType>(
        tensor(static_cast<std::size_t>(op.inputs()->Get(which))).type());
  };
  return type_of(0) == TensorType::float32 &&
      (type_of(1) == TensorType::int8 || type_of(1) == TensorType::int4);
}

// A network whose weights alone are quantised looks like one for us, but computes in float.
Status TfliteImporter::refuse_hybrid() const {
  const std::size_t input =
      TRY(tensor_index(join(network_.name, ": input: "), graph_->inputs()->Get(0)));
  if (tensor(input).type() != static_cast<std::int8_t>(TensorType::float32)) return ok;
  for (std::uint32_t i = 0; i < size_of(graph_->operators()); ++i)
    if (is_hybrid(*graph_->operators()->Get(i)))
      return fail(
          Errc::unsupported, network_.name, ": input: ", named(tensor(input)),
          " is FLOAT32 while weights are quantised: the firmware executes no hybrid networks; "
          "quantise the activations too");
  return ok;
}

// What the operator is. Fails when the firmware does not have it.
Result<const TfliteImporter::Kind*> TfliteImporter::kind_of(const TfliteStep& step) const {
  if (step.op->opcode_index() >= size_of(model_.operator_codes()))
    return fail(
        Errc::invalid_argument, step.where, " has operator code ", step.op->opcode_index(), " of ",
        size_of(model_.operator_codes()));
  const tflite::OperatorCode& code = *model_.operator_codes()->Get(step.op->opcode_index());
  const std::int32_t builtin = builtin_of(*step.op);
  if (builtin == static_cast<std::int32_t>(BuiltinCode::custom))
    return fail(
        Errc::unsupported, step.where, " is the custom operator '", printable(code.custom_code()),
        "', which the firmware cannot execute");
  const auto* kind =
      std::ranges::find(kinds, static_cast<BuiltinCode>(builtin), &TfliteImporter::Kind::code);
  if (kind == kinds.end())
    return fail(
        Errc::unsupported, step.where, " is ", builtin_name(builtin),
        ", which the firmware cannot execute");
  return kind;
}

Status TfliteImporter::read_operator(std::size_t index) {
  TfliteStep step{
      .op = graph_->operators()->Get(static_cast<std::uint32_t>(index)),
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
Result<std::size_t> TfliteImporter::activation_read(
    const TfliteStep& step, std::uint32_t which) const {
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

Status TfliteImporter::check_operands(const TfliteStep& step, const Kind& kind) const {
  const std::size_t inputs = size_of(step.op->inputs());
  const std::size_t outputs = size_of(step.op->outputs());
  if (inputs < kind.least_inputs || inputs > kind.most_inputs || outputs != 1)
    return fail(
        Errc::invalid_argument, step.where, "has ", inputs, " inputs and ", outputs,
        " outputs, as this operator never has");
  for (std::uint32_t i = 0; i < inputs; ++i) {
    const bool optional = i == 2;  // the bias
    if (optional && step.op->inputs()->Get(i) == -1) continue;
    TRY(tensor_index(step.where, step.op->inputs()->Get(i)));
  }
  return ok;
}

Result<std::size_t> TfliteImporter::tensor_index(
    const std::string& where, std::int32_t index) const {
  if (index >= 0 && static_cast<std::size_t>(index) < activation_of_.size())
    return static_cast<std::size_t>(index);
  return fail(
      Errc::invalid_argument, where, "refers to tensor ", index, " of ", activation_of_.size());
}

Result<std::size_t> TfliteImporter::add_activation(const std::string& where, std::int32_t index) {
  const std::size_t at = TRY(tensor_index(where, index));
  if (activation_of_[at] != nowhere)
    return fail(Errc::invalid_argument, where, named(tensor(at)), " is written a second time");
  Activation activation = TRY(read_activation(where, tensor(at)));
  activation_of_[at] = network_.activations.size();
  network_.activations.push_back(std::move(activation));
  return activation_of_[at];
}

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
  return TfliteImporter(*tflite::GetModel(aligned.data()), name, aligned.size()).read();
}

}  // namespace sunfleck
