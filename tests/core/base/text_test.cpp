#include "core/base/text.h"

#include <gtest/gtest.h>

namespace sunfleck {
namespace {

using namespace literals;

TEST(Text, WritesQuantitiesWithASensiblePrefix) {
  struct Case {
    double value;
    const char* text;
  };
  const Case cases[] = {
      {0.0, "0 F"},           {47e-6, "47.00 uF"},     {1.0, "1.000 F"},
      {-2.5e-3, "-2.500 mF"}, {999.96e-6, "1.000 mF"}, {123456.0, "123.5 kF"},
      {3e-15, "3e-15 F"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(engineering(c.value, "F"), c.text);
}

TEST(Text, ReadsQuantitiesAsPeopleTypeThem) {
  EXPECT_DOUBLE_EQ(parse_quantity<Farads>("47uF")->si, 47e-6);
  EXPECT_DOUBLE_EQ(parse_quantity<Farads>(" 2.2 mF ")->si, 2.2e-3);
  EXPECT_DOUBLE_EQ(parse_quantity<Seconds>("+100us")->si, 1e-4);
  EXPECT_DOUBLE_EQ(parse_quantity<Volts>("3.3")->si, 3.3);
  for (const char* bad : {"", "uF", "47 uV", "47 xF", "4,7 uF", "nan F", "inf", "1e999 F", "47u"})
    EXPECT_FALSE(parse_quantity<Farads>(bad)) << bad;
}

TEST(Text, ReadsNumbersAsInstrumentsWriteThem) {
  EXPECT_EQ(to_number("+3.300E+00"), 3.3);
  EXPECT_FALSE(to_number("ovld"));
  EXPECT_FALSE(to_number("3.3 V"));
}

TEST(Text, FixedHoldsTheLargestNumber) { EXPECT_EQ(fixed(1e308, 2).size(), 309U + 3U); }

}  // namespace
}  // namespace sunfleck
