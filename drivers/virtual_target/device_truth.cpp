#include "drivers/virtual_target/device_truth.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sunfleck {
namespace {

using namespace literals;

// To add a device, add a row. Energies of the sources are divided by the reference voltage.
constexpr std::array presets{
    // An FRAM microcontroller with its memory on the chip.
    //   alu, multiply, divide, branch: 3.936 nJ in 12 cycles, 19.25 in 44, 43.7 in 160, 4.23 in 14
    //     (iNAS, microbenchmarks of an MSP430FR5994 at 16 MHz and 2.99 V, EnergyTrace; Mendis et
    //     al., ACM TECS 2021). load, store: 118 uA/MHz, active mode (Texas Instruments,
    //     MSP430FR5994).
    //     The part has no floating point; as multiply.
    //   FRAM: a word of 16 bits read 10.26 - 3.89 nJ, written 9.60 - 3.89 nJ above SRAM (TiNAS,
    //     re-profile of 2024), a tenth to a fifth of it for opening a line of 64 bits; 125 ns a
    //     word written, one wait state a line read (Texas Instruments, MSP430FR5994).
    //   wait: assumed 0.6 of alu. boot: 1 ms after a brown-out reset, at 1 mA, assumed.
    //   sleep: LPM3, 500 nA (same). UART: assumed 90 uA. slope: assumed, the core has its own LDO.
    DeviceTruth{
        .name = "fram-mcu",
        .summary = "16 MHz, FRAM on the chip, in the class of an MSP430FR5994",
        .clock = 16.0_MHz,
        .reference = 3.0_V,
        .slope = 0.03,
        .per_cycle = {110.0_pC, 118.0_pC, 118.0_pC, 146.0_pC, 91.0_pC, 101.0_pC, 146.0_pC},
        .per_wait_cycle = 66.0_pC,
        .fram =
            {.word_bytes = 2,
             .line_bytes = 8,
             .read = {.open_cycles = 1, .word_cycles = 0, .open = 900.0_pC, .word = 1830.0_pC},
             .write = {.open_cycles = 0, .word_cycles = 2, .open = 800.0_pC, .word = 1570.0_pC}},
        .boot_time = 1.0_ms,
        .boot_charge = 1.0e6_pC,
        .sleep_current = 500.0_nA,
        .uart_current = 90.0_uA},
    // The same with a serial FRAM beside it, as the boards of iNAS and HAWAII are built.
    //   FRAM: 27.0 w + 200 nJ and 64 w + 424 cycles for w words of 16 bits (iNAS, as above); what
    //     the waiting core draws is taken off. Reads and writes cost the same.
    //   boot: 77.88 uJ = 330 uF (2.99^2 - 2.91^2) V^2 / 2, and 70 ms (iNAS, as above).
    DeviceTruth{
        .name = "fram-mcu-spi",
        .summary = "16 MHz, FRAM behind SPI, in the class of an MSP430FR5994 with external FRAM",
        .clock = 16.0_MHz,
        .reference = 3.0_V,
        .slope = 0.03,
        .per_cycle = {110.0_pC, 118.0_pC, 118.0_pC, 146.0_pC, 91.0_pC, 101.0_pC, 146.0_pC},
        .per_wait_cycle = 66.0_pC,
        .fram =
            {.word_bytes = 2,
             .line_bytes = 256,
             .read = {.open_cycles = 424, .word_cycles = 64, .open = 38700.0_pC, .word = 4780.0_pC},
             .write =
                 {.open_cycles = 422, .word_cycles = 64, .open = 36500.0_pC, .word = 4710.0_pC}},
        .boot_time = 70.0_ms,
        .boot_charge = 26.0e6_pC,
        .sleep_current = 3.5_uA,
        .uart_current = 90.0_uA},
    // A Cortex-M4 with a quad-SPI FRAM.
    //   per cycle: 42.2 mW at 1.8 V and 120 MHz over a keyword-spotting network, 195 pC a cycle
    //     (MLPerf Tiny v1.2, STM32L4R5 with X-CUBE-AI); spread over the classes by assumption.
    //   FRAM: 2.4 mA at 40 MHz (Infineon, CY15B104QN), 200 ns a byte, 4 bytes of command and
    //     address for a new line.
    //   sleep: Stop 2, order of 2.8 uA (STMicroelectronics, DS12023). boot, UART, slope: assumed.
    DeviceTruth{
        .name = "cortex-m4-spi",
        .summary = "120 MHz, FRAM behind SPI, in the class of an STM32L4R5 with external FRAM",
        .clock = 120.0_MHz,
        .reference = 1.8_V,
        .slope = 0.01,
        .per_cycle = {185.0_pC, 208.0_pC, 208.0_pC, 205.0_pC, 170.0_pC, 188.0_pC, 220.0_pC},
        .per_wait_cycle = 105.0_pC,
        .fram =
            {.word_bytes = 4,
             .line_bytes = 64,
             .read = {.open_cycles = 96, .word_cycles = 96, .open = 1920.0_pC, .word = 1920.0_pC},
             .write = {.open_cycles = 96, .word_cycles = 96, .open = 1920.0_pC, .word = 1920.0_pC}},
        .boot_time = 1.0_ms,
        .boot_charge = 5.0e6_pC,
        .sleep_current = 2.8_uA,
        .uart_current = 120.0_uA},
};

Error bad(const auto&... what) { return fail(Errc::invalid_argument, "device: ", what...); }

bool finite_and_not_negative(double value) { return std::isfinite(value) && value >= 0.0; }

Status check_amount(std::string_view field, auto value) {
  if (finite_and_not_negative(value.si)) return ok;
  return bad(field, " must not be below 0, and is ", value);
}

Status check_amounts(const DeviceTruth& truth) {
  TRY(check_amount("per_wait_cycle", truth.per_wait_cycle));
  TRY(check_amount("boot_charge", truth.boot_charge));
  TRY(check_amount("sleep_current", truth.sleep_current));
  return check_amount("uart_current", truth.uart_current);
}

Status check(const FramTruth& fram) {
  if (!std::has_single_bit(fram.word_bytes) || fram.word_bytes > 4)
    return bad("fram.word_bytes must be 1, 2 or 4, and is ", fram.word_bytes);
  if (!std::has_single_bit(fram.line_bytes) || fram.line_bytes < 4)
    return bad("fram.line_bytes must be a power of two from 4 on, and is ", fram.line_bytes);
  for (const FramCost& cost : {fram.read, fram.write}) {
    if (cost.open_cycles > 100000 || cost.word_cycles > 100000)
      return bad("the FRAM may wait at most 100000 cycles at a time");
    if (!finite_and_not_negative(cost.open.si) || !finite_and_not_negative(cost.word.si))
      return bad("a charge of the FRAM is negative or not a number");
  }
  return ok;
}

}  // namespace

double DeviceTruth::factor_at(Volts rail) const {
  return std::max(0.1, 1.0 + slope * (rail - reference).si);
}

Status check(const DeviceTruth& truth) {
  if (!(truth.clock.si >= 1e3 && truth.clock.si <= 500e6))
    return bad("clock must lie between 1 kHz and 500 MHz, and is ", truth.clock);
  if (!(truth.reference.si > 0.0 && std::isfinite(truth.reference.si)))
    return bad("reference must be above 0 V, and is ", truth.reference);
  if (!std::isfinite(truth.slope)) return bad("slope is not a number");
  for (const Coulombs charge : truth.per_cycle)
    if (!(charge.si > 0.0 && charge.si <= 1e-6))
      return bad("per_cycle must lie above 0 and up to 1 uC, and is ", charge);
  TRY(check(truth.fram));
  if (!(truth.boot_time.si >= 0.0 && truth.boot_time.si <= 1e3))
    return bad("boot_time must lie between 0 and 1000 s, and is ", truth.boot_time);
  return check_amounts(truth);
}

std::span<const DeviceTruth> device_presets() { return presets; }

Result<DeviceTruth> find_device(std::string_view name) {
  const auto* const found = std::ranges::find(presets, name, &DeviceTruth::name);
  if (found != presets.end()) return *found;
  std::string known;
  for (const DeviceTruth& device : presets)
    known += join(known.empty() ? "" : ", ", device.name);
  return fail(Errc::not_found, "no device is called '", name, "'; there are ", known);
}

}  // namespace sunfleck
