#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command.h"
#include "app/files.h"
#include "app/read_report.h"
#include "app/report/clean_text.h"
#include "app/report/run_document.h"
#include "app/report/write_document.h"
#include "db/run_store.h"

namespace sunfleck::app {
namespace {

struct Options {
  std::vector<std::string> subjects;
  std::string store = (data_folder() / "runs.db").string();
  std::string output;
  std::string form;
  std::string theme = "auto";
  bool force = false;
  bool json = false;
};

struct ThemeName {
  const char* name;
  DocumentTheme theme;
};
constexpr std::array themes{
    ThemeName{"auto", DocumentTheme::reader}, ThemeName{"light", DocumentTheme::light},
    ThemeName{"dark", DocumentTheme::dark}};

// A report, and what its file is called when nobody says.
struct Named {
  Document document;
  std::string name;
};

Result<Named> report_of_run(const Options& options) {
  db::RunStore store = TRY(db::RunStore::open(options.store, db::Missing::refuse));
  const db::RunSummary summary = TRY(store.find(options.subjects.front()));
  const RunReport report = TRY(read_report(store, summary.id));
  const RunDetail detail = TRY(read_run_detail(store, report));
  return Named{run_document(report, detail), join("run-", summary.id)};
}

// What a report is about decides which one it is.
Result<Named> report_of(const Options& options) {
  if (options.subjects.size() > 1)
    return fail(Errc::usage, "report: one run was wanted, not ", options.subjects.size());
  return report_of_run(options);
}

// The form that was asked for, else that of the file's name, else HTML.
Result<DocumentForm> form_of(const Options& options) {
  if (!options.form.empty()) return *document_form_called(options.form);
  if (options.output.empty()) return DocumentForm::html;
  const auto form = document_form_of(options.output);
  if (form) return *form;
  return fail(
      Errc::usage,
      "--output: a name that ends in .html, .pdf, .md, .csv or .json was wanted, or "
      "--form, not '",
      options.output, "'");
}

Result<Exit> report_command(const Options& options, Console& console) {
  const DocumentForm form = TRY(form_of(options));
  const DocumentTheme theme = std::ranges::find(themes, options.theme, [](const ThemeName& one) {
                                return std::string_view(one.name);
                              })->theme;
  if (form == DocumentForm::pdf && theme == DocumentTheme::dark)
    return fail(Errc::usage, "--theme: pages of PDF are light");
  const Named report = TRY(report_of(options));
  const std::string path =
      options.output.empty() ? clean_key(report.name) + "." + name_of(form) : options.output;
  TRY(write_document(report.document, path, form, {.overwrite = options.force, .theme = theme}));
  if (options.json)
    console.out << nlohmann::json{{"file", path}, {"form", name_of(form)}}.dump(
                       2, ' ', false, nlohmann::json::error_handler_t::replace)
                << "\n";
  else
    console.out << path << "\n";
  return Exit::done;
}

}  // namespace

void add_report(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("report", "Write a report of a run");
  const auto options = std::make_shared<Options>();
  command->add_option("run", options->subjects, "Number or name of a run")->required();
  command->add_option(
      "-o,--output", options->output,
      "File to write: .html, .pdf, .md, .csv or .json; run-N.html otherwise");
  command->add_option("--form", options->form, "Whatever the file is called")
      ->check(CLI::IsMember({"html", "pdf", "md", "csv", "json"}));
  command->add_option("--theme", options->theme, "Of HTML and figures; auto: as the reader prefers")
      ->check(CLI::IsMember({"auto", "light", "dark"}))
      ->capture_default_str();
  command->add_flag("--force", options->force, "Overwrite files");
  command->add_flag("--json", options->json, "Print what was written as JSON");
  command->add_option("--store", options->store, "Run store")->capture_default_str();
  command->footer(
      "CSV is FILE.csv with the facts and FILE.TABLE.csv for each table; Markdown is FILE.md and "
      "its\nfigures in FILE_files/. Numbers are in SI units, and all of them are in the JSON too.\n"
      "Example: sunfleck report 3 -o run3.pdf");
  command->callback([&invocation, options] {
    invocation = [options](Console& console) { return report_command(*options, console); };
  });
}

}  // namespace sunfleck::app
