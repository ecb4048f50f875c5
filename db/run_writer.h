#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/energy/attribution.h"
#include "core/network/compile.h"
#include "core/session/run_record.h"
#include "core/session/run_session.h"
#include "core/timeline/timeline.h"
#include "db/chunk.h"
#include "db/rail_sum.h"
#include "db/run_store.h"
#include "db/signal_ladder.h"

namespace sunfleck::db {

class Database;

// What is known of a run before it begins.
struct RunStart {
  RunIdentity identity;
  std::vector<LayerCounts> layers;         // of its network, in order of execution
  MarkNames marks;                         // of the board's mark pins
  std::optional<std::int64_t> started_at;  // microseconds since 1970, UTC; now, when absent
  const Clock* clock = nullptr;            // tells when to commit; the host's own, when absent
};

// What a run came to, beside its outcome.
struct RunAnalysis {
  Attribution attribution;
  Timeline timeline;
  std::map<std::uint32_t, bool> correct;  // by inference, where an expected output was given
};

// Writes a run while it goes on, and commits about once a second: a program that is killed loses no
// more than that, and its run is then listed as interrupted. What has been written at the end does
// not depend on when it was committed. Several writers may write to one store.
//
// The store is locked only while a commit lasts. When another program keeps it locked the writer
// goes on in memory and tries again, up to `most_pending` bytes. Calls must not overlap.
class RunWriter final : public RunSink {
 public:
  static constexpr std::size_t most_pending = std::size_t{256} << 20;

  // Enters the run in the store at `path`, with the status `running`.
  //
  //   fails   invalid_argument without a name, or when the plan is no JSON; else as
  //   RunStore::open()
  static Result<std::unique_ptr<RunWriter>> begin(const std::string& path, const RunStart& start);
  // A run that was neither finished nor failed is committed as `interrupted`.
  ~RunWriter() override;
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  std::int64_t run() const { return run_; }

  void on_samples(const SampleBlock& block) override;
  void on_edge(const MarkEdge& edge) override;
  void on_record(const TimedRecord& record) override;
  void on_progress(const RunProgress& progress) override;

  // The first thing that went wrong (a full disk, samples out of order). Nothing was recorded
  // since: the session had better end the run.
  Status status() const;

  // Makes what is in now safe.
  //
  //   fails   timeout while another program keeps the store locked, and nothing is lost; else as
  //   status()
  Status commit();
  // The last of the run, in one transaction: status `finished`, or `cancelled` if that is how it
  // ended. Fails, and leaves the run as failed as far as that can be written, with the error of
  // status().
  Status finish(const RunOutcome& outcome, const RunAnalysis& analysis);
  // What is in stays; the run's status is `failed`, and it says why.
  Status fail_with(const Error& error);

 private:
  struct Lane {
    const char* name;
    const char* unit;
    SignalLadder ladder{};
    std::optional<std::int64_t> signal{};  // its row in the store, once it has one
    bool changed = false;                  // since the last commit
  };
  // A chunk that waits for the next commit, compressed already.
  struct PendingChunk {
    PendingChunk(std::size_t of_lane, const Chunk& chunk);
    std::size_t lane;
    std::size_t level;
    std::uint64_t first;
    std::size_t count;
    Bucket total;
    EncodedChunk encoded;
  };

  RunWriter(std::unique_ptr<Database> database, const RunStart& start);
  Status enter(const RunStart& start);
  Status check(const SampleBlock& block) const;
  void append(std::size_t lane, std::uint64_t first, std::span<const float> samples);
  void commit_when_due();
  RunTime now() const;
  static std::int64_t wall_time();
  void stop_recording(const Error& error);
  void give_up(const Error& error);
  Status end_as(RunStatus status, const std::string& error);

  void write_pending();
  void write_signals();
  void write_chunks();
  void write_rail_sums();
  void write_records();
  void write_progress();
  void write_outcome(const RunOutcome& outcome, const RunAnalysis& analysis);
  void write_ledger(const PowerLedger& ledger);
  void write_parts(const Attribution& attribution);
  void write_timeline(const Timeline& timeline);
  void write_analysis(const RunAnalysis& analysis);
  void forget_pending();

  std::unique_ptr<Database> database_;
  const Clock* clock_;
  std::int64_t run_ = 0;
  RunTime period_{};
  std::array<Lane, 4> lanes_;
  std::vector<PendingChunk> chunks_;
  RailSummer rail_summer_;
  std::vector<RailSum> rail_sums_;
  std::vector<MarkEdge> edges_;
  std::vector<TimedRecord> records_;
  std::uint64_t written_edges_ = 0;
  std::uint64_t written_records_ = 0;
  std::size_t pending_bytes_ = 0;
  RunProgress progress_;
  RunTime committed_{};      // run time at the last commit
  RunTime last_attempt_{};   // of the clock
  bool locked_out_ = false;  // the last attempt found the store locked
  bool ended_ = false;
  std::optional<Error> error_;
};

}  // namespace sunfleck::db
