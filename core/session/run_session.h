#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

#include "core/session/rig.h"
#include "core/session/run_plan.h"
#include "core/session/run_record.h"
#include "core/telemetry/records.h"

namespace sunfleck {

// Where the data of a run go, while it runs. Calls come in order of time within each kind.
class RunSink : public SampleSink {
 public:
  virtual void on_record(const TimedRecord& record) = 0;
  // What the board printed between its records.
  virtual void on_text(std::string_view /*text*/) {}
  // After each stretch of the run, at most a tenth of a second of it apart.
  virtual void on_progress(const RunProgress& progress) = 0;
};

// Plays the plan on the rig: loads the board, starts the rig, lets time pass until a stop rule
// holds, the source ends or the board reports that it makes no progress, and stops the rig. Its
// outputs are off when this returns, whatever happened.
//
//   returns   how the run ended, with its counts. Stopped by `stop` is an end like the others
//             (EndReason::cancelled): what was recorded until then is kept
//   fails     with the first error of the rig or of check(plan)
Result<RunOutcome> run_session(
    const RunPlan& plan, Rig& rig, RunSink& sink, const std::stop_token& stop);

}  // namespace sunfleck
