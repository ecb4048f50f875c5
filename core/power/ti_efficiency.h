#pragma once

#include <array>
#include <cstddef>

namespace sunfleck {

// Efficiencies of the BQ25504 and BQ25570 in classes, as the published Shepherd virtual source has
// them.
//
// Source: Shepherd virtual source 2026.7.1 (nes-lab/shepherd-tools), read from the curves of TI's
// data sheets.
inline constexpr std::size_t ti_classes = 12;

// Of the boost converter: rows of 131.072 mV of input voltage, the last open; columns of input
// current that double from 8.192 uA, the first below it and the last open.
inline constexpr std::array<std::array<double, ti_classes>, ti_classes> ti_boost_efficiency{{
    // clang-format off
    {.01, .01, .02, .05, .10, .15, .15, .20, .25, .30, .30, .35},
    {.10, .20, .30, .40, .50, .55, .56, .57, .58, .59, .60, .61},
    {.20, .40, .50, .60, .65, .66, .67, .68, .69, .70, .71, .72},
    {.35, .55, .65, .71, .73, .74, .75, .75, .76, .77, .77, .78},
    {.45, .65, .70, .73, .75, .77, .78, .79, .80, .81, .81, .82},
    {.50, .70, .74, .76, .78, .79, .80, .81, .82, .83, .83, .84},
    {.52, .73, .76, .78, .80, .81, .82, .83, .84, .85, .85, .86},
    {.53, .75, .77, .79, .81, .82, .83, .84, .85, .86, .86, .87},
    {.55, .77, .78, .80, .82, .83, .85, .86, .87, .87, .87, .88},
    {.56, .78, .79, .81, .83, .85, .87, .88, .88, .88, .88, .89},
    {.58, .79, .80, .82, .84, .86, .88, .89, .89, .89, .89, .90},
    {.60, .80, .81, .83, .85, .87, .89, .90, .90, .90, .90, .90},
    // clang-format on
}};

// Of the BQ25570's buck converter: load currents that double from 1.024 uA, likewise.
inline constexpr std::array<double, ti_classes> ti_buck_efficiency{.40, .50, .60, .73, .82, .86,
                                                                   .88, .90, .91, .92, .93, .92};

}  // namespace sunfleck
