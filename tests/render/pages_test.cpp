#include "app/render/pages.h"

#include <gtest/gtest.h>

#include <string>

namespace sunfleck::app {
namespace {

std::size_t pages_in(const std::string& pdf) {
  std::size_t pages = 0;
  for (std::size_t at = pdf.find("/Type /Page\n"); at != std::string::npos;
       at = pdf.find("/Type /Page\n", at + 1))
    ++pages;
  return pages;
}

std::string pages_of(const Document& document) {
  const Result<std::string> pdf = draw_pages(document);
  EXPECT_TRUE(pdf);
  return pdf ? *pdf : std::string();
}

DocumentTable long_table(int rows) {
  DocumentTable table{
      .key = "rows",
      .caption = "Many rows.",
      .columns = {{"name", "Name", Align::left}, {"joules", "Energy [mJ]", Align::right}},
      .rows = {}};
  for (int i = 0; i < rows; ++i)
    table.rows.push_back({{"row " + std::to_string(i)}, {std::to_string(i), i * 1e-3}});
  return table;
}

TEST(Pages, AFileOfA4WithItsFontsAndItsTitle) {
  Document document{.title = "A run", .summary = "Two inferences.", .sections = {}};
  const std::string pdf = pages_of(document);
  EXPECT_EQ(pdf.substr(0, 5), "%PDF-");
  EXPECT_EQ(pages_in(pdf), 1U);
  EXPECT_NE(pdf.find("/FontFile"), std::string::npos);
  EXPECT_NE(pdf.find("/MediaBox [0 0 595"), std::string::npos);
}

TEST(Pages, ATableGoesOnOverPages) {
  Document document{.title = "A run", .summary = {}, .sections = {}};
  document.sections = {{"Rows", {long_table(30)}}};
  EXPECT_EQ(pages_in(pages_of(document)), 1U);
  // Of rows of 8.5 points with 1.38 lines and 6 points of room, 34 fit below the title and 39 on
  // the next page.
  document.sections = {{"Rows", {long_table(100)}}};
  EXPECT_EQ(pages_in(pages_of(document)), 3U);
}

TEST(Pages, WhatIsLargerThanAPageIsDrawnAllTheSame) {
  Document document{.title = std::string(3000, 'x'), .summary = {}, .sections = {}};
  DocumentTable table = long_table(3);
  table.rows[1][0].text = std::string(20'000, 'y');
  for (int i = 0; i < 60; ++i)
    table.columns.push_back({"c", "Column", Align::right});
  Figure figure{.key = "bars", .caption = std::string(9000, 'z'), .chart = {}};
  ChartPanel panel;
  for (int i = 0; i < 300; ++i)
    panel.bars.push_back({"bar", {{"part", 1.0}}, "1 J"});
  figure.chart.panels = {panel};
  FactList facts{.facts = {{"k", std::string(5000, 'k'), {std::string(5000, 'v')}}}};
  document.sections = {{"Large", {table, figure, facts, Paragraph{std::string(40'000, 'p')}}}};
  const std::size_t pages = pages_in(pages_of(document));
  EXPECT_GT(pages, 3U);
  EXPECT_LT(pages, 40U);
}

TEST(Pages, AReportWithNothingInItIsAPage) { EXPECT_EQ(pages_in(pages_of({})), 1U); }

}  // namespace
}  // namespace sunfleck::app
