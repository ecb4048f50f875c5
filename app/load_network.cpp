#include "app/load_network.h"

#include "app/files.h"
#include "core/network/demo_network.h"
#include "core/network/import_tflite.h"

namespace sunfleck::app {
namespace {

constexpr std::size_t largest_network = std::size_t{64} << 20;  // bytes; boards hold far less

}  // namespace

Result<CompiledNetwork> load_network(const std::string& path, const CompileOptions& options) {
  if (path.empty()) return compile(demo_network(), options);
  const std::vector<std::uint8_t> bytes = TRY(read_file(path, largest_network));
  const std::string name = std::filesystem::path(path).filename().string();
  return compile(TRY(import_tflite(bytes, name)), options);
}

}  // namespace sunfleck::app
