#pragma once

#include <string>

#include "app/report/document.h"
#include "core/energy/energy_model.h"

namespace sunfleck::app {

// The report of a model: what it was fitted to, its coefficients with their intervals, how well it
// predicts what it has not seen, predicted against measured, residuals, and what is wrong with it.
Document energy_model_document(const EnergyModel& model);

// Its tables and diagnostics for a terminal.
std::string to_text(const EnergyModel& model);

// What the fit found to complain of: regressors that were dropped with what explains them,
// outliers, classes that are badly conditioned, and the notes.
std::vector<std::string> diagnostics_of(const EnergyModel& model);

}  // namespace sunfleck::app
