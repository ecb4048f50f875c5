#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// Recordings and networks that lie beside the project, not in it. A test that needs one begins with
//   SKIP_WITHOUT_SHARED_DATA("models/kws_ref_model.tflite");
// and is skipped, by name, where it is missing.
inline std::filesystem::path shared_data(const std::string& name) {
  return std::filesystem::path("../shared/data") / name;
}

#define SKIP_WITHOUT_SHARED_DATA(name) \
  if (!std::filesystem::exists(shared_data(name))) GTEST_SKIP() << "needs " << shared_data(name)

// A whole file; empty when there is none.
inline std::vector<std::uint8_t> file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
