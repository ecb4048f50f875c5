#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/target/target_link.h"
#include "core/telemetry/telemetry_decoder.h"
#include "target_fw/protocol/commands.h"

namespace sunfleck {

// How long the host waits for a board.
struct TargetPatience {
  Seconds answer{0.03};   // beside the time of its bytes, before a request is sent again; less than
                          // the 0.1 s for which a working board listens
  Seconds silence{10.0};  // without an answer, after which a request is given up
};

// An output of the network as it lies on the board.
struct TargetOutput {
  std::uint32_t inference = 0;
  std::vector<std::uint8_t> bytes;
};

// Asks a board for things (target_fw/protocol/commands.h), over a line on which frames may be lost,
// damaged or repeated.
//
// Every call fails with timeout when the board is silent for too long, with cancelled when a stop
// was requested, with the link's error when it fails, and with invalid_argument when the board
// refuses, naming the reason.
class TargetClient {
 public:
  // Records other than answers, in the order of the wire.
  using OnRecord = std::function<void(const TimedRecord&)>;
  // Bytes that the board holds of the object that is being loaded.
  using OnHeld = std::function<void(std::uint32_t held)>;

  // Asks who is there. `link` must outlive the client.
  // Fails with unsupported when the board speaks another version of the protocol.
  static Result<TargetClient> open(
      TargetLink& link, std::stop_token stop, const TargetPatience& patience = {});

  void on_record(OnRecord on_record) { on_record_ = std::move(on_record); }
  const fw_identity& identity() const { return identity_; }  // as it was asked last
  Seconds seconds_of(std::uint64_t ticks) const;
  const std::string name() const { return link_->name(); }
  RunTime now() const { return link_->now(); }

  Result<fw_identity> identify();
  // Puts network image or inputs (with their header) into the board. Goes on where an earlier load
  // of the same bytes was broken off, by the host or by a power failure, now or before.
  Status load(fw_object object, std::span<const std::uint8_t> bytes, const OnHeld& on_held = {});
  // Fills in magic, version and checksum. Returns whether this began a new run: not when the board
  // has the same configuration already, but for its mode.
  Result<bool> run(fw_run_config config);
  Status stop();
  Result<fw_work_status> status();
  // Of the last inference; nothing when the board does not have it any more.
  Result<std::optional<TargetOutput>> read_result();
  // `expected` is how long it will take, as far as that is known.
  // Fails with not_found when there is no such layer or it has nothing to execute.
  Result<fw_measured> measure(const fw_measure& what, Seconds expected = {});
  Result<fw_self_test> self_test();
  // Takes records for a while; returns early when one came.
  Status listen(RunTime until);

 private:
  TargetClient(TargetLink& link, std::stop_token stop, const TargetPatience& patience);

  struct Answer {
    fw_status status = FW_STATUS_OK;
    std::vector<std::uint8_t> body;
  };
  // An answer of any status.
  Result<Answer> ask(fw_command command, std::span<const std::uint8_t> body, Seconds work = {});
  // The body of a good answer.
  template <class Body>
  Result<Body> ask_for(fw_command command, std::span<const std::uint8_t> body, Seconds work = {});
  Error refused(fw_command command, fw_status status) const;
  Result<std::optional<Answer>> wait_for(fw_command command, std::uint16_t number, RunTime until);
  Status take_bytes(RunTime until);
  Result<Answer> ask_load(fw_command command, const fw_load& load, std::size_t whole);
  Result<Answer> send_chunk(
      const fw_load& load, std::span<const std::uint8_t> bytes, std::uint32_t held);
  Status load_once(const fw_load& load, std::span<const std::uint8_t> bytes, const OnHeld& on_held);

  TargetLink* link_;
  std::stop_token stop_;
  TargetPatience patience_;
  OnRecord on_record_;
  TelemetryDecoder decoder_;
  std::vector<fw_reply_record> replies_;  // not yet looked at
  std::uint16_t number_ = 0;              // of the last request
  fw_identity identity_{};
};

// "LOAD_CHUNK".
const char* name_of(fw_command command);

}  // namespace sunfleck
