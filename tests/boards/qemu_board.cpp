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

struct Process {
  pid_t id = -1;
  int line = -1;  // what it says
};

Process start(std::vector<std::string> words) {
  std::vector<char*> raw;
  raw.reserve(words.size() + 1);
  for (std::string& word : words)
    raw.push_back(word.data());
  raw.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::execv(raw.front(), raw.data());
    ::_exit(126);
  }
  ::close(ends[1]);
  return {.id = child, .line = ends[0]};
}

// Some bytes of the line, at most `most`; none when it ended or is silent.
std::vector<std::uint8_t> hear(int line, std::size_t most) {
  pollfd waiting{.fd = line, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, patience_ms) <= 0) return {};
  std::vector<std::uint8_t> bytes(std::min<std::size_t>(most, 4096));
  const ssize_t count = ::read(line, bytes.data(), bytes.size());
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

}  // namespace

QemuBoard::QemuBoard(const GoldenNetwork& golden, Strategy strategy, fw_source source)
    : inferences_(golden.count()),
      arguments_{
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

bool QemuBoard::power_cycle(Listener& listener, std::size_t bytes) {
  const Process qemu = start(arguments_);
  bool speaks = qemu.id > 0;
  while (speaks && bytes > 0 && listener.done() < inferences_) {
    const auto heard = hear(qemu.line, bytes);
    listener.take(heard);
    bytes -= heard.size();
    speaks = !heard.empty();
  }
  if (qemu.id > 0) {
    ::kill(qemu.id, SIGKILL);
    ::waitpid(qemu.id, nullptr, 0);
    for (auto sent = hear(qemu.line, 4096); !sent.empty(); sent = hear(qemu.line, 4096))
      listener.take(sent);
    ::close(qemu.line);
  }
  return speaks;
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
