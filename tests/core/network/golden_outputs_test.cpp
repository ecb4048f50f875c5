#include <gtest/gtest.h>

#include "core/network/compile.h"
#include "core/network/import_tflite.h"
#include "tests/core/network/naive_inference.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

// Expected outputs: TFLite-Micro's reference kernels with double rounding, recorded for 20 inputs.
TEST(GoldenOutputs, AreReproducedByteByByteFromWhatTheImporterRead) {
  for (const std::string name :
       {"kws_ref_model", "micro_speech_quantized", "str_ww_ref_model", "pretrainedResnet_quant"}) {
    SCOPED_TRACE(name);
    SKIP_WITHOUT_SHARED_DATA("models/" + name + ".tflite");
    const auto network = import_tflite(file_bytes(shared_data("models/" + name + ".tflite")), name);
    ASSERT_TRUE(network) << network.error().text;
    const auto inputs = file_bytes(shared_data("models/golden/" + name + ".in"));
    const auto outputs = file_bytes(shared_data("models/golden/" + name + ".out"));
    const std::size_t input_bytes = network->activations[network->input].shape.elements();
    const std::size_t output_bytes = network->activations[network->output].shape.elements();
    ASSERT_EQ(inputs.size(), 20 * input_bytes);
    ASSERT_EQ(outputs.size(), 20 * output_bytes);
    naive::Interpreter interpreter(*network);
    for (std::size_t i = 0; i < 20; ++i) {
      const naive::Tensor got =
          interpreter.run(std::span(inputs).subspan(i * input_bytes, input_bytes));
      for (std::size_t c = 0; c < output_bytes; ++c)
        EXPECT_EQ(got[c], static_cast<std::int8_t>(outputs[i * output_bytes + c]))
            << "input " << i << ", output " << c;
    }
    const auto compiled = compile(*network, {});
    EXPECT_TRUE(compiled) << compiled.error().text;
  }
}

}  // namespace
}  // namespace sunfleck
