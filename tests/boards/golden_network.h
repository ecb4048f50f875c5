#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/network/compile.h"
#include "core/network/import_tflite.h"
#include "core/target/target.h"
#include "target_fw/protocol/network_image.h"
#include "tests/support/shared_data.h"

namespace sunfleck {

// A public network, its recorded inputs, and for them the outputs of TFLite-Micro's reference
// kernels, by inference.
struct GoldenNetwork {
  std::vector<std::uint8_t> image;
  std::vector<std::uint8_t> inputs;
  std::map<std::uint32_t, std::vector<std::uint8_t>> outputs;
  std::uint32_t arena_bytes = 0;

  std::uint32_t count() const { return static_cast<std::uint32_t>(outputs.size()); }

  // Header and inputs, as they lie in a board's memory.
  std::vector<std::uint8_t> inputs_blob() const {
    const auto bytes = static_cast<std::uint32_t>(inputs.size());
    const fw_inputs_header header{
        .magic = FW_INPUTS_MAGIC,
        .count = count(),
        .bytes_each = bytes / count(),
        .crc32 = fw_crc32(0, inputs.data(), bytes)};
    const auto* const first = reinterpret_cast<const std::uint8_t*>(&header);
    std::vector<std::uint8_t> blob(first, first + sizeof header);
    blob.insert(blob.end(), inputs.begin(), inputs.end());
    return blob;
  }
};

// The first `count` of the 20 recorded inputs; none, and a failure, when the network is not read.
inline GoldenNetwork golden_network(const std::string& name, std::uint32_t count = 20) {
  GoldenNetwork golden;
  const auto network = import_tflite(file_bytes(shared_data("models/" + name + ".tflite")), name);
  EXPECT_TRUE(network) << network.error().text;
  if (!network) return golden;
  const auto compiled = compile(*network, {});
  EXPECT_TRUE(compiled) << compiled.error().text;
  if (!compiled) return golden;
  const auto inputs = file_bytes(shared_data("models/golden/" + name + ".in"));
  const auto outputs = file_bytes(shared_data("models/golden/" + name + ".out"));
  EXPECT_EQ(inputs.size() % 20, 0U);
  EXPECT_EQ(outputs.size() % 20, 0U);
  const auto at = [](const auto& bytes, std::size_t index) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(index * (bytes.size() / 20));
  };
  golden.image = compiled->image;
  golden.arena_bytes = compiled->arena_bytes;
  golden.inputs.assign(inputs.begin(), at(inputs, count));
  for (std::uint32_t i = 0; i < count; ++i)
    golden.outputs[i].assign(at(outputs, i), at(outputs, i + 1));
  return golden;
}

// Everything that follows from how the run is to be, but for the memory it lies in.
inline Workload workload_of(
    const GoldenNetwork& golden, Strategy strategy, RecordLevel level = RecordLevel::layers) {
  return {
      .network = golden.image,
      .inputs = golden.inputs,
      .strategy = strategy,
      .record_level = level,
      .inferences = golden.count(),
      .attempts = 1000};
}

}  // namespace sunfleck
