#include "profiles/profile_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sunfleck {
namespace {

// Closes what open() gave.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

Result<ProfileFile> ProfileFile::open(const std::filesystem::path& path) {
  ProfileFile file;
  file.where_ = path.string();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return fail(Errc::io, file.where_, ": a regular file was wanted, and there is none");
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (descriptor.number() < 0 || ::fstat(descriptor.number(), &status) != 0)
    return fail(Errc::io, file.where_, ": ", std::strerror(errno));
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return file;
  void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
  if (begin == MAP_FAILED) return fail(Errc::io, file.where_, ": ", std::strerror(errno));
  file.keep_ = {begin, [size](void* mapped) { ::munmap(mapped, size); }};
  file.bytes_ = {static_cast<const char*>(begin), size};
  return file;
}

ProfileFile ProfileFile::holding(std::string bytes, std::string_view where) {
  ProfileFile file;
  file.where_ = where;
  const auto kept = std::make_shared<const std::string>(std::move(bytes));
  file.bytes_ = *kept;
  file.keep_ = kept;
  return file;
}

}  // namespace sunfleck
