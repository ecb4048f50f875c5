#include "profiles/reader_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace sunfleck {
namespace {

struct FrameHead {
  std::uint32_t kind;
  std::uint32_t bytes;
};

constexpr int child_pipe = 3;
constexpr int ended_well = 0;
constexpr int out_of_memory = 101;
constexpr int threw = 102;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool has_address_sanitizer = true;
#elif defined(__has_feature)
constexpr bool has_address_sanitizer = __has_feature(address_sanitizer);
#else
constexpr bool has_address_sanitizer = false;
#endif

void limit(decltype(RLIMIT_CPU) what, rlim_t most) {
  rlimit limits{};
  ::getrlimit(what, &limits);
  limits.rlim_cur = std::min(most, limits.rlim_max);
  ::setrlimit(what, &limits);
}

// The address space of this process, bytes; 0 when the system does not say.
std::size_t address_space() {
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 64> text{};
  const ssize_t got = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  if (got <= 0) return 0;
  const auto pages = std::strtoull(text.data(), nullptr, 10);
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// From now on this process may use so much more time of a processor.
void allow_processor(std::chrono::seconds more) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto so_far = used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1;
  limit(RLIMIT_CPU, static_cast<rlim_t>(so_far + more.count()));
}

// Makes of a copy of the parent a process that can do nothing but compute and write to its pipe.
void confine(int pipe, const ReaderProcess::Limits& limits) {
  for (int signal = 1; signal < NSIG; ++signal)
    ::signal(signal, SIG_DFL);
  ::signal(SIGINT, SIG_IGN);  // of a terminal, for the parent to decide on
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);

  const std::size_t space = address_space();
  if (!has_address_sanitizer && space > 0) limit(RLIMIT_AS, space + limits.memory);
  const int nothing = ::open("/dev/null", O_RDWR);
  if (pipe != child_pipe) ::dup2(pipe, child_pipe);
  for (int standard = 0; standard < child_pipe; ++standard)
    ::dup2(nothing, standard);
  ::close_range(child_pipe + 1, ~0U, 0);
  // A sanitizer looks at memory through a pipe of its own.
  limit(RLIMIT_NOFILE, has_address_sanitizer ? 16 : 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CORE, 0);
  allow_processor(limits.processor);
}

void write_all(const void* bytes, std::size_t count) {
  const char* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(child_pipe, from, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) ::_exit(ended_well);  // nobody reads any more
    from += written;
    count -= static_cast<std::size_t>(written);
  }
}

[[noreturn]] void run_child(
    int pipe, const ReaderProcess::Limits& limits,
    const std::function<void(const ReaderProcess::Send&)>& work) {
  confine(pipe, limits);
  try {
    work([&limits](std::uint32_t kind, std::string_view bytes) {
      const FrameHead head{.kind = kind, .bytes = static_cast<std::uint32_t>(bytes.size())};
      write_all(&head, sizeof head);
      write_all(bytes.data(), bytes.size());
      allow_processor(limits.processor);
    });
  } catch (const std::bad_alloc&) {
    ::_exit(out_of_memory);
  } catch (...) {
    ::_exit(threw);
  }
  ::_exit(ended_well);
}

}  // namespace

Result<ReaderProcess> ReaderProcess::start(
    std::string subject, const Limits& limits, const std::function<void(const Send&)>& work) {
  ReaderProcess process(std::move(subject), limits);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(Errc::io, process.subject_, " has no pipe: ", std::strerror(errno));
  ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);  // fewer changes between the two; may be refused
  process.pipe_ = ends[0];
  process.child_ = ::fork();
  if (process.child_ == 0) run_child(ends[1], limits, work);
  const int error = errno;
  ::close(ends[1]);
  if (process.child_ < 0)
    return fail(Errc::io, process.subject_, " has no process: ", std::strerror(error));
  return process;
}

ReaderProcess::ReaderProcess(ReaderProcess&& other) noexcept
    : subject_(std::move(other.subject_)),
      limits_(other.limits_),
      child_(std::exchange(other.child_, -1)),
      pipe_(std::exchange(other.pipe_, -1)) {}

ReaderProcess& ReaderProcess::operator=(ReaderProcess&& other) noexcept {
  if (this == &other) return *this;
  stop();
  subject_ = std::move(other.subject_);
  limits_ = other.limits_;
  child_ = std::exchange(other.child_, -1);
  pipe_ = std::exchange(other.pipe_, -1);
  return *this;
}

void ReaderProcess::stop() {
  if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
}

// Why there is nothing more to read.
Error ReaderProcess::death() {
  ::close(std::exchange(pipe_, -1));
  // A pipe closes a little before its process is dead, and how that died is to be told. A child
  // that has only closed its pipe is not waited for.
  int status = 0;
  for (int waits = 0; ::waitpid(child_, &status, WNOHANG) == 0; ++waits) {
    if (waits == 100) ::kill(child_, SIGKILL);
    ::poll(nullptr, 0, 10);
  }
  child_ = -1;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
    return fail(
        Errc::io, subject_, " needed more than ", limits_.processor.count(),
        " s of a processor for one block of this file");
  if (WIFSIGNALED(status))
    return fail(Errc::io, subject_, " crashed on this file (signal ", WTERMSIG(status), ")");
  if (WEXITSTATUS(status) == out_of_memory)
    return fail(
        Errc::io, subject_, " needed more than ", limits_.memory >> 20, " MiB for this file");
  return fail(Errc::io, subject_, " gave up on this file (exit code ", WEXITSTATUS(status), ")");
}

Status ReaderProcess::read(std::byte* into, std::size_t count) {
  while (count > 0) {
    pollfd wait{.fd = pipe_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(limits_.patience.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      stop();
      return fail(
          Errc::io, subject_, " did not go on for ", limits_.patience.count(),
          " ms with this file");
    }
    const ssize_t got = ready < 0 ? -1 : ::read(pipe_, into, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return death();
    into += got;
    count -= static_cast<std::size_t>(got);
  }
  return ok;
}

Status ReaderProcess::next(ChildMessage& message) {
  if (child_ <= 0) return fail(Errc::io, subject_, " has ended");
  FrameHead head{};
  TRY(read(reinterpret_cast<std::byte*>(&head), sizeof head));
  if (head.bytes > limits_.message) {
    stop();
    return fail(
        Errc::io, subject_, " went astray on this file: a message of ", head.bytes, " bytes");
  }
  message.kind = head.kind;
  message.bytes.resize(head.bytes);
  return read(message.bytes.data(), head.bytes);
}

}  // namespace sunfleck
