#include "app/report/quantities.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "app/report/run_document.h"

namespace sunfleck::app {
namespace {

TEST(Quantities, AColumnHasOneUnitAndTheDecimalsOfItsLargest) {
  const std::array values{5.8527e-3, 1.2e-5, 0.0, 3e-7};
  const QuantityColumn column("J", values);
  EXPECT_EQ(column.title("Energy"), "Energy [mJ]");
  EXPECT_EQ(column.cell(values[0]).text, "5.853");
  EXPECT_EQ(column.cell(values[1]).text, "0.012");
  EXPECT_EQ(column.cell(values[2]).text, "0");
  EXPECT_EQ(column.cell(values[3]).text, "<0.001");
  EXPECT_EQ(column.cell(-3e-7).text, "0.000");
  EXPECT_EQ(column.cell(std::nan("")).text, "-");
  EXPECT_FALSE(column.cell(std::nan("")).value);
  EXPECT_EQ(column.cell(values[1], 1e-6).deviation, 1e-6);
}

TEST(Quantities, AColumnOfNothingIsPlain) {
  const QuantityColumn column("J", std::span<const double>());
  EXPECT_EQ(column.title("Energy"), "Energy [J]");
  EXPECT_EQ(column.cell(0.0).text, "0");
}

TEST(Quantities, AnUncertainOneHasTheDigitsOfItsDeviation) {
  EXPECT_EQ(uncertain(2.41832e-3, 3.1e-6, "J").text, "2.4183 \u00b1 0.0031 mJ");
  EXPECT_EQ(uncertain(12.0, 3.0, "").text, "12.0 \u00b1 3.0");
  EXPECT_EQ(uncertain(0.0, 2e-6, "J").text, "0.0 \u00b1 2.0 \u00b5J");
  EXPECT_EQ(uncertain(2.0, 0.0, "V").text, "2 V");
}

TEST(Quantities, SharesThatAreSmallAreNotNothing) {
  EXPECT_EQ(percentage(0.046, 1.0).text, "4.6 %");
  EXPECT_EQ(percentage(1e-4, 1.0).text, "<0.1 %");
  EXPECT_EQ(percentage(0.0, 1.0).text, "0.0 %");
  EXPECT_EQ(percentage(-1e-9, 1.0).text, "0.0 %");
  EXPECT_EQ(percentage(1.0, 0.0).text, "-");
}

TEST(RunDocument, TheSummarySaysWhatTheRunCameTo) {
  RunReport report;
  report.id = 147;
  report.network = "models/lenet5_int8";
  report.profile = "solar_office_0412";
  report.plan = {
      {"capacitance_farads", 220e-6},
      {"on_threshold_volts", 2.9},
      {"off_threshold_volts", 1.9},
      {"strategy", "tile"}};
  report.duration = {12.0};
  report.inferences = 7;
  report.outages = 14;
  report.rail_energy = {2.0e-3};
  report.activities = {{Activity::re_execution, {0.1}, {9.2e-5}, {1e-6}}};
  const Document document = run_document(report, {});
  EXPECT_EQ(document.title, "Run 147: lenet5_int8 on solar_office_0412");
  // The spaces between a number and its unit do not break.
  EXPECT_EQ(
      document.summary,
      "220\u00a0\u00b5F, turn-on 2.9\u00a0V, brown-out 1.9\u00a0V, strategy tile. 7 inferences in "
      "12\u00a0s with 14 power failures; 4.6\u00a0% of the energy was spent on re-execution.");
}

TEST(RunDocument, ARunOfNothingIsAReportToo) {
  RunReport report;
  report.inferences = 1;
  report.outages = 1;
  const Document document = run_document(report, {});
  EXPECT_EQ(document.summary, "1 inference in 0\u00a0s with 1 power failure.");
  EXPECT_FALSE(document.sections.empty());
}

}  // namespace
}  // namespace sunfleck::app
