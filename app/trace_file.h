#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "app/whole_text_file.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace sunfleck::app {

// Writes a file in the Trace Event Format, event by event: spans on tracks and counters, all of one
// process. Source: "Trace Event Format", D. Sinclair et al., the Chromium authors (2016): phases X
// (complete event), C (counter) and M (metadata), the object form with traceEvents.
class TraceFile {
 public:
  // `process`: what the tracks and counters belong to.
  TraceFile(const std::filesystem::path& path, const std::string& process);

  // Tracks are shown by their numbers, which count from 1.
  void name_track(int track, const std::string& name);
  // Spans of one track come in order of time. What overlaps the one before it is cut off there, and
  // left out when nothing remains: on a track of the format, spans nest or lie apart.
  void span(
      int track, const std::string& name, const std::string& category, RunTime from, RunTime to,
      const nlohmann::json& arguments);
  // The value of a counter from a time on. What is no finite number is left out.
  void counter(const std::string& name, const std::string& unit, RunTime at, double value);

  // Whether all could be written so far. Fails with io.
  Status status() const { return file_.status(); }
  // The file is complete, with `about` in it. Fails with io.
  Status keep(const nlohmann::json& about);

  std::uint64_t events() const { return events_; }
  std::uint64_t bytes() const { return file_.bytes(); }

 private:
  void event(const std::string& members);

  WholeTextFile file_;
  std::map<int, RunTime> ends_;  // of the last span of each track
  std::uint64_t events_ = 0;
};

}  // namespace sunfleck::app
