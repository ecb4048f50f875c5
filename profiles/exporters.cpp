#include "profiles/exporters.h"

#include <array>

#include "profiles/ppk2_writer.h"
#include "profiles/shepherd_writer.h"

namespace sunfleck {
namespace {

// To add a format, add a row.
constexpr std::array table{
    Exporter{
        .name = "shepherd",
        .summary = "HDF5 that the Shepherd testbed emulates: operating points, curves, isc/voc",
        .suffix = ".h5",
        .write = &write_shepherd},
    Exporter{
        .name = "ppk2",
        .summary = "CSV as the PPK2's app exports it: the currents of operating points",
        .suffix = ".csv",
        .write = &write_ppk2_csv},
};

}  // namespace

std::span<const Exporter> exporters() { return table; }

}  // namespace sunfleck
