#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>

#include "app/commands/command.h"
#include "app/crash_boards.h"
#include "app/crash_check.h"
#include "app/crash_report.h"
#include "app/interrupt.h"
#include "app/progress_line.h"
#include "core/check/failure_schedule.h"
#include "drivers/host_board/host_subject.h"

namespace sunfleck::app {
namespace {

struct Options {
  CrashBoardChoice boards;
  CrashCheckSettings settings;
  std::string strategy = "all";
  std::uint64_t sample = 0;  // 0: not asked for
  bool exhaustive = false;
  bool mutants = false;
  std::string reproduce;
  std::string defect = "none";
  bool json = false;
};

constexpr std::uint64_t default_nested = 60;
constexpr std::uint64_t default_chains = 20'000;
constexpr std::uint64_t default_on_virtual = 200;  // sites, chains and cycles: it takes longer

constexpr const char* footer =
    R"(Example: sunfleck check crash --network kws.tflite --strategy tile --exhaustive --chains 10000
         sunfleck check crash --strategy tile --reproduce "k=123 torn=5"

Without options: all strategies with three small built-in networks on the host board, power lost before,
within and after every write, on the way back from some of these, 20000 random chains, and all seeded
defects. --chains and --nested are for each board, which is one network with one strategy.
After a failure, these may differ from a run without one: which slot of a record is the newest, its
sequence number and the older slot; the record that counts power-ups; a snapshot that is done with.
Exit code 1 when anything is wrong: a run, a hazard, a defect that was not caught.)";

std::string progress_text(const CrashProgress& at) {
  return join(
      at.done, "/", at.all, " parts  ", at.wrong, " wrong  ", fixed(at.seconds_left, 0),
      " s left");
}

std::size_t defect_called(const std::string& name) {
  const auto defects = seeded_defects();
  return static_cast<std::size_t>(
      std::ranges::find(defects, name, &SeededDefect::name) - defects.begin());
}

// What the options say of the amounts; the rest is as usual for the kind of board.
Status complete(Options& options) {
  CrashBoardChoice& boards = options.boards;
  const bool on_host = boards.kind == "host";
  boards.strategies = options.strategy == "all" ? crash_strategies
                                                : std::vector<std::string>{options.strategy};
  CrashAmounts& amounts = options.settings.amounts;
  if (options.exhaustive && options.sample > 0)
    return fail(Errc::usage, "--exhaustive and --sample exclude each other");
  if (!on_host && (options.mutants || options.defect != "none"))
    return fail(Errc::usage, "the seeded defects are in the host board only");
  if (options.sample > 0) amounts.single = options.sample;
  if (!on_host && !options.exhaustive && options.sample == 0) amounts.single = default_on_virtual;
  if (!on_host) amounts.cycles = amounts.single.value_or(default_on_virtual);
  if (options.mutants) options.settings.mutants = seeded_defects().size() - 1;
  boards.seed = options.settings.seed;
  return ok;
}

Result<Exit> reproduce(const Options& options, Console& console) {
  const FailureSchedule schedule = TRY(parse_schedule(options.reproduce));
  bool wrong = false;
  for (const CrashBoard& board : TRY(crash_boards(options.boards))) {
    const std::unique_ptr<CrashSubject> clean = TRY(board.make(0));
    const CrashReference reference = TRY(take_reference(*clean));
    const std::unique_ptr<CrashSubject> subject =
        TRY(board.make(defect_called(options.defect)));
    Injector injector(*subject, reference);
    const auto what = injector.run(schedule);
    console.out << board.network << ", " << board.strategy << ": " << what.value_or("as without")
                << "\n";
    wrong = wrong || what;
  }
  return wrong ? Exit::failed : Exit::done;
}

Result<Exit> check_command(Options options, Console& console) {
  TRY(complete(options));
  if (!options.reproduce.empty()) return reproduce(options, console);
  const Interrupt interrupt;
  const std::vector<CrashBoard> boards = TRY(crash_boards(options.boards));
  std::vector<CrashBoard> for_mutants;
  if (options.settings.mutants > 0)
    for_mutants =
        TRY(crash_boards({.strategies = crash_strategies, .seed = options.settings.seed}));
  ProgressLine line(console.err, console.progress);
  const CrashCheckResult result = TRY(check_crash(
      options.settings, boards, for_mutants,
      [&line](const CrashProgress& at) {
        line.show(static_cast<double>(at.done) / static_cast<double>(at.all), progress_text(at));
      },
      interrupt.token()));
  line.clear();
  if (options.json)
    console.out << to_json(result).dump(2) << "\n";
  else
    console.out << to_text(result);
  if (!is_clean(result)) return Exit::failed;
  return result.complete ? Exit::done : Exit::interrupted;
}

void add_what(CLI::App* command, Options& to) {
  std::vector<std::string> strategies = crash_strategies;
  strategies.emplace_back("all");
  command->add_option(
      "--network", to.boards.networks,
      "int8 .tflite or float .onnx files, or 'demo'; three small built-in ones otherwise");
  command->add_option("--strategy", to.strategy, "One of the strategies, or all")
      ->check(CLI::IsMember(strategies))
      ->capture_default_str();
  command->add_option("--board", to.boards.kind, "The firmware on the host, or its ARM image")
      ->check(CLI::IsMember({"host", "virtual"}))
      ->capture_default_str();
}

void add_amounts(CLI::App* command, Options& to) {
  CrashAmounts& amounts = to.settings.amounts;
  command->add_flag("--exhaustive", to.exhaustive, "Single failures everywhere; usual on the host");
  command->add_option("--sample", to.sample, "Single failures at so many places only")
      ->check(CLI::PositiveNumber);
  command->add_option("--chains", amounts.chains, "Random chains of failures");
  command->add_option("--nested", amounts.nested, "Failures from which the way back fails too");
  command->add_flag("--mutants", to.mutants, "Try all seeded defects");
  command->add_option("--seed", to.settings.seed, "Of inputs, samples and chains")
      ->capture_default_str();
}

// Whether no option says what to do.
bool is_bare(const CLI::App& command) {
  for (const char* name :
       {"--network", "--strategy", "--board", "--exhaustive", "--sample", "--chains", "--nested",
        "--mutants"})
    if (command.count(name) > 0) return false;
  return true;
}

void add_crash(CLI::App* check, Invocation& invocation) {
  CLI::App* command = check->add_subcommand(
      "crash", "Fail a board's power everywhere and compare what comes of it");
  const auto options = std::make_shared<Options>();
  add_what(command, *options);
  add_amounts(command, *options);
  options->settings.jobs = std::max(1U, std::thread::hardware_concurrency());
  command->add_option("--jobs", options->settings.jobs, "Threads")
      ->check(CLI::Range(1U, 256U))
      ->capture_default_str();
  command->add_option(
      "--state", options->settings.state_file, "File to keep the state in, and to go on from");
  command->add_option("--reproduce", options->reproduce, "Run one schedule only: \"k=123 torn=5\"");
  command->add_option("--defect", options->defect, "With --reproduce: a seeded defect");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(footer);
  command->callback([&invocation, options, command] {
    CrashAmounts& amounts = options->settings.amounts;
    const bool on_host = options->boards.kind == "host";
    if (command->count("--chains") == 0)
      amounts.chains = on_host ? default_chains : default_on_virtual;
    if (command->count("--nested") == 0) amounts.nested = on_host ? default_nested : 1;
    if (is_bare(*command)) options->mutants = true;
    invocation = [options](Console& console) { return check_command(*options, console); };
  });
}

}  // namespace

void add_check(CLI::App& program, Invocation& invocation) {
  CLI::App* check = program.add_subcommand("check", "Check the firmware");
  check->require_subcommand(1);
  add_crash(check, invocation);
}

}  // namespace sunfleck::app
