#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "drivers/transport/descriptor.h"

namespace sunfleck {
namespace {

class ProgramTransport final : public Transport {
 public:
  ProgramTransport(std::string name, Descriptor line, pid_t child)
      : name_(std::move(name)), line_(std::move(line)), child_(child) {}
  ~ProgramTransport() override {
    ::kill(-child_, SIGTERM);  // the shell and what it started
    ::waitpid(child_, nullptr, 0);
  }
  ProgramTransport(const ProgramTransport&) = delete;
  ProgramTransport& operator=(const ProgramTransport&) = delete;

  std::string name() const override { return name_; }
  Status write(std::span<const std::uint8_t> bytes) override {
    return write_all(name_, line_.number(), bytes);
  }
  Result<std::size_t> read(
      std::span<std::uint8_t> into, std::chrono::milliseconds timeout) override {
    return read_some(name_, line_.number(), into, timeout);
  }

 private:
  std::string name_;
  Descriptor line_;
  pid_t child_;
};

// Starts the command in a process group of its own; 0 or an error number.
int start(const std::string& command, int line, pid_t& child) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, line, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, line, STDOUT_FILENO);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string shell = "sh";
  std::string option = "-c";
  std::string copy = command;
  const std::array<char*, 4> words{shell.data(), option.data(), copy.data(), nullptr};
  const int error = ::posix_spawn(&child, "/bin/sh", &actions, &attributes, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

Result<std::unique_ptr<Transport>> open_program(const Resource& resource) {
  const std::string name = "exec:" + resource.address;
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(Errc::io, name, ": cannot make a line: ", std::strerror(errno));
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  ::fcntl(ours.number(), F_SETFL, O_NONBLOCK);
  pid_t child = 0;
  const int error = start(resource.address, theirs.number(), child);
  if (error != 0) return fail(Errc::io, name, ": cannot start it: ", std::strerror(error));
  return std::unique_ptr<Transport>(
      std::make_unique<ProgramTransport>(name, std::move(ours), child));
}

}  // namespace sunfleck
