#include "profiles/hdf5_file.h"

#include <hdf5_hl.h>

#include <algorithm>
#include <cstring>

#include "profiles/lzf_filter.h"
#include "profiles/text_lines.h"

namespace sunfleck {
namespace {

constexpr std::size_t longest_text = std::size_t{1} << 16;

bool is_single(hid_t attribute) {
  const Hdf5Handle space(H5Aget_space(attribute), &H5Sclose);
  return space && H5Sget_simple_extent_npoints(space.id()) == 1;
}

Hdf5Handle open_attribute(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return {};
  Hdf5Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), &H5Aclose);
  if (!attribute || !is_single(attribute.id())) return {};
  return attribute;
}

Hdf5Handle open_object(hid_t where, const std::string& name, H5I_type_t type) {
  if (H5Lexists(where, name.c_str(), H5P_DEFAULT) <= 0) return {};
  Hdf5Handle object(H5Oopen(where, name.c_str(), H5P_DEFAULT), &H5Oclose);
  if (!object || H5Iget_type(object.id()) != type) return {};
  return object;
}

}  // namespace

Hdf5Handle open_hdf5(std::string_view bytes) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
  register_lzf_filter();
  // The library takes no const pointer, but writes nothing to a file that is only read.
  void* const image = const_cast<char*>(bytes.data());
  const unsigned flags = H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE;
  return {H5LTopen_file_image(image, bytes.size(), flags), &H5Fclose};
}

Hdf5Handle open_group(hid_t where, const std::string& name) {
  return open_object(where, name, H5I_GROUP);
}

Hdf5Handle open_dataset(hid_t where, const std::string& name) {
  return open_object(where, name, H5I_DATASET);
}

std::vector<std::string> member_names(hid_t group, std::size_t most) {
  struct Found {
    std::vector<std::string> names;
    std::size_t most;
  } found{.names = {}, .most = most};
  const H5L_iterate_t take = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    auto& into = *static_cast<Found*>(data);
    into.names.emplace_back(name);
    return into.names.size() < into.most ? 0 : 1;
  };
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, take, &found);
  return std::move(found.names);
}

std::optional<std::string> text_attribute(hid_t object, const std::string& name) {
  const Hdf5Handle attribute = open_attribute(object, name);
  if (!attribute) return std::nullopt;
  const Hdf5Handle type(H5Aget_type(attribute.id()), &H5Tclose);
  if (!type || H5Tget_class(type.id()) != H5T_STRING) return std::nullopt;
  if (H5Tis_variable_str(type.id()) > 0) {
    char* text = nullptr;
    const Hdf5Handle memory(H5Tcopy(type.id()), &H5Tclose);
    if (H5Aread(attribute.id(), memory.id(), static_cast<void*>(&text)) < 0 || text == nullptr)
      return std::nullopt;
    std::string copy(text, strnlen(text, longest_text));
    H5free_memory(text);
    return copy;
  }
  const std::size_t size = H5Tget_size(type.id());
  if (size == 0 || size > longest_text) return std::nullopt;
  std::string text(size, '\0');
  if (H5Aread(attribute.id(), type.id(), text.data()) < 0) return std::nullopt;
  text.resize(strnlen(text.data(), size));
  return text;
}

std::optional<double> number_attribute(hid_t object, const std::string& name) {
  const Hdf5Handle attribute = open_attribute(object, name);
  if (!attribute) return std::nullopt;
  const Hdf5Handle type(H5Aget_type(attribute.id()), &H5Tclose);
  const H5T_class_t kind = H5Tget_class(type.id());
  double number = 0.0;
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) ||
      H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, &number) < 0)
    return std::nullopt;
  return number;
}

Result<Hdf5Column> Hdf5Column::of(Hdf5Handle dataset, std::string name) {
  Hdf5Column column;
  const Hdf5Handle space(H5Dget_space(dataset.id()), &H5Sclose);
  const Hdf5Handle type(H5Dget_type(dataset.id()), &H5Tclose);
  hsize_t count = 0;
  const bool is_row = space && H5Sget_simple_extent_ndims(space.id()) == 1 &&
      H5Sget_simple_extent_dims(space.id(), &count, nullptr) == 1;
  const H5T_class_t kind = type ? H5Tget_class(type.id()) : H5T_NO_CLASS;
  if (!is_row || (kind != H5T_INTEGER && kind != H5T_FLOAT))
    return fail(Errc::unsupported, "'", name, "' is no row of numbers");
  column.dataset_ = std::move(dataset);
  column.name_ = std::move(name);
  column.count_ = count;
  column.size_ = H5Tget_size(type.id());
  column.is_integer_ = kind == H5T_INTEGER;
  column.is_unsigned_ = column.is_integer_ && H5Tget_sign(type.id()) == H5T_SGN_NONE;
  return column;
}

Status Hdf5Column::read(std::uint64_t first, std::span<std::uint32_t> into) const {
  return read(first, into.size(), H5T_NATIVE_UINT32, into.data());
}
Status Hdf5Column::read(std::uint64_t first, std::span<std::uint64_t> into) const {
  return read(first, into.size(), H5T_NATIVE_UINT64, into.data());
}
Status Hdf5Column::read(std::uint64_t first, std::span<double> into) const {
  return read(first, into.size(), H5T_NATIVE_DOUBLE, into.data());
}

Status Hdf5Column::read(std::uint64_t first, std::size_t count, hid_t type, void* into) const {
  const hsize_t start = first;
  const hsize_t length = count;
  const Hdf5Handle file(H5Dget_space(dataset_.id()), &H5Sclose);
  const Hdf5Handle memory(H5Screate_simple(1, &length, nullptr), &H5Sclose);
  if (H5Sselect_hyperslab(file.id(), H5S_SELECT_SET, &start, nullptr, &length, nullptr) >= 0 &&
      H5Dread(dataset_.id(), type, memory.id(), file.id(), H5P_DEFAULT, into) >= 0)
    return ok;
  return fail(Errc::io, "'", name_, "' cannot be read from number ", first, " on: ", hdf5_error());
}

std::string hdf5_error() {
  std::string text = "no reason is given";
  const H5E_walk2_t take = [](unsigned depth, const H5E_error2_t* error, void* data) -> herr_t {
    if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(data) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &text);
  return shown(text, 120);
}

}  // namespace sunfleck
