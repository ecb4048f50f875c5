#include "tests/support/recording_files.h"

#include <hdf5.h>
#include <lzf.h>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "profiles/hdf5_file.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/shared_data.h"

// HDF5 does not give back what it needs to know of a file in memory.
extern "C" const char* __lsan_default_suppressions() { return "leak:H5LTopen_file_image"; }

namespace sunfleck {
namespace {

void set_text(hid_t object, const std::string& name, const std::string& text) {
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), &H5Tclose);
  const Hdf5Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
  H5Tset_size(type.id(), text.size() + 1);
  const Hdf5Handle attribute(
      H5Acreate2(object, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), &H5Aclose);
  H5Awrite(attribute.id(), type.id(), text.c_str());
}

void set_number(hid_t object, const char* name, hid_t type, const void* value) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
  const Hdf5Handle attribute(
      H5Acreate2(object, name, type, space.id(), H5P_DEFAULT, H5P_DEFAULT), &H5Aclose);
  H5Awrite(attribute.id(), type, value);
}

// Chunks that are packed here, since the library has no LZF.
void write_lzf(
    hid_t set, std::span<const std::byte> bytes, std::size_t chunk_bytes, std::size_t width) {
  for (std::size_t at = 0; at < bytes.size(); at += chunk_bytes) {
    std::vector<std::byte> chunk(chunk_bytes);
    const std::size_t count = std::min(chunk_bytes, bytes.size() - at);
    std::memcpy(chunk.data(), bytes.data() + at, count);
    std::vector<std::byte> packed(chunk_bytes);
    const unsigned size = lzf_compress(
        chunk.data(), static_cast<unsigned>(chunk_bytes), packed.data(),
        static_cast<unsigned>(chunk_bytes - 1));
    const hsize_t first = at / width;
    // As h5py does it: what does not shrink is stored as it is, which the mask says.
    if (size == 0)
      H5Dwrite_chunk(set, H5P_DEFAULT, 1, &first, chunk_bytes, chunk.data());
    else
      H5Dwrite_chunk(set, H5P_DEFAULT, 0, &first, size, packed.data());
  }
}

template <class Number>
Hdf5Handle write_column(
    hid_t group, const std::string& name, hid_t type, const std::vector<Number>& numbers,
    Packing packing, std::size_t chunk_rows) {
  const hsize_t count = numbers.size();
  const hsize_t unlimited = H5S_UNLIMITED;
  const hsize_t chunk = chunk_rows;
  const Hdf5Handle space(H5Screate_simple(1, &count, &unlimited), &H5Sclose);
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
  H5Pset_chunk(properties.id(), 1, &chunk);
  if (packing == Packing::gzip) H5Pset_deflate(properties.id(), 1);
  const std::size_t chunk_bytes = chunk_rows * sizeof(Number);
  const unsigned parameters[] = {4, 261, static_cast<unsigned>(chunk_bytes)};
  if (packing == Packing::lzf) {
    // A reader of this process may have brought a filter that cannot pack, which the library
    // refuses.
    if (H5Zfilter_avail(32000) > 0) H5Zunregister(32000);
    H5Pset_filter(properties.id(), 32000, H5Z_FLAG_OPTIONAL, 3, parameters);
  }
  Hdf5Handle set(
      H5Dcreate2(group, name.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
      &H5Dclose);
  if (packing == Packing::lzf)
    write_lzf(set.id(), std::as_bytes(std::span(numbers)), chunk_bytes, sizeof(Number));
  else if (!numbers.empty())
    H5Dwrite(set.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data());
  return set;
}

void set_scale(hid_t set, double gain, double offset) {
  set_number(set, "gain", H5T_NATIVE_DOUBLE, &gain);
  set_number(set, "offset", H5T_NATIVE_DOUBLE, &offset);
}

Hdf5Handle create_file(const std::filesystem::path& path) {
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), &H5Fclose};
}

std::string bytes_in(const std::filesystem::path& path) {
  const std::vector<std::uint8_t> bytes = file_bytes(path);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

RecordingSpec small_recording(const std::string& datatype, std::size_t rows, std::size_t points) {
  RecordingSpec spec{
      .file_texts = {{"mode", "harvester"}, {"hostname", "sheep7"}},
      .data_texts = {{"datatype", datatype}},
      .window_samples = 0};
  if (datatype == "ivcurve" || datatype == "ivsurface")
    spec.window_samples = static_cast<std::int64_t>(points);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto left = static_cast<std::uint32_t>(points - 1 - i % points);
    spec.time.push_back(1'731'092'591'025'660'000 + 10'000 * i);
    spec.voltage.push_back(500 + 1'000 * left + static_cast<std::uint32_t>(i / points));
    spec.current.push_back(9'000 - 20 * left);
  }
  return spec;
}

void write_recording(const std::filesystem::path& path, const RecordingSpec& spec) {
  const Hdf5Handle file = create_file(path);
  const Hdf5Handle data(
      H5Gcreate2(file.id(), "data", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), &H5Gclose);
  for (const auto& [name, text] : spec.file_texts)
    set_text(file.id(), name, text);
  for (const auto& [name, text] : spec.data_texts)
    set_text(data.id(), name, text);
  if (spec.window_samples)
    set_number(data.id(), "window_samples", H5T_NATIVE_INT64, &*spec.window_samples);
  const auto write = [&](const char* name, hid_t type, const auto& numbers) {
    return write_column(data.id(), name, type, numbers, spec.packing, spec.chunk);
  };
  const Hdf5Handle time = write("time", H5T_NATIVE_UINT64, spec.time);
  set_scale(time.id(), 1e-9, 0.0);
  const Hdf5Handle voltage = write("voltage", H5T_NATIVE_UINT32, spec.voltage);
  set_scale(voltage.id(), spec.voltage_gain, spec.voltage_offset);
  const Hdf5Handle current = write("current", H5T_NATIVE_UINT32, spec.current);
  set_scale(current.id(), spec.current_gain, spec.current_offset);
}

void write_bonito(
    const std::filesystem::path& path, const std::vector<double>& time,
    const std::vector<std::pair<std::string, std::vector<double>>>& nodes) {
  const Hdf5Handle file = create_file(path);
  const Hdf5Handle data(
      H5Gcreate2(file.id(), "data", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), &H5Gclose);
  write_column(file.id(), "time", H5T_NATIVE_DOUBLE, time, Packing::gzip, 100);
  for (const auto& [name, watts] : nodes)
    write_column(data.id(), name, H5T_NATIVE_DOUBLE, watts, Packing::gzip, 100);
}

void write_ppk2_session(const std::filesystem::path& path, const Ppk2Spec& spec) {
  std::vector<std::uint8_t> raw;
  for (const float current : spec.microamperes) {
    std::uint8_t bytes[sizeof current];
    std::memcpy(bytes, &current, sizeof current);
    raw.insert(raw.end(), bytes, bytes + sizeof current);
    raw.insert(raw.end(), {0x55, 0x55});  // all digital signals low
  }
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  const auto add = [archive](const char* name, const void* bytes, std::size_t count) {
    zip_file_add(archive, name, zip_source_buffer(archive, bytes, count, 0), ZIP_FL_OVERWRITE);
  };
  add(spec.name.c_str(), raw.data(), raw.size());
  add("metadata.json", spec.metadata.data(), spec.metadata.size());
  zip_close(archive);
}

std::vector<std::string> small_recordings(std::string_view importer) {
  const ScratchFolder folder;
  const std::string path = folder.file("small");
  std::vector<std::string> files;
  if (importer == "shepherd") {
    for (const char* const datatype : {"ivtrace", "ivcurve", "isc_voc"})
      for (const Packing packing : {Packing::none, Packing::gzip, Packing::lzf}) {
        RecordingSpec spec = small_recording(datatype, 60, 12);
        spec.packing = packing;
        spec.chunk = 20;
        write_recording(path, spec);
        files.push_back(bytes_in(path));
      }
    write_bonito(path, {0.0, 1e-5, 2e-5, 3e-5}, {{"node0", {1e-3, 2e-3, 0.0, 1e-3}}});
    files.push_back(bytes_in(path));
  }
  if (importer == "ppk2-session") {
    write_ppk2_session(path, {.microamperes = std::vector<float>(200, 1.5F)});
    files.push_back(bytes_in(path));
  }
  if (importer == "ppk2")
    files.emplace_back(
        "Timestamp(ms),Current(uA),D0-D7\n0,1.5,00000000\n0.01,2.25,00000000\n0.02,0,00000000\n"
        "0.05,10.125,00000000\n0.06,1e3,00000000\n");
  if (importer == "mlperf-energy") {
    const float numbers[] = {1000.0F, 40.5F, 41.25F, 40.0F, 39.5F, 0.0F, 12.0F};
    std::string bytes(1 + sizeof numbers, '\xF1');
    std::memcpy(bytes.data() + 1, numbers, sizeof numbers);
    files.push_back(bytes);
  }
  return files;
}

}  // namespace sunfleck
