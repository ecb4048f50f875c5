#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace sunfleck {

// Bytes of an image under construction; every piece begins at a multiple of 4.
class ImageBytes {
 public:
  template <class T>
  std::uint64_t append(std::span<const T> values) {
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    const std::size_t offset = bytes_.size();
    bytes_.resize(offset + values.size_bytes());
    if (!values.empty()) std::memcpy(bytes_.data() + offset, values.data(), values.size_bytes());
    return offset;
  }
  template <class T>
  void overwrite(std::size_t offset, const T& value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }
  std::vector<std::uint8_t>& finish() {
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    return bytes_;
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace sunfleck
