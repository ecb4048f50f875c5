#include <nlohmann/json.hpp>

#include "app/report/write_document.h"
#include "tests/app/report_support.h"
#include "tests/support/scratch_folder.h"

namespace sunfleck::app {
namespace {

using nlohmann::json;

// Names that mean something in one form or another, with a control character, and bytes that are no
// text.
constexpr const char* hostile =
    "</td><script>alert('x')</script> & \"q\", a|b `c` *d* [e](f) \x01 \xC3\x28 \xED\xA0\x80 1\n2";

Document hostile_document() {
  Document document{.title = hostile, .summary = hostile, .sections = {}, .footer = hostile};
  const DocumentTable table{
      .key = "../" + std::string(hostile),
      .caption = hostile,
      .columns = {{"name", hostile, Align::left}, {hostile, "Energy [mJ]", Align::right}},
      .rows = {{{hostile}, {"1.5", 0.0015, 1e-5}}, {{"total"}, {"1.5", 0.0015}}},
      .has_total = true};
  const FactList facts{.facts = {{hostile, hostile, {hostile}}}};
  Figure figure{.key = hostile, .caption = hostile, .chart = {}};
  figure.chart.title = hostile;
  figure.chart.panels = {ChartPanel{.bars = {{hostile, {{hostile, 1.0}}, hostile}}}};
  for (int i = 0; i < 4; ++i)
    document.sections.push_back({hostile, {Paragraph{hostile}, facts, table, figure}});
  document.data = {{"name", hostile}};
  return document;
}

Document small_document() {
  Document document{
      .title = "A run", .summary = "Two inferences.", .sections = {}, .footer = "run 1"};
  const FactList facts{
      .facts = {{"energy_joules", "Energy, all of it", {"1.5 \u00b1 0.1 mJ", 0.0015, 0.0001}}}};
  const DocumentTable table{
      .key = "layers",
      .caption = {},
      .columns = {{"name", "Layer", Align::left}, {"joules", "Energy [mJ]", Align::right}},
      .rows = {{{"conv \"1\""}, {"1.00", 0.001, 2e-5}}, {{"dense"}, {"0.50", 0.0005}}}};
  Figure figure{.key = "stack", .caption = "A stack.", .chart = {}};
  figure.chart.panels = {ChartPanel{.bars = {{"conv", {{"compute", 0.001}}, "1.00 mJ"}}}};
  document.sections.push_back({"Energy", {facts, table, figure}});
  document.data = {{"id", 1}};
  return document;
}

TEST(Document, HostileNamesStandInAPageAsTheTextTheyAre) {
  const ScratchFolder folder;
  ASSERT_TRUE(write_document(hostile_document(), folder.file("r.html")));
  const HtmlPage page = HtmlReader(text_of(folder.file("r.html"))).read();
  EXPECT_EQ(std::ranges::count(page.tags, "script"), 0);
  EXPECT_EQ(std::ranges::count(page.tags, "section"), 4);
  EXPECT_EQ(std::ranges::count(page.tags, "svg"), 4);
  EXPECT_NE(page.text.find("<script>alert('x')</script> & \"q\", a|b `c` *d*"), std::string::npos);
  for (const std::string& address : page.addresses)
    EXPECT_TRUE(page.ids.contains(address)) << address;
  EXPECT_EQ(page.addresses.size(), 4U);
  EXPECT_EQ(page.text.find('\x01'), std::string::npos);
  EXPECT_NE(page.text.find("\uFFFD("), std::string::npos) << "bytes that are no text";
}

TEST(Document, HostileNamesStayInTheirCellsAndTheirFolder) {
  const ScratchFolder folder;
  for (const char* name : {"r.md", "r.csv", "r.json", "r.pdf"})
    ASSERT_TRUE(write_document(hostile_document(), folder.file(name), true)) << name;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(std::ranges::all_of(name, [](unsigned char letter) {
      return std::isalnum(letter) != 0 || letter == '.' || letter == '-' || letter == '_';
    })) << name;
    if (entry.path().extension() != ".csv") continue;
    const auto rows = read_csv(text_of(entry.path()));
    for (const auto& row : rows)
      EXPECT_EQ(row.size(), rows.front().size()) << entry.path();
  }
  const std::string markdown = text_of(folder.file("r.md"));
  EXPECT_NE(markdown.find("\\<script\\>"), std::string::npos);
  EXPECT_NE(markdown.find("a\\|b \\`c\\` \\*d\\*"), std::string::npos);
  EXPECT_TRUE(json::parse(text_of(folder.file("r.json")), nullptr, false).is_object());
}

TEST(Document, CsvIsAFileOfFactsAndOneOfEachTableInSiUnits) {
  const ScratchFolder folder;
  ASSERT_TRUE(write_document(small_document(), folder.file("r.csv")));
  EXPECT_EQ(
      text_of(folder.file("r.csv")),
      "key,label,value,deviation,text\ntitle,Title,,,A run\nsummary,Summary,,,Two inferences.\n"
      "footer,Identity,,,run 1\n"
      "energy_joules,\"Energy, all of it\",0.0015,1e-04,1.5 \u00b1 0.1 mJ\n");
  EXPECT_EQ(
      text_of(folder.file("r.layers.csv")),
      "name,joules,joules_deviation\n\"conv \"\"1\"\"\",0.001,2e-05\ndense,5e-04,\n");
}

TEST(Document, MarkdownRefersToTheFiguresBesideIt) {
  const ScratchFolder folder;
  ASSERT_TRUE(write_document(small_document(), folder.file("my report.md")));
  const std::string markdown = text_of(folder.file("my report.md"));
  EXPECT_NE(markdown.find("](<my report_files/stack.svg>)"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("| Layer | Energy \\[mJ\\] |\n| --- | ---: |\n"), std::string::npos);
  EXPECT_NE(text_of(folder.path() / "my report_files/stack.svg").find("<svg"), std::string::npos);
}

TEST(Document, JsonHasWhatIsShownAndTheData) {
  const ScratchFolder folder;
  ASSERT_TRUE(write_document(small_document(), folder.file("r.json")));
  const json report = json::parse(text_of(folder.file("r.json")));
  EXPECT_EQ(report["data"]["id"], 1);
  EXPECT_EQ(report["facts"]["energy_joules"]["value"], 0.0015);
  EXPECT_EQ(report["facts"]["energy_joules"]["deviation"], 0.0001);
  EXPECT_EQ(report["tables"]["layers"]["rows"][0]["joules"], 0.001);
  EXPECT_EQ(report["tables"]["layers"]["rows"][0]["joules_deviation"], 2e-5);
  EXPECT_EQ(report["tables"]["layers"]["text"][1], json({"dense", "0.50"}));
  EXPECT_EQ(report["figures"]["stack"]["panels"][0]["bars"][0]["parts"][0]["value"], 0.001);
  EXPECT_EQ(report["sections"][0]["blocks"][1], json({{"table", "layers"}}));
}

TEST(Document, AThemeIsTheReadersUnlessItIsChosen) {
  const ScratchFolder folder;
  const auto page = [&folder](DocumentTheme theme) {
    EXPECT_TRUE(write_document(
        small_document(), folder.file("r.html"), DocumentForm::html,
        {.overwrite = true, .theme = theme}));
    return text_of(folder.file("r.html"));
  };
  const std::string preferred = "prefers-color-scheme:dark";
  // Blue on white, and what it is exchanged for on black.
  const std::string exchange = "svg [fill=\"#0072b2\"]{fill:#4da8ea}";
  const std::string reader = page(DocumentTheme::reader);
  EXPECT_NE(reader.find(preferred), std::string::npos);
  EXPECT_NE(reader.find(exchange), std::string::npos);
  const std::string dark = page(DocumentTheme::dark);
  EXPECT_EQ(dark.find(preferred), std::string::npos);
  EXPECT_NE(dark.find(exchange), std::string::npos);
  EXPECT_EQ(page(DocumentTheme::light).find(exchange), std::string::npos);
}

TEST(Document, AFileIsOverwrittenOnlyWhenThatIsWanted) {
  const ScratchFolder folder;
  for (const char* name : {"r.html", "r.pdf", "r.md", "r.csv", "r.json"}) {
    std::ofstream(folder.file(name)) << "precious";
    const Status refused = write_document(small_document(), folder.file(name));
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, Errc::usage);
    EXPECT_EQ(text_of(folder.file(name)), "precious");
    EXPECT_TRUE(write_document(small_document(), folder.file(name), true));
    EXPECT_NE(text_of(folder.file(name)), "precious");
  }
}

TEST(Document, NothingIsWrittenWhenOneOfItsFilesWouldBeOverwritten) {
  const ScratchFolder folder;
  std::ofstream(folder.file("r.layers.csv")) << "precious";
  EXPECT_FALSE(write_document(small_document(), folder.file("r.csv")));
  EXPECT_EQ(text_of(folder.file("r.layers.csv")), "precious");
  const auto files = std::filesystem::directory_iterator(folder.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST(Document, AFolderThatIsMissingIsAnErrorThatNamesIt) {
  const ScratchFolder folder;
  const Status refused = write_document(small_document(), folder.file("none/r.html"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::io);
  EXPECT_NE(refused.error().text.find("none/r.html"), std::string::npos) << refused.error().text;
}

TEST(Document, TheFilesNameTellsTheForm) {
  EXPECT_EQ(document_form_of("a/b.HTML"), DocumentForm::html);
  EXPECT_EQ(document_form_of("b.htm"), DocumentForm::html);
  EXPECT_EQ(document_form_of("b.c.pdf"), DocumentForm::pdf);
  EXPECT_EQ(document_form_of("b.md"), DocumentForm::markdown);
  EXPECT_EQ(document_form_of("b.csv"), DocumentForm::csv);
  EXPECT_EQ(document_form_of("b.json"), DocumentForm::json);
  EXPECT_FALSE(document_form_of("pdf"));
  EXPECT_FALSE(document_form_of("a.txt"));
  EXPECT_FALSE(write_document(small_document(), "a.txt"));
}

}  // namespace
}  // namespace sunfleck::app
