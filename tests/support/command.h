#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"

struct CommandResult {
  int code = -1;  // exit code; 128 + the signal's number when one ended it
  std::string out;
  std::string err;
};

inline std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Starts the program with its own home, so that no user's settings or runs take part.
inline pid_t start_sunfleck(
    const std::vector<std::string>& arguments, const ScratchFolder& folder) {
  std::fflush(nullptr);  // what is buffered belongs to the parent alone
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setenv("HOME", folder.path().c_str(), 1);
  ::unsetenv("XDG_DATA_HOME");
  ::unsetenv("XDG_CONFIG_HOME");
  const bool redirected = std::freopen(folder.file("out").c_str(), "w", stdout) != nullptr &&
      std::freopen(folder.file("err").c_str(), "w", stderr) != nullptr;
  std::vector<std::string> words{SUNFLECK_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> raw;
  raw.reserve(words.size() + 1);
  for (std::string& word : words)
    raw.push_back(word.data());
  raw.push_back(nullptr);
  if (redirected) ::execv(SUNFLECK_PROGRAM, raw.data());
  ::_exit(126);
}

inline CommandResult finish_sunfleck(pid_t child, const ScratchFolder& folder) {
  int status = 0;
  ::waitpid(child, &status, 0);
  CommandResult result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = text_of(folder.file("out"));
  result.err = text_of(folder.file("err"));
  return result;
}

// Runs `sunfleck` with the arguments to its end.
inline CommandResult sunfleck_command(
    const std::vector<std::string>& arguments, const ScratchFolder& folder) {
  return finish_sunfleck(start_sunfleck(arguments, folder), folder);
}
