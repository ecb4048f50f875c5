#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace sunfleck::app {

// A whole regular file of at most `most` bytes.
// Fails with io, naming the file, when it is missing, no regular file, unreadable or larger.
Result<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path, std::size_t most);

// Writes a file whole or not at all: beside its place first, then moved there.
Status write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
Status write_file(const std::filesystem::path& path, std::string_view text);

// Makes a folder and those above it, if they are missing.
Status make_folder(const std::filesystem::path& path);

// Where programs keep a user's data: $XDG_DATA_HOME/sunfleck, or ~/.local/share/sunfleck.
std::filesystem::path data_folder();
// Likewise $XDG_CONFIG_HOME/sunfleck, or ~/.config/sunfleck.
std::filesystem::path config_folder();

}  // namespace sunfleck::app
