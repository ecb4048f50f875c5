#pragma once

#include <array>
#include <string_view>

#include "core/power/power_path.h"

namespace sunfleck::app {

// Which values a quantity may have; check() of core/power tells the rest.
enum class Bounds { finite, may_be_unlimited };

template <class Enum, std::size_t Count>
using Words = std::array<std::pair<std::string_view, Enum>, Count>;

inline constexpr Words<InputKind, 3> input_words{
    {{"direct", InputKind::direct}, {"diode", InputKind::diode}, {"boost", InputKind::boost}}};
inline constexpr Words<HarvesterKind, 4> harvester_words{
    {{"fixed", HarvesterKind::fixed},
     {"fraction", HarvesterKind::fraction},
     {"perturb", HarvesterKind::perturb_and_observe},
     {"optimum", HarvesterKind::optimum}}};
inline constexpr Words<OutputKind, 3> output_words{
    {{"direct", OutputKind::direct}, {"ldo", OutputKind::ldo}, {"buck", OutputKind::buck}}};

// The fields of a power path, one by one, with their names in a file and what they are: what reads,
// writes and lists them goes through here. The tables of a table come after its other fields.
//
//   fields   has word(), quantity(), number(), flag(), quantities(), numbers(), efficiency() and
//            table(), as app/power_path_file.cpp
template <class Fields>
void visit_capacitor(Fields& fields, Capacitor& to) {
  fields.quantity("capacitance", to.capacitance, Bounds::finite, "at 0 V");
  fields.quantity("leakage", to.leakage, Bounds::may_be_unlimited, "resistance in parallel");
  fields.quantity("series", to.series, Bounds::finite, "equivalent series resistance");
  fields.quantity("rated", to.rated, Bounds::finite, "highest voltage");
  fields.quantities("bias_voltage", to.bias_voltage, "nodes of the DC bias; none: constant");
  fields.numbers("bias_share", to.bias_share, "of the capacitance that is left at each");
}

template <class Fields>
void visit_efficiency(Fields& fields, EfficiencyTable& to) {
  fields.quantities("storage", to.storage, "of the capacitor; none: one layer for all");
  fields.quantities("voltage", to.voltage, "of the source or, behind it, of the capacitor");
  fields.quantities("current", to.current, "of the source or, behind it, of the load");
  fields.efficiency("efficiency", to);
}

template <class Fields>
void visit_input(Fields& fields, InputStage& to) {
  fields.word("kind", to.kind, input_words);
  fields.quantity("drop", to.drop, Bounds::finite, "diode: forward voltage");
  fields.quantity("resistance", to.resistance, Bounds::finite, "diode: in series with it");
  fields.quantity("quiescent", to.quiescent, Bounds::finite, "from the capacitor all the time");
  fields.quantity("lowest_voltage", to.lowest_voltage, Bounds::finite, "boost: works from here on");
  fields.quantity(
      "highest_voltage", to.highest_voltage, Bounds::may_be_unlimited, "boost: takes no more");
  fields.quantity(
      "highest_current", to.highest_current, Bounds::may_be_unlimited, "boost: takes no more");
  fields.quantity(
      "assumed_voltage", to.assumed_voltage, Bounds::finite,
      "boost: of a source that is a mere power");
  fields.quantity(
      "charge_limit", to.charge_limit, Bounds::may_be_unlimited, "charges the capacitor no higher");
  fields.table("rectifier", [&to](auto& rectifier) {
    rectifier.quantities("at", to.rectifier.at, "received power");
    rectifier.numbers("efficiency", to.rectifier.efficiency, "at each");
  });
  fields.table("boost", [&to](auto& boost) { visit_efficiency(boost, to.boost); });
}

template <class Fields>
void visit_harvester(Fields& fields, HarvesterConfig& to) {
  fields.word("kind", to.kind, harvester_words);
  fields.quantity("voltage", to.voltage, Bounds::finite, "fixed: held; perturb: begins here");
  fields.number("share", to.share, "fraction: of the open-circuit voltage");
  fields.time("interval", to.interval, "fraction: between two pauses; perturb: between two steps");
  fields.time("pause", to.pause, "fraction: in which the open-circuit voltage is measured");
  fields.quantity("step", to.step, Bounds::finite, "perturb");
}

template <class Fields>
void visit_source(Fields& fields, SourceAssumptions& to) {
  fields.number("sharpness", to.sharpness, "of the curve of an isc/voc pair");
  fields.quantity(
      "open_current", to.open_current, Bounds::finite, "of a swept curve: counts as none");
  fields.optional_table("panel", to.panel, [](auto& fields_of_panel, Panel& panel) {
    fields_of_panel.quantity(
        "short_circuit", panel.short_circuit, Bounds::finite, "at 1000 W/m2, as the others");
    fields_of_panel.quantity("open_circuit", panel.open_circuit, Bounds::finite, "");
    fields_of_panel.quantity(
        "best_voltage", panel.best_voltage, Bounds::finite, "at the maximum power");
  });
}

template <class Fields>
void visit_output(Fields& fields, OutputStage& to) {
  fields.word("kind", to.kind, output_words);
  fields.quantity("voltage", to.voltage, Bounds::finite, "ldo, buck: of the rail");
  fields.quantity("drop", to.drop, Bounds::finite, "ldo, buck: lowest, capacitor to rail");
  fields.quantity("quiescent", to.quiescent, Bounds::finite, "while it runs");
  fields.quantity("capacitance", to.capacitance, Bounds::finite, "of the rail");
  fields.flag("always_on", to.always_on, "the thresholds switch the load alone");
  fields.table("efficiency", [&to](auto& table) { visit_efficiency(table, to.efficiency); });
}

template <class Fields>
void visit_regulator(Fields& fields, Regulator& to) {
  fields.quantity("on", to.on, Bounds::finite, "the rail comes on here");
  fields.quantity("off", to.off, Bounds::finite, "and goes off here");
  fields.quantity("good_on", to.good_on, Bounds::finite, "power-good is raised here");
  fields.quantity("good_off", to.good_off, Bounds::finite, "and lowered below");
  fields.time("check_interval", to.check_interval, "of the thresholds; 0: at once");
  fields.quantity("lockout", to.lockout, Bounds::finite, "the rail goes off at once here");
  fields.table("output", [&to](auto& output) { visit_output(output, to.output); });
}

template <class Fields>
void visit_power_path(Fields& fields, PowerPathConfig& to) {
  fields.quantity(
      "initial_voltage", to.initial_voltage, Bounds::finite, "of the capacitor at the start");
  fields.table("input", [&to](auto& input) { visit_input(input, to.input); });
  fields.table("harvester", [&to](auto& harvester) { visit_harvester(harvester, to.harvester); });
  fields.table("source", [&to](auto& source) { visit_source(source, to.source); });
  fields.table("capacitor", [&to](auto& capacitor) { visit_capacitor(capacitor, to.capacitor); });
  fields.table("regulator", [&to](auto& regulator) { visit_regulator(regulator, to.regulator); });
}

}  // namespace sunfleck::app
