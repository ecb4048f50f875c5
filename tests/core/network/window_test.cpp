#include "core/network/window.h"

#include <gtest/gtest.h>

namespace sunfleck {
namespace {

TEST(Window, OutputsAndPaddingAreThoseWorkedByHand) {
  struct Case {
    const char* name;
    Window (*make)(std::uint32_t, std::uint32_t, std::uint32_t);
    std::uint32_t input, kernel, stride, outputs, pad_before;
  };
  const Case cases[] = {
      {"49 frames, kernel 10: 24 * 2 + 10 - 49 = 9, 4 before", same_window, 49, 10, 2, 25, 4},
      {"10 bands, kernel 4: 4 * 2 + 4 - 10 = 2, 1 before", same_window, 10, 4, 2, 5, 1},
      {"kernel 3", same_window, 5, 3, 1, 5, 1},
      {"a stride beyond the kernel pads nothing", same_window, 5, 1, 3, 2, 0},
      {"a kernel beyond the input", same_window, 2, 7, 1, 2, 3},
      {"valid", valid_window, 30, 3, 1, 28, 0},
      {"valid with a rest of 1", valid_window, 10, 3, 2, 4, 0},
      {"valid, all at once", valid_window, 25, 25, 25, 1, 0},
      {"valid, kernel too large", valid_window, 3, 5, 1, 0, 0},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Window window = c.make(c.input, c.kernel, c.stride);
    EXPECT_EQ(window.outputs, c.outputs);
    EXPECT_EQ(window.pad_before, c.pad_before);
  }
}

TEST(Window, CoveredElementsLeaveThePaddingOut) {
  // 2 + 3 + 3 + 3 + 2
  EXPECT_EQ(covered_elements(5, 3, 1, same_window(5, 3, 1)), 13U);
  // 6 + 8 + 20 * 10 + 9 + 7 + 5
  EXPECT_EQ(covered_elements(49, 10, 2, same_window(49, 10, 2)), 235U);
  // Both windows of 7 hold the whole input of 2.
  EXPECT_EQ(covered_elements(2, 7, 1, same_window(2, 7, 1)), 4U);
}

}  // namespace
}  // namespace sunfleck
