#include "app/commands/target_options.h"

#include <cstring>
#include <ostream>

#include "app/files.h"
#include "app/interrupt.h"
#include "app/load_network.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t largest_inputs = std::size_t{16} << 20;  // bytes; boards hold far less

// Inputs of a file with the header that a board wants.
Result<std::vector<std::uint8_t>> inputs_object(const std::string& file, std::uint64_t each) {
  const std::vector<std::uint8_t> bytes = TRY(read_file(file, largest_inputs));
  if (bytes.empty() || each == 0 || bytes.size() % each != 0)
    return fail(
        Errc::invalid_argument, file, ": inputs of ", each,
        " bytes each were expected, the file has ", bytes.size(), " bytes");
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const fw_inputs_header header{
      .magic = FW_INPUTS_MAGIC,
      .count = static_cast<std::uint32_t>(bytes.size() / each),
      .bytes_each = static_cast<std::uint32_t>(each),
      .crc32 = fw_crc32(0, bytes.data(), size)};
  std::vector<std::uint8_t> object(sizeof header + bytes.size());
  std::memcpy(object.data(), &header, sizeof header);
  std::memcpy(object.data() + sizeof header, bytes.data(), bytes.size());
  return object;
}

}  // namespace

void add_target_options(CLI::App* command, TargetOptions& to) {
  command
      ->add_option(
          "--rig", to.settings.rig,
          "Where the board is: virtual, serial:/dev/ttyACM0?baud=921600, pty:/dev/pts/3, or "
          "exec:COMMAND for a program whose standard input and output are the line")
      ->capture_default_str();
  command->add_option(
      "--fram", to.settings.fram,
      "Virtual board: a file that keeps its FRAM from one command to the next");
  command->add_option("--device", to.settings.device, "Virtual board: which one");
  command->add_option("--seed", to.settings.seed, "Virtual board: of its noise")
      ->capture_default_str();
  command->add_flag("--json", to.json, "Print JSON");
}

Result<Exit> with_target(
    const TargetOptions& options, const std::function<Result<Exit>(TargetSession&)>& work) {
  const Interrupt interrupt;
  const std::unique_ptr<TargetBench> bench = TRY(open_target(options.settings));
  const auto talk = [&]() -> Result<Exit> {
    TargetClient client = TRY(TargetClient::open(bench->link(), interrupt.token()));
    TargetSession session{*bench, client};
    return work(session);
  };
  Result<Exit> ended = talk();
  Status closed = bench->close();
  if (ended && !closed) return std::move(closed).error();
  return ended;
}

TargetProgress::~TargetProgress() {
  if (shown_) console_->err << "\r\x1b[K" << std::flush;
}

void TargetProgress::show(
    std::string_view what, std::uint64_t done, std::uint64_t of, std::string_view unit) {
  if (!console_->progress) return;
  console_->err << "\r\x1b[K" << what << "  " << done << "/" << of << " " << unit << std::flush;
  shown_ = true;
}

void add_load_options(CLI::App* command, LoadOptions& to) {
  command->add_option("--network", to.network, "int8 .tflite file to load into the board");
  command->add_option("--input", to.inputs, "File of inputs, one after the other, to load");
}

Status load_target(const LoadOptions& options, TargetSession& session, Console& console) {
  if (options.network.empty() && options.inputs.empty()) return ok;
  TargetProgress progress(console);
  TRY(session.client.stop());
  const CompiledNetwork network = TRY(load_network(options.network, {}, {})).compiled;
  const auto load = [&](fw_object object, std::string_view what,
                        const std::vector<std::uint8_t>& bytes) {
    return session.client.load(object, bytes, [&](std::uint32_t held) {
      progress.show(what, held, bytes.size(), "bytes");
    });
  };
  if (!options.network.empty()) TRY(load(FW_OBJECT_NETWORK, "network", network.image));
  if (options.inputs.empty()) return ok;
  const std::vector<std::uint8_t> inputs =
      TRY(inputs_object(options.inputs, network.input.bytes()));
  return load(FW_OBJECT_INPUTS, "inputs", inputs);
}

}  // namespace sunfleck::app
