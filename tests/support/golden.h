#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

// Compares `got` with the file tests/golden/<name>. Run the test with UPDATE_GOLDEN=1
// to accept what the program says now, and read the difference before committing it.
inline void expect_golden(const std::string& got, const std::string& name) {
  const std::string path = "tests/golden/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << got;
    return;
  }
  std::ostringstream wanted;
  wanted << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(got, wanted.str()) << "differs from " << path;
}
