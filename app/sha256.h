#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace sunfleck::app {

// SHA-256 of the bytes, as 64 hexadecimal digits.
std::string sha256(std::span<const std::uint8_t> bytes);

}  // namespace sunfleck::app
