#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/kernel_probe.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

std::vector<std::uint8_t> probe(const std::string& name) {
  return file_bytes(std::string(TEST_PROGRAMS) + "/" + name + ".elf");
}

double per_mac(std::uint64_t count, const fw_layer& layer) {
  return static_cast<double>(count) / static_cast<double>(nominal_macs(layer));
}

// Instructions are counted, so that the limits hold on any machine. Of the first layer and the one
// that is fully connected, the kernels that ARM publishes need 2.14 and 1.94 for each product.
TEST(KernelCost, StaysWithinItsLimitsAndFarBelowPlainC) {
  struct Limit {
    const char* layer;
    double per_mac;
    double times_plain;
  };
  constexpr std::array limits{
      Limit{"conv 3x3x16 to 32", 1.4, 5.0},       Limit{"conv 3x3x16 to 32, 8x4", 1.7, 5.0},
      Limit{"conv 3x3x16 to 32, 16x8", 1.5, 4.0}, Limit{"conv 1x1x64 to 64", 1.6, 5.0},
      Limit{"depthwise 3x3x64", 7.0, 3.0},        Limit{"fully connected 1024 to 10", 1.85, 3.3},
  };
  const std::vector<ProbeLayer> layers = probe_layers();
  for (const Limit& limit : limits) {
    SCOPED_TRACE(limit.layer);
    const auto found =
        std::ranges::find_if(layers, [&](const ProbeLayer& at) { return at.name == limit.layer; });
    ASSERT_NE(found, layers.end());
    Random random(37, "cost");
    const Values input = random_values(bytes_of(found->test.layer.input), random);
    const auto fast = probe_kernel(probe("kernel_probe"), found->test, input);
    const auto plain = probe_kernel(probe("kernel_probe-plain"), found->test, input);
    ASSERT_TRUE(fast) << fast.error().text;
    ASSERT_TRUE(plain) << plain.error().text;
    EXPECT_LE(per_mac(fast->instructions, found->test.layer), limit.per_mac);
    EXPECT_GE(
        static_cast<double>(plain->instructions),
        limit.times_plain * static_cast<double>(fast->instructions));
  }
}

// The ARM code itself, not its equivalent in C.
TEST(KernelCost, WhatIsMeasuredIsRight) {
  Random random(38, "cost");
  for (const ProbeLayer& layer : probe_layers()) {
    SCOPED_TRACE(layer.name);
    const Values input = random_values(bytes_of(layer.test.layer.input), random);
    const Values expected = expected_output(layer.test, input);
    for (const char* program : {"kernel_probe", "kernel_probe-plain"}) {
      const auto made = probe_kernel(probe(program), layer.test, input);
      ASSERT_TRUE(made) << made.error().text;
      EXPECT_EQ(made->output, expected) << program;
    }
  }
}

}  // namespace
}  // namespace sunfleck
