#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/energy/energy_model.h"

namespace sunfleck::app {

inline constexpr const char* energy_model_format = "sunfleck energy model";
inline constexpr int energy_model_version = 1;

// The model as a JSON document in SI units, to be kept and read again.
std::string model_to_json(const EnergyModel& model);

// The inverse.
//
//   where   how an error text begins
//   fails   invalid_argument, naming the member, when the text is no JSON, or no model: a member
//   that
//           is missing, of another type, negative or not finite where it must not be, or longer
//           than a model can be; unsupported when it is of a newer version
Result<EnergyModel> model_from_json(std::string_view text, const std::string& where);

// Of a file.
Result<EnergyModel> read_energy_model(const std::filesystem::path& path);

// A row a coefficient: class, regressor, unit, and of energy and time value and 95 % interval.
std::string model_to_csv(const EnergyModel& model);

}  // namespace sunfleck::app
