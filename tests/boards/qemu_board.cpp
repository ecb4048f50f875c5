#include "tests/boards/qemu_board.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "drivers/virtual_target/flash_image.h"
#include "target_fw/protocol/virtual_board.h"

namespace sunfleck {
namespace {

constexpr std::uint32_t fram_bytes = 16U << 20;  // the machine's PSRAM
constexpr int patience_ms = 60'000;              // without a byte; a guard, never reached

// What the firmware makes of its FRAM's size (virtual_board.h).
constexpr std::uint32_t loaded_inputs = fram_bytes / 16 * (16 - FW_VB_LOADED_INPUTS_SIXTEENTHS);
constexpr std::uint32_t loaded_network =
    loaded_inputs - fram_bytes / 16 * FW_VB_LOADED_NETWORK_SIXTEENTHS;

void write_file(const std::string& path, std::span<const std::uint8_t> bytes) {
  std::ofstream(path, std::ios::binary)
      .write(
          reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::string loader(const std::string& path, std::uint32_t address) {
  return "loader,file=" + path + ",addr=" + std::to_string(address) + ",force-raw=on";
}

std::vector<std::uint8_t> config_bytes(const Workload& workload, fw_source source) {
  std::vector<std::uint8_t> bytes = run_config_of(workload);
  bytes.at(offsetof(fw_run_config, source)) = static_cast<std::uint8_t>(source);
  const std::uint32_t crc = fw_crc32(0, bytes.data(), offsetof(fw_run_config, crc32));
  std::memcpy(bytes.data() + offsetof(fw_run_config, crc32), &crc, sizeof crc);
  return bytes;
}

// Some bytes of the line, at most `most`; none when it ended or is silent for so long.
std::vector<std::uint8_t> hear(int line, std::size_t most, int patience = patience_ms) {
  pollfd waiting{.fd = line, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, patience) <= 0) return {};
  std::vector<std::uint8_t> bytes(std::min<std::size_t>(most, 4096));
  const ssize_t count = ::read(line, bytes.data(), bytes.size());
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

}  // namespace

QemuBoard::Process QemuBoard::start(std::vector<std::string> words) {
  std::vector<char*> raw;
  raw.reserve(words.size() + 1);
  for (std::string& word : words)
    raw.push_back(word.data());
  raw.push_back(nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a process that has ended is an error of send()
  std::array<int, 2> from{}, to{};
  if (::pipe2(from.data(), O_CLOEXEC) != 0 || ::pipe2(to.data(), O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(to[0], STDIN_FILENO);
    ::dup2(from[1], STDOUT_FILENO);
    ::execv(raw.front(), raw.data());
    ::_exit(126);
  }
  ::close(from[1]);
  ::close(to[0]);
  return {.id = child, .from = from[0], .to = to[1]};
}

QemuBoard::QemuBoard()
    : arguments_{
          QEMU_PROGRAM,
          "-M",
          "mps2-an386,memory-backend=fram",
          "-object",
          "memory-backend-file,id=fram,size=16M,share=on,mem-path=" + folder_.file("fram"),
          "-kernel",
          MPS2_AN386_ELF,
          "-display",
          "none",
          "-monitor",
          "none",
          "-serial",
          "stdio"} {
  write_file(folder_.file("fram"), {});
  std::filesystem::resize_file(folder_.file("fram"), fram_bytes);
}

QemuBoard::QemuBoard(const GoldenNetwork& golden, Strategy strategy, fw_source source)
    : QemuBoard() {
  inferences_ = golden.count();
  put_in_fram(0, config_bytes(workload_of(golden, strategy), source));
  if (source == FW_SOURCE_LOADED) {
    put_in_fram(loaded_network, golden.image);
    put_in_fram(loaded_inputs, golden.inputs_blob());
    return;
  }
  write_file(folder_.file("network"), golden.image);
  write_file(folder_.file("inputs"), golden.inputs_blob());
  for (const std::string& more :
       {std::string("-device"), loader(folder_.file("network"), FW_VB_NETWORK),
        std::string("-device"), loader(folder_.file("inputs"), FW_VB_INPUTS)})
    arguments_.push_back(more);
}

void QemuBoard::power_up() { process_ = start(arguments_); }

void QemuBoard::kill() {
  if (process_.id <= 0) return;
  ::kill(process_.id, SIGKILL);
  ::waitpid(process_.id, nullptr, 0);
  process_.id = -1;
}

void QemuBoard::power_down() {
  kill();
  for (const int line : {process_.from, process_.to})
    if (line >= 0) ::close(line);
  process_ = {};
}

bool QemuBoard::power_cycle(Listener& listener, std::size_t bytes) {
  power_up();
  bool speaks = process_.id > 0;
  while (speaks && bytes > 0 && listener.done() < inferences_) {
    const auto heard = hear(process_.from, bytes);
    listener.take(heard);
    bytes -= heard.size();
    speaks = !heard.empty();
  }
  kill();
  for (auto sent = hear(process_.from, 4096); !sent.empty(); sent = hear(process_.from, 4096))
    listener.take(sent);
  power_down();
  return speaks;
}

RunTime QemuBoard::now() const { return std::chrono::steady_clock::now() - began_; }

Status QemuBoard::send(std::span<const std::uint8_t> bytes) {
  const ssize_t sent = ::write(process_.to, bytes.data(), bytes.size());
  if (sent != static_cast<ssize_t>(bytes.size())) return fail(Errc::io, name(), ": has ended");
  return ok;
}

Result<std::vector<std::uint8_t>> QemuBoard::receive(RunTime until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now());
  return hear(process_.from, 4096, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
}

std::vector<std::uint8_t> QemuBoard::fram(std::uint32_t offset, std::uint32_t bytes) const {
  std::ifstream file(folder_.file("fram"), std::ios::binary);
  std::vector<std::uint8_t> read(bytes);
  file.seekg(offset);
  file.read(reinterpret_cast<char*>(read.data()), bytes);
  return read;
}

void QemuBoard::put_in_fram(std::uint32_t offset, std::span<const std::uint8_t> bytes) const {
  std::fstream file(folder_.file("fram"), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(offset);
  file.write(
      reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace sunfleck
