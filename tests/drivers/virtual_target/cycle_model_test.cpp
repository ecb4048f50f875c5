#include "drivers/virtual_target/cycle_model.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/drivers/virtual_target/test_board.h"

namespace sunfleck {
namespace {

using namespace literals;
using enum InstructionClass;

std::vector<std::uint8_t> code(std::initializer_list<std::uint16_t> halfwords) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint16_t halfword : halfwords) {
    bytes.push_back(static_cast<std::uint8_t>(halfword));
    bytes.push_back(static_cast<std::uint8_t>(halfword >> 8));
  }
  return bytes;
}

TEST(CycleModel, CountsTheCyclesOfTheReferenceManual) {
  struct Case {
    const char* name;
    std::initializer_list<std::uint16_t> halfwords;  // as arm-none-eabi-as assembles it
    std::uint32_t cycles;
    InstructionClass type;
  };
  // ARM DDI 0439, table 3-1; N registers of a list, P taken as nothing.
  const Case cases[] = {
      {"adds r0, r0, r1", {0x1840}, 1, alu},
      {"bic r0, r0, #1", {0xF020, 0x0001}, 1, alu},
      {"bfi r0, r1, #0, #4", {0xF361, 0x0003}, 1, alu},
      {"ldr r0, [r1]", {0x6808}, 2, load},
      {"ldrsb r2, [r8, #1]!", {0xF918, 0x2F01}, 2, load},
      {"ldrd r0, r1, [r8]", {0xE9D8, 0x0100}, 3, load},
      {"ldm r0, {r1-r4}: 1 + 4", {0xC81E}, 5, load},
      {"pop {r4, pc}: 1 + 2", {0xBD10}, 3, load},
      {"str r0, [r1]", {0x6008}, 1, store},
      {"strd r1, r2, [r0]", {0xE9C0, 0x1200}, 3, store},
      {"push {r4-r11, lr}: 1 + 9", {0xE92D, 0x4FF0}, 10, store},
      {"stm r0!, {r1-r4}: 1 + 4", {0xC01E}, 5, store},
      {"muls r0, r1", {0x4348}, 1, multiply},
      {"smlad r4, r2, r3, r4", {0xFB22, 0x4403}, 1, multiply},
      {"smlal r3, r5, r6, r2", {0xFBC6, 0x3502}, 1, multiply},
      {"smmulr r0, r1, r2", {0xFB51, 0xF012}, 1, multiply},
      {"umull r0, r1, r2, r3", {0xFBA2, 0x0103}, 1, multiply},
      {"udiv r0, r1, r2: 2 to 12", {0xFBB1, 0xF0F2}, 7, divide},
      {"b.n", {0xE7FE}, 1, branch},
      {"bne.n", {0xD1FE}, 1, branch},
      {"cbz r0", {0xB100}, 1, branch},
      {"bx lr", {0x4770}, 1, branch},
      {"tbb [pc, r0]", {0xE8DF, 0xF000}, 2, branch},
      {"vadd.f32 s0, s0, s1", {0xEE30, 0x0A20}, 1, floating},
      {"vfma.f32 s0, s1, s2", {0xEEA0, 0x0A81}, 3, floating},
      {"vdiv.f32 s0, s1, s2", {0xEE80, 0x0A81}, 14, floating},
      {"vsqrt.f32 s0, s1", {0xEEB1, 0x0AE0}, 14, floating},
      {"vldr s0, [r0]", {0xED90, 0x0A00}, 2, load},
      {"vpush {d8, d9}: 1 + 4", {0xED2D, 0x8B04}, 5, store},
      {"no instruction", {0xFFFF, 0xFFFF}, 1, alu},
  };
  const auto model = CycleModel::open(plain_device());
  ASSERT_TRUE(model);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto instructions = model->decode(code(c.halfwords), 0x100, CycleModel::Extent::all);
    ASSERT_EQ(instructions.size(), 1U);
    EXPECT_EQ(instructions[0].cycles, c.cycles);
    EXPECT_EQ(instructions[0].type, c.type);
    EXPECT_EQ(instructions[0].bytes, 2 * c.halfwords.size());
  }
}

TEST(CycleModel, OverlapsNeighbouringAccessesThatDoNotDependOnEachOther) {
  struct Case {
    const char* name;
    std::initializer_list<std::uint16_t> halfwords;
    std::uint32_t cycles;
  };
  const Case cases[] = {
      {"ldr r0, [r1]; ldr r2, [r3]", {0x6808, 0x681A}, 3},
      {"ldr r3, [r1]; ldr r2, [r3]: the address is loaded first", {0x680B, 0x681A}, 4},
      {"str r0, [r1]; ldr r2, [r3]", {0x6008, 0x681A}, 2},
      {"ldr r0, [r1]; adds; ldr r2, [r3]", {0x6808, 0x1840, 0x681A}, 5},
      {"ldm r0, {r1-r4}; ldr r5, [r6]: lists do not", {0xC81E, 0x6835}, 7},
  };
  const auto model = CycleModel::open(plain_device());
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto block =
        model->total(model->decode(code(c.halfwords), 0x100, CycleModel::Extent::all));
    EXPECT_EQ(block.cycles, c.cycles);
    EXPECT_EQ(block.charge, c.cycles * to_charge(0.01_pC));
  }
}

TEST(CycleModel, ChargesEachClassItsOwn) {
  DeviceTruth truth = plain_device();
  truth.per_cycle = {1.0_pC, 10.0_pC, 100.0_pC, 1000.0_pC, 10000.0_pC, 100000.0_pC, 1.0e6_pC};
  const auto model = CycleModel::open(truth);
  // adds, ldr (2), str, muls, udiv (7), vdiv (14), b
  const auto block = model->total(model->decode(
      code({0x1840, 0x6808, 0x1840, 0x6008, 0x4348, 0xFBB1, 0xF0F2, 0xEE80, 0x0A81, 0xE7FE}), 0x100,
      CycleModel::Extent::all));
  EXPECT_EQ(block.cycles, 1U + 2 + 1 + 1 + 1 + 7 + 14 + 1);
  EXPECT_NEAR(to_coulombs(block.charge).si * 1e12, 14171122.0, 1e-6);
  EXPECT_GE(block.worst, block.charge);
}

TEST(CycleModel, FindsTheEndOfABlockAndWhatBelongsToAnIt) {
  const auto model = CycleModel::open(plain_device());
  // itte ne; movne r0, #1; movne r0, #2; moveq r0, #3; b.n; adds
  const auto block = model->decode(
      code({0xBF1A, 0x2001, 0x2002, 0x2003, 0xE7FE, 0x1840}), 0x100,
      CycleModel::Extent::to_end_of_block);
  ASSERT_EQ(block.size(), 5U);
  EXPECT_EQ(block[0].slots, 3U);
  EXPECT_TRUE(block[4].ends_block);
  // wfi, bx lr, pop {r4, pc}, svc 0, mov pc, r0
  const std::uint16_t ends[] = {0xBF30, 0x4770, 0xBD10, 0xDF00, 0x4687};
  for (const std::uint16_t last : ends) {
    SCOPED_TRACE(last);
    const auto end =
        model->decode(code({last, 0x1840}), 0x100, CycleModel::Extent::to_end_of_block);
    ASSERT_EQ(end.size(), 1U);
    EXPECT_EQ(end[0].sleeps, last == 0xBF30);
  }
}

}  // namespace
}  // namespace sunfleck
