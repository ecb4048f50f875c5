#include "db/writer_process.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "core/base/text.h"

namespace sunfleck::db {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// When the process started, in the form of WriterProcess; empty when there is none that runs.
std::string start_of(std::int64_t id) {
  const std::string line = contents(join("/proc/", id, "/stat"));
  const std::size_t name_end = line.rfind(')');  // the name before it may hold blanks and brackets
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string state;
  fields >> state;
  if (state == "Z" || state == "X") return {};
  std::string field;
  for (int number = 4; number <= 22; ++number)
    fields >> field;
  std::istringstream boot(contents("/proc/sys/kernel/random/boot_id"));
  std::string boot_id;
  boot >> boot_id;
  return boot_id + ' ' + field;
}

}  // namespace

WriterProcess this_process() {
  const std::int64_t id = ::getpid();
  return {.id = id, .started = start_of(id)};
}

bool is_alive(const WriterProcess& process) {
  return !process.started.empty() && start_of(process.id) == process.started;
}

}  // namespace sunfleck::db
