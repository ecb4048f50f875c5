#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "app/render/chart.h"

namespace sunfleck::app {

inline constexpr std::size_t colour_count = 7;

// What a theme is painted with, each as 0xRRGGBB. No two are the same, so that a page can exchange
// the colours of one theme in a drawing for those of the other.
struct Palette {
  std::uint32_t background;
  std::uint32_t text;
  std::uint32_t muted;  // tick labels, notes
  std::uint32_t grid;
  std::uint32_t frame;
  std::array<std::uint32_t, colour_count> colours;  // in the order of Colour

  std::uint32_t of(Colour colour) const { return colours.at(static_cast<std::size_t>(colour)); }
};

const Palette& palette_of(Theme theme);

}  // namespace sunfleck::app
