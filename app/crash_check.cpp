#include "app/crash_check.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "app/crash_state.h"
#include "app/sha256.h"
#include "app/version.h"

namespace sunfleck::app {
namespace {

using Clock = std::chrono::steady_clock;

// A part of the work that one thread does at a time: a unit on a board, or a mutant.
struct Job {
  std::size_t board = 0;
  CrashUnit unit;
  std::size_t mutant = 0;  // 0: none
};

struct Plan {
  std::deque<CrashWork> boards;
  std::deque<CrashReference> for_mutants;
  std::vector<Job> jobs;
};

std::string checksum_of(
    const CrashCheckSettings& settings, const std::vector<CrashBoard>& boards,
    const std::vector<CrashBoard>& for_mutants) {
  const CrashAmounts& amounts = settings.amounts;
  std::string text = join(
      program_version, " seed ", settings.seed, " nested ", amounts.nested, " chains ",
      amounts.chains, " cycles ", amounts.cycles, " mutants ", settings.mutants, " single ",
      amounts.single ? join(*amounts.single) : "all");
  for (const auto* list : {&boards, &for_mutants})
    for (const CrashBoard& board : *list)
      text += join("\n", board.kind, " ", board.network, " ", board.strategy, " ", board.sha256);
  return sha256(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

// The first thing that went wrong in any thread.
class FirstError {
 public:
  void set(Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  std::optional<Error> get() {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  std::mutex mutex_;
  std::optional<Error> error_;
};

// A thread's subject, kept while its jobs are of the same board.
struct Bench {
  std::size_t board = SIZE_MAX;
  std::unique_ptr<CrashSubject> subject;
};

// Calls `each(i, bench)` for every i in [0, count) from several threads, and ends with all of them.
template <class Each>
void for_each_in_threads(
    unsigned threads, std::size_t count, const std::stop_token& stop, Each each) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> pool;
  for (unsigned i = 0; i < std::max(threads, 1U); ++i)
    pool.emplace_back([&] {
      Bench bench;
      for (std::size_t at = next++; at < count && !stop.stop_requested(); at = next++)
        each(at, bench);
    });
}

Status plan_boards(
    const CrashCheckSettings& settings, const std::vector<CrashBoard>& boards,
    const std::stop_token& stop, Plan& plan) {
  FirstError failed;
  plan.boards.resize(boards.size());
  for_each_in_threads(settings.jobs, boards.size(), stop, [&](std::size_t i, Bench& /*bench*/) {
    auto subject = boards[i].make(0);
    if (!subject) return failed.set(subject.error());
    auto work = plan_work(**subject, settings.amounts, settings.seed);
    if (!work) return failed.set(work.error());
    plan.boards[i] = *std::move(work);
  });
  if (auto error = failed.get()) return *std::move(error);
  if (stop.stop_requested())
    return fail(Errc::cancelled, "crash check: it was stopped before it began");
  for (std::size_t i = 0; i < boards.size(); ++i)
    for (const CrashUnit& unit : units_of(plan.boards[i]))
      plan.jobs.push_back({.board = i, .unit = unit});
  return ok;
}

Status plan_mutants(
    const CrashCheckSettings& settings, const std::vector<CrashBoard>& boards, Plan& plan) {
  if (settings.mutants == 0) return ok;
  for (const CrashBoard& board : boards) {
    const std::unique_ptr<CrashSubject> subject = TRY(board.make(0));
    plan.for_mutants.push_back(TRY(take_reference(*subject)));
  }
  for (std::size_t defect = 1; defect <= settings.mutants; ++defect)
    plan.jobs.push_back({.mutant = defect});
  return ok;
}

// The jobs of a check, done by several threads.
class Run {
 public:
  Run(const CrashCheckSettings& settings, const std::vector<CrashBoard>& boards,
      const std::vector<CrashBoard>& for_mutants, const Plan& plan, CrashState state)
      : settings_(settings),
        boards_(boards),
        for_mutants_(for_mutants),
        plan_(plan),
        state_(std::move(state)),
        earlier_(state_.seconds) {
    for (std::size_t i = 0; i < plan.jobs.size(); ++i)
      if (!state_.done[i]) todo_.push_back(i);
    done_before_ = plan.jobs.size() - todo_.size();
  }

  Result<CrashState> run(
      const std::function<void(const CrashProgress&)>& on_progress, const std::stop_token& stop) {
    const std::stop_callback on_stop(stop, [&] { stop_.request_stop(); });
    std::jthread workers([&] { work(); });
    constexpr auto save_every = std::chrono::seconds(5);
    auto next_save = Clock::now() + save_every;
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return ended_; })) {
      on_progress(progress());
      if (Clock::now() < next_save) continue;
      if (Status saved = save(); !saved) {
        failed_.set(std::move(saved).error());
        stop_.request_stop();
      }
      next_save = Clock::now() + save_every;
    }
    on_progress(progress());
    if (auto error = failed_.get()) return *std::move(error);
    TRY(save());
    return state_;
  }

 private:
  void work() {
    const std::stop_token stop = stop_.get_token();
    for_each_in_threads(settings_.jobs, todo_.size(), stop, [&](std::size_t at, Bench& bench) {
      const Status done = do_job(todo_[at], bench, stop);
      if (done) return;
      failed_.set(done.error());
      stop_.request_stop();
    });
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  Status do_job(std::size_t index, Bench& bench, const std::stop_token& stop) {
    const Job& job = plan_.jobs[index];
    if (job.mutant != 0) return do_mutant(index, stop);
    if (bench.board != job.board) bench = {job.board, TRY(boards_[job.board].make(0))};
    const CrashWork& work = plan_.boards[job.board];
    Injector injector(*bench.subject, work.reference);
    const CrashTally tally = run_unit(job.unit, injector, work, settings_.seed, stop);
    if (stop.stop_requested()) return ok;  // it may not be whole
    const std::lock_guard lock(mutex_);
    add(state_.boards[job.board], tally);
    state_.done[index] = true;
    ++done_;
    return ok;
  }

  Status do_mutant(std::size_t index, const std::stop_token& stop) {
    MutantResult result{.defect = plan_.jobs[index].mutant};
    for (std::size_t i = 0; i < for_mutants_.size() && !result.caught; ++i) {
      const std::unique_ptr<CrashSubject> mutant = TRY(for_mutants_[i].make(result.defect));
      auto how = try_mutant(*mutant, plan_.for_mutants[i], settings_.seed, stop);
      if (stop.stop_requested()) return ok;
      if (!how) continue;
      result.caught = true;
      result.network = for_mutants_[i].network;
      result.strategy = for_mutants_[i].strategy;
      result.how = *std::move(how);
    }
    const std::lock_guard lock(mutex_);
    const auto place = std::ranges::upper_bound(
        state_.mutants, result.defect, std::less(), &MutantResult::defect);
    state_.mutants.insert(place, std::move(result));
    state_.done[index] = true;
    ++done_;
    return ok;
  }

  // With the lock held, as all below.
  CrashProgress progress() {
    CrashProgress progress{.done = done_before_ + done_, .all = plan_.jobs.size()};
    for (const CrashTally& tally : state_.boards)
      progress.wrong += tally.wrong + tally.hazards.size();
    const double so_far = seconds();
    if (done_ > 0)
      progress.seconds_left = so_far * static_cast<double>(todo_.size() - done_) /
          static_cast<double>(done_);
    return progress;
  }

  double seconds() const {
    return std::chrono::duration<double>(Clock::now() - began_).count();
  }

  Status save() {
    state_.seconds = earlier_ + seconds();
    return settings_.state_file.empty() ? Status(ok) : write_state(settings_.state_file, state_);
  }

  const CrashCheckSettings& settings_;
  const std::vector<CrashBoard>& boards_;
  const std::vector<CrashBoard>& for_mutants_;
  const Plan& plan_;
  const Clock::time_point began_ = Clock::now();
  std::vector<std::size_t> todo_;  // jobs
  std::size_t done_before_ = 0;
  FirstError failed_;
  std::stop_source stop_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  CrashState state_;
  double earlier_;
  std::size_t done_ = 0;  // of todo_
  bool ended_ = false;
};

// Each strategy must compute what the first one of the same network does.
std::vector<std::string> disagreements_of(
    const std::vector<CrashBoard>& boards, const Plan& plan) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < boards.size(); ++i) {
    const auto first = std::ranges::find(boards, boards[i].network, &CrashBoard::network);
    const auto& wanted = plan.boards[static_cast<std::size_t>(first - boards.begin())].reference;
    if (plan.boards[i].reference.outputs != wanted.outputs)
      found.push_back(join(
          boards[i].network, ": the outputs with '", boards[i].strategy, "' are not those with '",
          first->strategy, "'"));
  }
  return found;
}

}  // namespace

bool is_clean(const CrashCheckResult& result) {
  const bool boards = std::ranges::all_of(result.boards, [](const CrashBoardResult& board) {
    return board.tally.wrong == 0 && board.tally.hazards.empty();
  });
  return boards && result.disagreements.empty() &&
      std::ranges::all_of(result.mutants, &MutantResult::caught);
}

Result<CrashCheckResult> check_crash(
    const CrashCheckSettings& settings, const std::vector<CrashBoard>& boards,
    const std::vector<CrashBoard>& for_mutants,
    const std::function<void(const CrashProgress&)>& on_progress, const std::stop_token& stop) {
  Plan plan;
  TRY(plan_boards(settings, boards, stop, plan));
  TRY(plan_mutants(settings, for_mutants, plan));
  CrashState state{
      .check = checksum_of(settings, boards, for_mutants),
      .done = std::vector<bool>(plan.jobs.size()),
      .boards = std::vector<CrashTally>(boards.size())};
  if (!settings.state_file.empty()) state = TRY(read_state(settings.state_file, state));
  Run run(settings, boards, for_mutants, plan, std::move(state));
  const CrashState ended = TRY(run.run(on_progress, stop));

  CrashCheckResult result{
      .mutants = ended.mutants,
      .disagreements = disagreements_of(boards, plan),
      .seconds = ended.seconds,
      .complete = std::ranges::all_of(ended.done, [](bool done) { return done; })};
  for (std::size_t i = 0; i < boards.size(); ++i)
    result.boards.push_back(
        {.network = boards[i].network,
         .strategy = boards[i].strategy,
         .kind = boards[i].kind,
         .writes = plan.boards[i].reference.writes,
         .sites = plan.boards[i].sites.count,
         .tally = ended.boards[i]});
  return result;
}

}  // namespace sunfleck::app
