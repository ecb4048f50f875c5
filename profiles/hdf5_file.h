#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace sunfleck {

// Thin handles on the HDF5 library. All of it is for a process in which nobody else uses the
// library: a child that reads an unknown file, or the one thread that writes one.

// An identifier of the library that is closed when it goes.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept
      : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }

  explicit operator bool() const { return id_ >= 0; }
  hid_t id() const { return id_; }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

// A file in memory, to be read; no copy is made, and `bytes` outlive it. The library prints no
// errors from here on, loads no plug-ins, and knows LZF. An id below 0 when it is no HDF5 file.
Hdf5Handle open_hdf5(std::string_view bytes);

// What the object has under a name; an id below 0 when there is no such thing, or one of another
// kind.
Hdf5Handle open_group(hid_t where, const std::string& name);
Hdf5Handle open_dataset(hid_t where, const std::string& name);
// The names of a group's members, ascending, at most `most`.
std::vector<std::string> member_names(hid_t group, std::size_t most);

// An attribute that is a text, at most 64 KiB of it, or a number; nothing when it is missing,
// another thing or an array.
std::optional<std::string> text_attribute(hid_t object, const std::string& name);
std::optional<double> number_attribute(hid_t object, const std::string& name);

// Numbers in a row.
class Hdf5Column {
 public:
  // Fails with unsupported for what is no one-dimensional data set of integers or floats.
  //
  //   name    for error texts: "data/voltage"
  static Result<Hdf5Column> of(Hdf5Handle dataset, std::string name);

  std::uint64_t count() const { return count_; }
  const std::string& name() const { return name_; }
  hid_t id() const { return dataset_.id(); }
  // Whether its numbers fit into 32 bits without a sign, or are whole.
  bool is_small_unsigned() const { return is_unsigned_ && size_ <= 4; }
  bool is_integer() const { return is_integer_; }
  // The numbers from `first` on, as many as fit, converted to the type that is asked for.
  // Fails with io when the library cannot read them.
  Status read(std::uint64_t first, std::span<std::uint32_t> into) const;
  Status read(std::uint64_t first, std::span<std::uint64_t> into) const;
  Status read(std::uint64_t first, std::span<double> into) const;

 private:
  Status read(std::uint64_t first, std::size_t count, hid_t type, void* into) const;

  Hdf5Handle dataset_;
  std::string name_;
  std::uint64_t count_ = 0;
  std::size_t size_ = 0;
  bool is_integer_ = false;
  bool is_unsigned_ = false;
};

// The library's own words for what went wrong last: "inflate() failed".
std::string hdf5_error();

}  // namespace sunfleck
