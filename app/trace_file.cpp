#include "app/trace_file.h"

#include <algorithm>
#include <cmath>

namespace sunfleck::app {
namespace {

// Names may come from a stranger's store: what is no UTF-8 is replaced.
std::string text_of(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Microseconds with three decimals, exact.
std::string microseconds(RunTime time) {
  const std::string decimals = std::to_string(1000 + time.count() % 1000);
  return join(time.count() / 1000, ".", decimals.substr(1));
}

std::string metadata(const char* what, int track, const nlohmann::json& arguments) {
  return join(
      R"("ph":"M","pid":1,"tid":)", track, R"(,"name":")", what, R"(","args":)",
      text_of(arguments));
}

}  // namespace

TraceFile::TraceFile(const std::filesystem::path& path, const std::string& process) : file_(path) {
  file_.write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
  event(metadata("process_name", 0, {{"name", process}}));
}

void TraceFile::event(const std::string& members) {
  file_.write(join(events_ == 0 ? "\n{" : ",\n{", members, "}"));
  ++events_;
}

void TraceFile::name_track(int track, const std::string& name) {
  event(metadata("thread_name", track, {{"name", name}}));
  event(metadata("thread_sort_index", track, {{"sort_index", track}}));
}

void TraceFile::span(
    int track, const std::string& name, const std::string& category, RunTime from, RunTime to,
    const nlohmann::json& arguments) {
  RunTime& end = ends_[track];
  from = std::max(from, end);
  if (to <= from) return;
  end = to;
  event(join(
      R"("ph":"X","pid":1,"tid":)", track, R"(,"ts":)", microseconds(from), R"(,"dur":)",
      microseconds(to - from), R"(,"name":)", text_of(name), R"(,"cat":)", text_of(category),
      R"(,"args":)", text_of(arguments)));
}

void TraceFile::counter(
    const std::string& name, const std::string& unit, RunTime at, double value) {
  if (!std::isfinite(value)) return;
  event(join(
      R"("ph":"C","pid":1,"tid":0,"ts":)", microseconds(at), R"(,"name":)", text_of(name),
      R"(,"args":{)", text_of(unit), ":", value, "}"));
}

Status TraceFile::keep(const nlohmann::json& about) {
  file_.write(join("\n],\"otherData\":", text_of(about), "}\n"));
  return file_.keep();
}

}  // namespace sunfleck::app
