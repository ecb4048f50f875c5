#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "app/load_network.h"

namespace sunfleck::app {

// The options that say how a float network becomes one of integers.
void add_quantisation(CLI::App* command, Quantisation& to, const std::string& group);

}  // namespace sunfleck::app
