#include "app/render/palette.h"

namespace sunfleck::app {
namespace {

constexpr Palette on_light{
    .background = 0xFFFFFF,
    .text = 0x1B242D,
    .muted = 0x5A6673,
    .grid = 0xE6EAEF,
    .frame = 0x9AA5B1,
    .colours = {0x0072B2, 0xD98200, 0x009E73, 0xC9501C, 0xB5659A, 0x3A9BD6, 0x7A8794}};

constexpr Palette on_dark{
    .background = 0x101720,
    .text = 0xE6EDF3,
    .muted = 0x9AA7B4,
    .grid = 0x1F2A36,
    .frame = 0x3D4A58,
    .colours = {0x4DA8EA, 0xF2B134, 0x2CC9A0, 0xF07A4A, 0xDD9BCB, 0x86CEF5, 0x93A1AF}};

}  // namespace

const Palette& palette_of(Theme theme) { return theme == Theme::dark ? on_dark : on_light; }

}  // namespace sunfleck::app
