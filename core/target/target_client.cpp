#include "core/target/target_client.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include "target_fw/protocol/frame.h"

namespace sunfleck {
namespace {

constexpr int most_load_attempts = 8;  // of one object, each from its begin or where it was left

struct CommandName {
  fw_command command;
  const char* name;
};
constexpr std::array command_names{
    CommandName{FW_COMMAND_IDENTIFY, "IDENTIFY"},
    CommandName{FW_COMMAND_LOAD_BEGIN, "LOAD_BEGIN"},
    CommandName{FW_COMMAND_LOAD_CHUNK, "LOAD_CHUNK"},
    CommandName{FW_COMMAND_LOAD_END, "LOAD_END"},
    CommandName{FW_COMMAND_RUN, "RUN"},
    CommandName{FW_COMMAND_STOP, "STOP"},
    CommandName{FW_COMMAND_STATUS, "STATUS"},
    CommandName{FW_COMMAND_READ_RESULT, "READ_RESULT"},
    CommandName{FW_COMMAND_MEASURE, "MEASURE"},
    CommandName{FW_COMMAND_SELF_TEST, "SELF_TEST"},
};

struct StatusText {
  fw_status status;
  Errc code;
  const char* text;
};
constexpr std::array status_texts{
    StatusText{FW_STATUS_UNKNOWN, Errc::unsupported, "this firmware does not know the command"},
    StatusText{FW_STATUS_BAD_BODY, Errc::invalid_argument, "a number was out of range"},
    StatusText{FW_STATUS_NO_ROOM, Errc::invalid_argument, "the board has no room for it"},
    StatusText{FW_STATUS_OTHER_LOAD, Errc::io, "another object is being loaded"},
    StatusText{FW_STATUS_STORE_FAILED, Errc::io, "the board could not write its memory"},
    StatusText{FW_STATUS_BAD_OBJECT, Errc::io, "the checksum of what was loaded is wrong"},
    StatusText{FW_STATUS_NOT_THERE, Errc::not_found, "the board has nothing of the kind"},
    StatusText{
        FW_STATUS_IN_USE, Errc::invalid_argument,
        "a run goes on that uses what would be overwritten; stop it first"},
};

template <class Body>
std::span<const std::uint8_t> bytes_of(const Body& body) {
  return {reinterpret_cast<const std::uint8_t*>(&body), sizeof body};
}

template <class Body>
std::optional<Body> body_of(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < sizeof(Body)) return std::nullopt;
  Body body{};
  std::memcpy(&body, bytes.data(), sizeof body);
  return body;
}

std::vector<std::uint8_t> framed(
    fw_command command, std::uint16_t number, std::span<const std::uint8_t> body) {
  const fw_request request{
      .command = static_cast<std::uint8_t>(command),
      .number = number,
      .body = body.data(),
      .size = body.size()};
  std::array<std::uint8_t, FW_RECORD_MAX> payload{};
  std::vector<std::uint8_t> wire(1 + FW_WIRE_MAX);  // begins with the zero that ends what was cut
  const std::size_t size = fw_request_write(payload.data(), &request);
  wire.resize(1 + fw_frame_write(wire.data() + 1, payload.data(), size));
  return wire;
}

}  // namespace

const char* name_of(fw_command command) {
  const auto* const found = std::ranges::find(command_names, command, &CommandName::command);
  return found == command_names.end() ? "?" : found->name;
}

TargetClient::TargetClient(TargetLink& link, std::stop_token stop, const TargetPatience& patience)
    : link_(&link), stop_(std::move(stop)), patience_(patience) {}

Result<TargetClient> TargetClient::open(
    TargetLink& link, std::stop_token stop, const TargetPatience& patience) {
  TargetClient client(link, std::move(stop), patience);
  TRY(client.identify());
  if (client.identity_.protocol != FW_PROTOCOL_VERSION)
    return fail(
        Errc::unsupported, link.name(), ": the board speaks version ", client.identity_.protocol,
        " of the protocol, and this program version ", static_cast<int>(FW_PROTOCOL_VERSION));
  return client;
}

Seconds TargetClient::seconds_of(std::uint64_t ticks) const {
  return {static_cast<double>(ticks) / identity_.ticks_per_second};
}

Error TargetClient::refused(fw_command command, fw_status status) const {
  const auto* const found = std::ranges::find(status_texts, status, &StatusText::status);
  if (found == status_texts.end())
    return fail(
        Errc::protocol, name(), ": ", name_of(command), " was answered with status ",
        static_cast<int>(status));
  return fail(found->code, name(), ": ", name_of(command), " was refused: ", found->text);
}

Status TargetClient::take_bytes(RunTime until) {
  const std::vector<std::uint8_t> bytes = TRY(link_->receive(until));
  const auto records =
      decoder_.feed({.first = link_->now(), .per_byte = link_->per_byte(), .bytes = bytes});
  for (const TimedRecord& record : records) {
    if (record.record.header.type == FW_RECORD_REPLY)
      replies_.push_back(record.record.body.reply);
    else if (on_record_)
      on_record_(record);
  }
  return ok;
}

Result<std::optional<TargetClient::Answer>> TargetClient::wait_for(
    fw_command command, std::uint16_t number, RunTime until) {
  while (true) {
    TRY(take_bytes(until));
    for (const fw_reply_record& reply : std::exchange(replies_, {}))
      if (reply.command == command && reply.request == number)
        return std::optional(Answer{
            .status = static_cast<fw_status>(reply.status),
            .body = {reply.bytes, reply.bytes + reply.size}});
    if (link_->now() >= until) return std::optional<Answer>();
    if (stop_.stop_requested()) return fail(Errc::cancelled, name(), ": stopped");
  }
}

Result<TargetClient::Answer> TargetClient::ask(
    fw_command command, std::span<const std::uint8_t> body, Seconds work) {
  const std::uint16_t number = ++number_;
  const std::vector<std::uint8_t> wire = framed(command, number, body);
  RunTime until = link_->now();
  const RunTime give_up = until + to_run_time(patience_.silence + 2.0 * work);
  while (until < give_up) {
    if (stop_.stop_requested()) return fail(Errc::cancelled, name(), ": stopped");
    TRY(link_->send(wire));
    const auto bytes = static_cast<double>(wire.size() + FW_WIRE_MAX);
    until = link_->now() + to_run_time(patience_.answer + work + bytes * link_->per_byte());
    std::optional<Answer> answer = TRY(wait_for(command, number, until));
    if (answer) return *std::move(answer);
  }
  return fail(
      Errc::timeout, name(), ": the board did not answer ", name_of(command), " in ",
      patience_.silence + 2.0 * work);
}

template <class Body>
Result<Body> TargetClient::ask_for(
    fw_command command, std::span<const std::uint8_t> body, Seconds work) {
  const Answer answer = TRY(ask(command, body, work));
  if (answer.status != FW_STATUS_OK) return refused(command, answer.status);
  const std::optional<Body> read = body_of<Body>(answer.body);
  if (!read)
    return fail(
        Errc::protocol, name(), ": ", name_of(command), " was answered with ", answer.body.size(),
        " bytes, and ", sizeof(Body), " were expected");
  return *read;
}

Result<fw_identity> TargetClient::identify() {
  identity_ = TRY(ask_for<fw_identity>(FW_COMMAND_IDENTIFY, {}));
  identity_.board[FW_BOARD_NAME_MAX - 1] = 0;
  for (fw_network_name& network : identity_.networks)
    network.name[FW_IMAGE_NAME_MAX - 1] = 0;
  if (identity_.ticks_per_second == 0)
    return fail(Errc::protocol, name(), ": the board says that it has no ticks");
  return identity_;
}

// Answers to all but the last say at once; to check a checksum takes the board a while.
Result<TargetClient::Answer> TargetClient::ask_load(
    fw_command command, const fw_load& load, std::size_t whole) {
  constexpr Seconds per_byte{2e-6};  // of a checksum, on a slow core
  const Seconds work =
      command == FW_COMMAND_LOAD_END ? static_cast<double>(whole) * per_byte : Seconds{};
  return ask(command, bytes_of(load), work);
}

Result<TargetClient::Answer> TargetClient::send_chunk(
    const fw_load& load, std::span<const std::uint8_t> bytes, std::uint32_t held) {
  const fw_load_chunk chunk{.object = load.object, .crc32 = load.crc32, .offset = held};
  const auto part =
      bytes.subspan(held, std::min<std::size_t>(FW_LOAD_CHUNK_MAX, bytes.size() - held));
  std::vector<std::uint8_t> body(sizeof chunk + part.size());
  std::memcpy(body.data(), &chunk, sizeof chunk);
  std::memcpy(body.data() + sizeof chunk, part.data(), part.size());
  return ask(FW_COMMAND_LOAD_CHUNK, body);
}

// Fails with io when it may be tried again.
Status TargetClient::load_once(
    const fw_load& load, std::span<const std::uint8_t> bytes, const OnHeld& on_held) {
  std::uint32_t held = 0;
  const auto look_at = [&](fw_command command, const Answer& answer) -> Status {
    const auto state = body_of<fw_load_state>(answer.body);
    if (answer.status == FW_STATUS_NO_ROOM && state)
      return fail(
          Errc::invalid_argument, name(), ": ", load.size, " bytes do not fit into the ",
          state->room, " bytes that the board has for them");
    if (answer.status != FW_STATUS_OK) return refused(command, answer.status);
    if (!state || state->held > load.size || (state->held % 8 != 0 && state->held != load.size))
      return fail(Errc::io, name(), ": ", name_of(command), " was answered with nonsense");
    held = state->held;
    if (on_held) on_held(held);
    return ok;
  };
  const Answer begun = TRY(ask_load(FW_COMMAND_LOAD_BEGIN, load, bytes.size()));
  TRY(look_at(FW_COMMAND_LOAD_BEGIN, begun));
  const std::size_t most_chunks = 2 * (bytes.size() / FW_LOAD_CHUNK_MAX + 1);
  for (std::size_t chunks = 0; held < load.size; ++chunks) {
    if (chunks == most_chunks) return fail(Errc::io, name(), ": the load does not come to its end");
    const Answer taken = TRY(send_chunk(load, bytes, held));
    TRY(look_at(FW_COMMAND_LOAD_CHUNK, taken));
  }
  const Answer ended = TRY(ask_load(FW_COMMAND_LOAD_END, load, bytes.size()));
  TRY(look_at(FW_COMMAND_LOAD_END, ended));
  if (held < load.size) return fail(Errc::io, name(), ": the load does not come to its end");
  return ok;
}

Status TargetClient::load(
    fw_object object, std::span<const std::uint8_t> bytes, const OnHeld& on_held) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const fw_load load{
      .object = static_cast<std::uint32_t>(object),
      .size = size,
      .crc32 = fw_crc32(0, bytes.data(), size)};
  Status done = load_once(load, bytes, on_held);
  for (int attempt = 1; !done && done.error().code == Errc::io && attempt < most_load_attempts;
       ++attempt)
    done = load_once(load, bytes, on_held);
  return done;
}

Result<bool> TargetClient::run(fw_run_config config) {
  config.magic = FW_RUN_CONFIG_MAGIC;
  config.version = FW_RUN_CONFIG_VERSION;
  config.crc32 = fw_crc32(0, &config, offsetof(fw_run_config, crc32));
  const Answer answer = TRY(ask(FW_COMMAND_RUN, bytes_of(config)));
  const auto told = body_of<fw_run_answer>(answer.body);
  if (answer.status == FW_STATUS_BAD_BODY && told)
    return fail(
        Errc::invalid_argument, name(), ": the board refuses the run configuration at its byte ",
        told->bad_field);
  if (answer.status != FW_STATUS_OK || !told) return refused(FW_COMMAND_RUN, answer.status);
  return told->started != 0;
}

Status TargetClient::stop() {
  const Answer answer = TRY(ask(FW_COMMAND_STOP, {}));
  if (answer.status != FW_STATUS_OK) return refused(FW_COMMAND_STOP, answer.status);
  return ok;
}

Result<fw_work_status> TargetClient::status() {
  return ask_for<fw_work_status>(FW_COMMAND_STATUS, {});
}

Result<std::optional<TargetOutput>> TargetClient::read_result() {
  TargetOutput output;
  std::uint32_t total = 1;
  while (output.bytes.size() < total) {
    const fw_result_request from{.offset = static_cast<std::uint32_t>(output.bytes.size())};
    const Answer answer = TRY(ask(FW_COMMAND_READ_RESULT, bytes_of(from)));
    if (answer.status == FW_STATUS_NOT_THERE) return std::optional<TargetOutput>();
    if (answer.status != FW_STATUS_OK) return refused(FW_COMMAND_READ_RESULT, answer.status);
    const auto piece = body_of<fw_result_piece>(answer.body);
    if (!piece || piece->offset != from.offset || answer.body.size() == sizeof *piece)
      return fail(Errc::protocol, name(), ": READ_RESULT was answered with nonsense");
    if (piece->offset != 0 && piece->inference != output.inference)
      return fail(Errc::io, name(), ": a new result came while the last one was read");
    output.inference = piece->inference;
    total = piece->total;
    output.bytes.insert(output.bytes.end(), answer.body.begin() + sizeof *piece, answer.body.end());
  }
  return std::optional(std::move(output));
}

Result<fw_measured> TargetClient::measure(const fw_measure& what, Seconds expected) {
  // A request that comes again ends a sleep, and before a kernel the board checks its image.
  constexpr Seconds check{0.3};
  Seconds work = expected;
  if (what.what == FW_MEASURE_SLEEP) work = std::max(work, seconds_of(what.count));
  if (what.what == FW_MEASURE_KERNEL) work += check;
  const Answer answer = TRY(ask(FW_COMMAND_MEASURE, bytes_of(what), work));
  const auto measured = body_of<fw_measured>(answer.body);
  if (answer.status == FW_STATUS_NO_ROOM && measured)
    return fail(
        Errc::invalid_argument, name(), ": it takes ", measured->needed,
        " bytes of working memory, and the board has ", identity_.working_bytes);
  if (answer.status != FW_STATUS_OK || !measured) return refused(FW_COMMAND_MEASURE, answer.status);
  return *measured;
}

Result<fw_self_test> TargetClient::self_test() {
  constexpr Seconds work{0.5};  // to go twice over all of RAM, on a slow core
  return ask_for<fw_self_test>(FW_COMMAND_SELF_TEST, {}, work);
}

Status TargetClient::listen(RunTime until) {
  if (stop_.stop_requested()) return fail(Errc::cancelled, name(), ": stopped");
  TRY(take_bytes(until));
  replies_.clear();
  return ok;
}

}  // namespace sunfleck
