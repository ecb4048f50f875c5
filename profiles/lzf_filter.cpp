#include "profiles/lzf_filter.h"

#include <hdf5.h>
#include <lzf.h>

#include <algorithm>
#include <cstddef>

namespace sunfleck {
namespace {

constexpr H5Z_filter_t lzf_number = 32000;

// A chunk of LZF as h5py writes it: one compressed block without a head. Its parameters are the
// filter's revision, that of LZF, and the bytes of a chunk. Returns 0 for a chunk that is damaged.
std::size_t unpack(
    unsigned flags, std::size_t parameter_count, const unsigned* parameters, std::size_t byte_count,
    std::size_t* buffer_size, void** buffer) {
  if ((flags & H5Z_FLAG_REVERSE) == 0 || byte_count > UINT_MAX / 128) return 0;
  const std::size_t longest = 88 * byte_count;  // 3 bytes stand for 264 at most
  std::size_t size = parameter_count > 2 ? parameters[2] : 0;
  if (size == 0 || size > longest) size = longest;
  void* const unpacked = H5allocate_memory(size, false);
  if (unpacked == nullptr) return 0;
  const unsigned got = lzf_decompress(
      *buffer, static_cast<unsigned>(byte_count), unpacked, static_cast<unsigned>(size));
  if (got == 0) {
    H5free_memory(unpacked);
    return 0;
  }
  H5free_memory(*buffer);
  *buffer = unpacked;
  *buffer_size = size;
  return got;
}

}  // namespace

bool register_lzf_filter() {
  const H5Z_class2_t filter{
      .version = H5Z_CLASS_T_VERS,
      .id = lzf_number,
      .encoder_present = 0,
      .decoder_present = 1,
      .name = "lzf",
      .can_apply = nullptr,
      .set_local = nullptr,
      .filter = &unpack};
  return H5Zregister(&filter) >= 0;
}

}  // namespace sunfleck
