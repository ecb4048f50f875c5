#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/random.h"
#include "tests/support/command.h"
#include "tests/support/shared_data.h"

namespace {

using nlohmann::json;

constexpr const char* model = "../shared/data/models/NodPA_kws_kws-single.onnx";

// `count` inputs of 25 x 10 float32 numbers.
void write_floats(const std::filesystem::path& path, std::size_t count, std::uint64_t seed) {
  sunfleck::Random random(seed);
  std::vector<float> values(count * 250);
  for (float& value : values)
    value = static_cast<float>(random.normal());
  std::ofstream file(path, std::ios::binary);
  file.write(
      reinterpret_cast<const char*>(values.data()),
      static_cast<std::streamsize>(values.size() * sizeof(float)));
}

TEST(Onnx, ANetworkIsQuantisedWithItsCalibrationAndReplayedWithFloatInputs) {
  SKIP_WITHOUT_SHARED_DATA("models/NodPA_kws_kws-single.onnx");
  const ScratchFolder folder;
  write_floats(folder.file("typical.f32"), 12, 1);
  write_floats(folder.file("test.f32"), 2, 2);
  for (const std::string bits : {"16x8", "8x8", "8x4"}) {
    SCOPED_TRACE(bits);
    const CommandResult command = sunfleck_command(
        {"replay", "--network", model, "--choice", "0", "--calibration", folder.file("typical.f32"),
         "--bits", bits, "--input-float", folder.file("test.f32"), "--profile",
         "constant:power=20mW", "--json"},
        folder);
    ASSERT_EQ(command.code, 0) << command.err;
    const json report = json::parse(command.out, nullptr, false);
    EXPECT_EQ(report["plan"]["bits"], bits);
    EXPECT_EQ(report["plan"]["choice"], 0);
    EXPECT_EQ(report["plan"]["float_inputs"], folder.file("test.f32"));
    EXPECT_EQ(
        report["assumptions"]["quantisation"],
        bits + " with 12 inputs of " + std::string(folder.file("typical.f32")));
    EXPECT_EQ(report["inferences"], 2);
  }
}

TEST(Onnx, WhatIsMissingIsSaidInASentence) {
  SKIP_WITHOUT_SHARED_DATA("models/NodPA_kws_kws-single.onnx");
  const ScratchFolder folder;
  write_floats(folder.file("cut.f32"), 1, 1);
  std::filesystem::resize_file(folder.file("cut.f32"), 999);
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string text;
  };
  const Case cases[] = {
      {{"network", "show", model},
       1,
       "sunfleck: NodPA_kws_kws-single.onnx: node 5 '/conv1/decision_head/ArgMax' (ArgMax): "
       "chooses "
       "a part of the network by the input, which the firmware cannot execute; with a fixed choice "
       "it can\n"},
      {{"network", "show", model, "--choice", "0"},
       2,
       std::string("sunfleck: ") + model +
           ": a float network is quantised with typical inputs: give --calibration a file of "
           "float32 tensors of 1 x 25 x 10 (channels, rows, columns), one after another, or "
           "random:1 to try it\n"},
      {{"network", "show", model, "--choice", "0", "--calibration", folder.file("cut.f32")},
       1,
       "sunfleck: " + std::string(folder.file("cut.f32")) +
           ": float32 inputs of 1000 bytes each were expected, the file has 999 bytes\n"},
      {{"network", "show", model, "--choice", "0", "--calibration", "random:x"},
       2,
       "sunfleck: --calibration: random:SEED wants a whole number, not 'x'\n"},
      {{"network", "show", "--calibration", "random:1"},
       2,
       "sunfleck: --calibration: is for float .onnx networks, and the demo network is none\n"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const CommandResult command = sunfleck_command(c.arguments, folder);
    EXPECT_EQ(command.code, c.code);
    EXPECT_EQ(command.err, c.text);
  }
}

TEST(Onnx, RandomCalibrationIsMarkedAsAnAssumption) {
  SKIP_WITHOUT_SHARED_DATA("models/NodPA_kws_kws-single.onnx");
  const ScratchFolder folder;
  const CommandResult command = sunfleck_command(
      {"network", "show", model, "--choice", "1", "--calibration", "random:7", "--bits", "12x8",
       "--json"},
      folder);
  ASSERT_EQ(command.code, 0) << command.err;
  const json shown = json::parse(command.out, nullptr, false);
  EXPECT_EQ(
      shown["quantised"],
      "12x8 with 32 standard normal inputs (random:7), which are not typical ones: its accuracy is "
      "not that of the network");
  EXPECT_EQ(shown["input"]["bits"], 12);
}

}  // namespace
