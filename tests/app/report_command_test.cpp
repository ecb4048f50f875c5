#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/app/report_support.h"
#include "tests/support/replay_json.h"

namespace {

using nlohmann::json;

// A run of the built-in network through many outages, and its reports.
class ReportCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder;
    const auto [command, result] = replay_json({"--inferences", "4"}, *folder_);
    ASSERT_EQ(command.code, 0) << command.err;
    ASSERT_GE(result["outages"], 4);
    for (const char* name : {"r.html", "r.md", "r.json", "r.csv", "r.pdf"})
      ASSERT_EQ(sunfleck_command({"report", "1", "-o", folder_->file(name)}, *folder_).code, 0);
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static const ScratchFolder& folder() { return *folder_; }

 private:
  static ScratchFolder* folder_;
};
ScratchFolder* ReportCommand::folder_ = nullptr;

std::set<std::string> numbers_in(const std::string& text) {
  constexpr const char* digits = "0123456789";
  std::set<std::string> numbers;
  for (std::size_t at = text.find_first_of(digits); at != std::string::npos;) {
    std::size_t end = std::min(text.find_first_not_of(digits, at), text.size());
    const bool has_decimals = end + 1 < text.size() && text[end] == '.' &&
        std::isdigit(static_cast<unsigned char>(text[end + 1])) != 0;
    if (has_decimals) end = std::min(text.find_first_not_of(digits, end + 1), text.size());
    numbers.insert(text.substr(at, end - at));
    at = text.find_first_of(digits, end);
  }
  return numbers;
}

// Of all texts and numbers below a value.
void take_numbers(const json& value, std::set<std::string>& to) {
  if (value.is_structured())
    for (const auto& member : value)
      take_numbers(member, to);
  else
    to.merge(numbers_in(value.is_string() ? value.get<std::string>() : value.dump()));
}

TEST_F(ReportCommand, EveryNumberOfTablesAndFactsIsInTheJson) {
  std::set<std::string> known;
  take_numbers(json::parse(text_of(folder().file("r.json"))), known);
  const HtmlPage page = HtmlReader(text_of(folder().file("r.html"))).read();
  EXPECT_GT(page.cells.size(), 150U);
  for (const std::string& cell : page.cells)
    for (const std::string& number : numbers_in(cell))
      EXPECT_TRUE(known.contains(number)) << number << " of " << cell;
  std::string markdown = text_of(folder().file("r.md"));
  std::erase(markdown, '\\');  // before what would be marks of Markdown
  for (const std::string& number : numbers_in(markdown))
    EXPECT_TRUE(known.contains(number)) << number << " in Markdown";
}

TEST_F(ReportCommand, TextsOfTheJsonSayWhatItsValuesAre) {
  const json report = json::parse(text_of(folder().file("r.json")));
  std::size_t compared = 0;
  for (const auto& [key, table] : report["tables"].items()) {
    for (std::size_t row = 0; row < table["rows"].size(); ++row) {
      for (std::size_t i = 0; i < table["columns"].size(); ++i) {
        const json& column = table["columns"][i];
        const json& value = table["rows"][row][column["key"].get<std::string>()];
        const std::string text = table["text"][row][i];
        const std::string title = column["title"];
        if (column["key"] == "value") continue;  // of settings: each has a unit of its own
        if (!value.is_number() || text.starts_with('<') || text.find('%') != std::string::npos)
          continue;
        const double unit = title.find("[m") != std::string::npos ? 1e-3
            : title.find("[\u00b5") != std::string::npos          ? 1e-6
            : title.find("[n") != std::string::npos               ? 1e-9
                                                                  : 1.0;
        const double shown = std::stod(text);
        const std::size_t point = text.find('.');
        const std::size_t decimals = point == std::string::npos ? 0 : text.size() - point - 1;
        const double last = std::pow(10.0, -static_cast<double>(decimals));
        EXPECT_NEAR(shown, value.get<double>() / unit, 0.51 * last) << key << " " << title;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 100U);
}

TEST_F(ReportCommand, ThePageIsWellFormedAndAlone) {
  const std::string text = text_of(folder().file("r.html"));
  const HtmlPage page = HtmlReader(text).read();
  EXPECT_GE(std::ranges::count(page.tags, "svg"), 3);
  for (const char* tag : {"script", "link", "img", "iframe"})
    EXPECT_EQ(std::ranges::count(page.tags, tag), 0) << tag;
  for (const std::string& address : page.addresses)
    EXPECT_TRUE(page.ids.contains(address)) << address;
  EXPECT_EQ(text.find("url("), std::string::npos);
  EXPECT_NE(page.text.find("of the energy was spent on re-execution"), std::string::npos);
}

TEST_F(ReportCommand, TheDataAreThoseOfRunsShow) {
  const json report = json::parse(text_of(folder().file("r.json")));
  const CommandResult shown = sunfleck_command({"runs", "show", "1", "--json"}, folder());
  EXPECT_EQ(report["data"], json::parse(shown.out));
  const json& layers = report["tables"]["layers"]["rows"];
  EXPECT_EQ(layers[0]["compute_joules"], report["data"]["layers"][0]["compute_joules"]);
}

TEST_F(ReportCommand, OutageLanesMatchTheCapacitorsCurve) {
  const json report = json::parse(text_of(folder().file("r.json")));
  const json& panels = report["figures"]["timeline"]["panels"];
  const json& storage = panels.back()["series"].back();
  const json* outages = nullptr;
  for (const json& panel : panels)
    if (panel.contains("lanes"))
      for (const json& lane : panel["lanes"])
        if (lane["name"] == "Outages") outages = &lane["spans"];
  ASSERT_NE(outages, nullptr);
  const auto storage_at = [&storage](double time) {
    std::size_t nearest = 0;
    for (std::size_t i = 0; i < storage["x"].size(); ++i)
      if (std::abs(storage["x"][i].get<double>() - time) <
          std::abs(storage["x"][nearest].get<double>() - time))
        nearest = i;
    return storage["y"][nearest].get<double>();
  };
  // The rail comes on at 3.0 V and goes at 2.4 V: an outage begins low and ends high.
  std::size_t compared = 0;
  for (const json& span : *outages) {
    const double from = span["from"].get<double>();
    const double to = span["to"].get<double>();
    if (to - from < 0.3 || from == 0.0) continue;
    EXPECT_LT(storage_at(from + 0.03), 2.65) << from;
    EXPECT_GT(storage_at(to - 0.03), 2.8) << to;
    ++compared;
  }
  EXPECT_GE(compared, 3U);
}

TEST_F(ReportCommand, NamesTheFileAfterTheRunAndDoesNotOverwriteIt) {
  const std::vector<std::string> words{"report", "1", "-o", folder().file("r.html")};
  const std::string before = text_of(folder().file("r.html"));
  const CommandResult refused = sunfleck_command(words, folder());
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("--force"), std::string::npos) << refused.err;
  EXPECT_EQ(text_of(folder().file("r.html")), before);
  auto forced = words;
  forced.insert(forced.end(), {"--force", "--json", "--theme", "dark"});
  const CommandResult done = sunfleck_command(forced, folder());
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(json::parse(done.out)["form"], "html");
  EXPECT_NE(text_of(folder().file("r.html")), before);
}

TEST_F(ReportCommand, MistakesAreToldApart) {
  const auto code_of = [](std::vector<std::string> words) {
    words.insert(words.begin(), "report");
    return sunfleck_command(words, folder()).code;
  };
  EXPECT_EQ(code_of({"1", "-o", folder().file("r.doc")}), 2);
  EXPECT_EQ(code_of({"1", "-o", folder().file("x.pdf"), "--theme", "dark"}), 2);
  EXPECT_EQ(code_of({"1", "--form", "doc"}), 2);
  EXPECT_EQ(code_of({}), 2);
  EXPECT_EQ(code_of({"77", "-o", folder().file("x.html")}), 1);
  EXPECT_EQ(code_of({"1", "-o", folder().file("none/x.html")}), 1);
  const CommandResult help = sunfleck_command({"report", "--help"}, folder());
  EXPECT_NE(help.out.find("Example: sunfleck report"), std::string::npos);
}

}  // namespace
