#pragma once

#include <string>

#include "core/base/result.h"
#include "core/network/compile.h"

namespace sunfleck::app {

// Compiles the network of an int8 .tflite file, or the built-in demo network for an empty path.
Result<CompiledNetwork> load_network(const std::string& path, const CompileOptions& options);

}  // namespace sunfleck::app
