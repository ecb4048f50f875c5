#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sunfleck {

// How a column of a recording is stored.
enum class Packing { none, gzip, lzf };

// A Shepherd recording in HDF5 for tests, as a person sets it together; what is empty is absent.
struct RecordingSpec {
  std::vector<std::pair<std::string, std::string>> file_texts;  // attributes of /
  std::vector<std::pair<std::string, std::string>> data_texts;  // attributes of /data
  std::optional<std::int64_t> window_samples{};
  std::vector<std::uint64_t> time;
  std::vector<std::uint32_t> voltage;
  std::vector<std::uint32_t> current;
  double voltage_gain = 5.12 / 262'144;
  double voltage_offset = 0.0;
  double current_gain = 5.12 / 262'144 / 96.0;
  double current_offset = 0.0;
  Packing packing = Packing::gzip;
  std::size_t chunk = 10'000;
};

// 100 kS/s of a datatype, from time 0: a falling ramp of `points` and a current that falls with
// the voltage.
RecordingSpec small_recording(const std::string& datatype, std::size_t rows, std::size_t points);
void write_recording(const std::filesystem::path& path, const RecordingSpec& spec);

// The layout of Bonito: /time in seconds and watts of each node in /data.
void write_bonito(
    const std::filesystem::path& path, const std::vector<double>& time,
    const std::vector<std::pair<std::string, std::vector<double>>>& nodes);

// A session file of the PPK2's app.
struct Ppk2Spec {
  std::string metadata = R"({"metadata":{"samplesPerSecond":100000},"formatVersion":2})";
  std::vector<float> microamperes;
  std::string name = "session.raw";
};
void write_ppk2_session(const std::filesystem::path& path, const Ppk2Spec& spec);

// Small good files that an importer of binary recordings reads, to be damaged; none for another.
std::vector<std::string> small_recordings(std::string_view importer);

}  // namespace sunfleck
