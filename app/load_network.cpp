#include "app/load_network.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "app/files.h"
#include "core/base/random.h"
#include "core/network/demo_network.h"
#include "core/network/import_onnx.h"
#include "core/network/import_tflite.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t largest_network = std::size_t{64} << 20;  // bytes; boards hold far less
constexpr std::size_t largest_floats = std::size_t{512} << 20;  // bytes
constexpr std::string_view random_calibration = "random:";
constexpr std::size_t random_count = 32;  // inputs

constexpr std::array ladder{
    LayerBits{.activation = 8, .weight = 8},  LayerBits{.activation = 8, .weight = 4},
    LayerBits{.activation = 12, .weight = 8}, LayerBits{.activation = 12, .weight = 4},
    LayerBits{.activation = 16, .weight = 8}, LayerBits{.activation = 16, .weight = 4},
};

std::string sizes_text(const Shape& shape) {
  return join(shape.channels, " x ", shape.height, " x ", shape.width);
}

// Whole tensors of finite numbers.
Result<std::vector<float>> read_floats(const std::string& path, std::uint64_t each) {
  const std::vector<std::uint8_t> bytes = TRY(read_file(path, largest_floats));
  if (bytes.empty() || bytes.size() % (each * sizeof(float)) != 0)
    return fail(
        Errc::invalid_argument, path, ": float32 inputs of ", each * sizeof(float),
        " bytes each were expected, the file has ", bytes.size(), " bytes");
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  const auto strange = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
  if (strange == values.end()) return values;
  return fail(Errc::invalid_argument, path, ": value ", strange - values.begin(), " is not finite");
}

Result<std::vector<float>> random_inputs(std::string_view seed_text, std::uint64_t each) {
  std::uint64_t seed = 0;
  const char* const end = seed_text.data() + seed_text.size();
  const auto read = std::from_chars(seed_text.data(), end, seed);
  if (read.ec != std::errc{} || read.ptr != end)
    return fail(
        Errc::usage, "--calibration: random:SEED wants a whole number, not '", seed_text, "'");
  Random random(seed, "calibration");
  std::vector<float> values(random_count * each);
  for (float& value : values)
    value = static_cast<float>(random.normal());
  return values;
}

struct Calibration {
  std::vector<float> inputs;
  std::string words;
};

Result<Calibration> calibration_for(
    const FloatNetwork& network, const std::string& path, const std::string& calibration) {
  const Shape& shape = network.tensors[network.input].shape;
  if (calibration.empty())
    return fail(
        Errc::usage, path,
        ": a float network is quantised with typical inputs: give --calibration "
        "a file of float32 tensors of ",
        sizes_text(shape), " (channels, rows, columns), one after another, or random:1 to try it");
  const std::uint64_t each = shape.elements();
  if (calibration.starts_with(random_calibration)) {
    const std::string_view seed = std::string_view(calibration).substr(random_calibration.size());
    return Calibration{
        .inputs = TRY(random_inputs(seed, each)),
        .words = join(
            random_count, " standard normal inputs (", calibration,
            "), which are not typical ones: its accuracy is not that of the network")};
  }
  Calibration read{.inputs = TRY(read_floats(calibration, each)), .words = {}};
  read.words = join(read.inputs.size() / each, " inputs of ", calibration);
  return read;
}

Result<LoadedNetwork> load_onnx(
    const std::string& path, const std::string& name, const Quantisation& quantisation,
    const CompileOptions& options) {
  const std::vector<std::uint8_t> bytes = TRY(read_file(path, largest_network));
  const FloatNetwork real = TRY(import_onnx(bytes, name, {.choice = quantisation.choice}));
  const Calibration calibration = TRY(calibration_for(real, path, quantisation.calibration));
  const Network network = TRY(quantised(real, calibration.inputs, {.bits = quantisation.bits}));
  return LoadedNetwork{
      .compiled = TRY(compile(network, options)),
      .calibration = join(name_of(quantisation.bits), " with ", calibration.words),
      .channels_first = true};
}

}  // namespace

Result<LoadedNetwork> load_network(
    const std::string& path, const Quantisation& quantisation, const CompileOptions& options) {
  const std::string name = std::filesystem::path(path).filename().string();
  if (path.ends_with(".onnx")) return load_onnx(path, name, quantisation, options);
  if (!quantisation.calibration.empty())
    return fail(
        Errc::usage, "--calibration: is for float .onnx networks, and ",
        path.empty() ? "the demo network" : path, " is none");
  if (path.empty())
    return LoadedNetwork{.compiled = TRY(compile(demo_network(), options)), .calibration = {}};
  const std::vector<std::uint8_t> bytes = TRY(read_file(path, largest_network));
  const Network network = TRY(import_tflite(bytes, name));
  return LoadedNetwork{.compiled = TRY(compile(network, options)), .calibration = {}};
}

Result<std::vector<std::uint8_t>> read_float_inputs(
    const std::string& path, const LoadedNetwork& network) {
  const Activation& input = network.compiled.input;
  const std::size_t each = input.shape.elements();
  std::vector<float> values = TRY(read_floats(path, each));
  for (std::size_t at = 0; network.channels_first && at < values.size(); at += each) {
    const std::span<float> tensor = std::span(values).subspan(at, each);
    std::ranges::copy(channels_last(input.shape, tensor), tensor.begin());
  }
  return quantised_values(input, values);
}

std::string name_of(const LayerBits& bits) { return join(bits.activation, "x", bits.weight); }

std::optional<LayerBits> bits_called(std::string_view name) {
  const auto* found =
      std::ranges::find_if(ladder, [name](const LayerBits& bits) { return name_of(bits) == name; });
  if (found == ladder.end()) return std::nullopt;
  return *found;
}

std::vector<std::string> names_of_bits() {
  std::vector<std::string> names;
  names.reserve(ladder.size());
  for (const LayerBits& bits : ladder)
    names.push_back(name_of(bits));
  return names;
}

}  // namespace sunfleck::app
