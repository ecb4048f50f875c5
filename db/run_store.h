#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/energy/attribution.h"
#include "core/network/compile.h"
#include "core/session/run_record.h"
#include "core/session/run_session.h"
#include "core/signal/pyramid.h"
#include "core/signal/trace.h"
#include "core/timeline/timeline.h"
#include "db/missing.h"

namespace sunfleck::db {

// What a run is repeated from.
struct RunIdentity {
  std::string name;
  std::string plan;  // JSON: the command's settings as they were played
  std::string program_version;
  std::string firmware_sha256;
  std::string network_sha256;  // of the image; empty, like all of network and inputs, without one
  std::string profile_sha256;  // of the samples as they were read or made
  std::string inputs_sha256;
  std::string network_name;
  std::string profile_name;
  std::string rig_name;
  std::string board_name;    // empty in runs of older programs
  std::string board_sha256;  // of its file; empty for the virtual board
  std::uint64_t seed = 0;
};

// What the firmware's mark pins stand for; empty for a pin that is none.
using MarkNames = std::array<std::string, mark_pins>;

class Database;

enum class RunStatus { running, finished, cancelled, failed, interrupted };

// "interrupted"
const char* name_of(RunStatus status);

// One row of the list of runs.
struct RunSummary {
  std::int64_t id = 0;
  RunIdentity identity;
  RunStatus status = RunStatus::running;  // interrupted: the program that wrote it is gone
  std::string end;                        // how it ended, a few words
  std::int64_t started_at = 0;            // microseconds since 1970, UTC
  std::int64_t committed_at = 0;          // the same, of the last write
  RunTime duration{};
  std::uint32_t inferences = 0;
  std::uint32_t power_cycles = 0;
  std::optional<std::uint32_t>
      correct;                   // outputs equal to the expected ones, where some were given
  std::optional<Joules> energy;  // at the rail, once it was attributed
};

// A signal of a run: "voltage" and "current" at the rail, "storage" voltage, "harvest" power.
struct StoredSignal {
  std::string name;
  std::string unit;
  RunTime period{};
  std::uint64_t end = 0;  // index after the last sample
  Bucket total;           // of all samples
};

struct StoredLayer {
  LayerCounts counts;
  std::optional<std::uint32_t> checkpoints;  // in the whole run, once it was analysed
  std::optional<std::uint32_t> executions;
};

struct StoredOutput {
  std::uint32_t inference = 0;
  std::vector<std::uint8_t> bytes;
  std::optional<bool> correct;  // where an expected output was given
};

// What went through the rail between two times of a run.
struct RailEnergy {
  RunTime from{}, to{};
  RunTime measured{};  // of that, the time for which there are samples of voltage and current
  Joules energy;       // of that time, like the charge: what is missing adds nothing
  Coulombs charge;
  Bucket voltage;  // V, of the samples that lie between, in part too
  Bucket current;  // A, likewise
};

// A file of runs: the list of them, and each as the values that core works with, so that every
// analysis can be done again from the store alone. A run can be read while it is being written.
//
// The content of the file is not trusted. Whatever it holds, a function returns values in their
// ranges or an Error that says what is damaged: "<path>: run 3: the run store is damaged: ...".
class RunStore {
 public:
  // A path without a file, or with an empty one, becomes a new store unless `missing` refuses that.
  //
  //   fails   not_found     there is none, and none was wanted
  //           io            the file or its folder cannot be read or written, or is damaged
  //           protocol      the file is no SQLite database
  //           unsupported   it is a database of another program, or of a newer one of ours
  // A file that is refused was only read: nothing is written before it is known to be ours.
  static Result<RunStore> open(const std::string& path, Missing missing = Missing::create);
  // Of the bytes of a file; changes are lost.
  static Result<RunStore> from_bytes(std::vector<std::uint8_t> bytes, std::string name);

  // In the order in which they were begun.
  Result<std::vector<RunSummary>> runs();
  // By its number, or by its name when no other run has that.
  Result<RunSummary> find(std::string_view id_or_name);

  Result<std::vector<StoredSignal>> signals(std::int64_t run);
  // Samples at full rate, cut off at the signal's end; missing ones are not numbers.
  //
  //   fails   invalid_argument when the range has more than `most_samples`; not_found without a
  //   signal
  //           of that name
  static constexpr std::uint64_t most_samples = std::uint64_t{1} << 26;
  Result<Trace> samples(std::int64_t run, std::string_view signal, SampleRange range);
  // The range, cut off at the signal's end, in at most `points` > 0 buckets. Takes a time that
  // grows with `points`, not with the range. The edges of the buckets are multiples of a power of
  // 16, so that up to a bucket more may be covered at each end.
  Result<Overview> overview(
      std::int64_t run, std::string_view signal, SampleRange range, std::size_t points);
  // Energy and charge between two times, from <= to, from full-rate samples: those of whole chunks
  // were summed when they were written, so that at most two chunks are read. The first and last
  // sample count for the part of them that lies between; inside a sample the power is taken as
  // constant. Adjoining times add up to their union, to rounding. A run of an older program has no
  // such sums: then all its samples between are read, with the same result.
  //
  //   fails   not_found in a run without voltage and current
  Result<RailEnergy> rail_energy(std::int64_t run, RunTime from, RunTime to);
  // All samples in blocks, without those that are missing in voltage or current, and then all
  // edges, as the rig gave them.
  Status replay(std::int64_t run, SampleSink& sink);

  Result<std::vector<MarkEdge>> edges(std::int64_t run);
  Result<std::vector<TimedRecord>> records(std::int64_t run);

  // What the run came to. Of a run that did not end by itself only what was known at its last
  // write.
  Result<RunOutcome> outcome(std::int64_t run);
  Result<std::vector<StoredOutput>> outputs(std::int64_t run);
  Result<std::vector<StoredLayer>> layers(std::int64_t run);
  // Empty, like the attribution's shares, until the run was finished.
  Result<std::vector<PowerCycle>> power_cycles(std::int64_t run);
  // Likewise; empty in runs of older programs too.
  Result<std::vector<Span>> spans(std::int64_t run);
  // The names of the mark pins; empty for a pin that has none.
  Result<MarkNames> mark_names(std::int64_t run);
  Result<Attribution> attribution(std::int64_t run);
  Result<std::optional<BoardClock>> board_clock(std::int64_t run);

  // Deletes a run and everything of it. The room is used again by later runs.
  //
  //   fails   not_found; unsupported while it is being written
  Status remove(std::int64_t run);

  const std::string& name() const;  // its path

  RunStore(RunStore&& other) noexcept;
  RunStore& operator=(RunStore&& other) noexcept;
  ~RunStore();

 private:
  explicit RunStore(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
};

}  // namespace sunfleck::db
