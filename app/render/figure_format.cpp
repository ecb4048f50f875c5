#include <algorithm>
#include <cctype>

#include "app/render/figure.h"

namespace sunfleck::app {

std::optional<FigureFormat> figure_format_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  if (ending == ".svg") return FigureFormat::svg;
  if (ending == ".png") return FigureFormat::png;
  return std::nullopt;
}

}  // namespace sunfleck::app
