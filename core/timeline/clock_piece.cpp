#include "core/timeline/clock_piece.h"

#include <numeric>

namespace sunfleck {
namespace {

void find_hull(ClockPiece& piece) {
  piece.hull.clear();
  piece.slopes.clear();
  const auto turns_right = [](const ClockPoint& a, const ClockPoint& b, const ClockPoint& c) {
    return (b.x - a.x) * (c.y - a.y) <= (b.y - a.y) * (c.x - a.x);
  };
  for (const ClockPoint& point : piece.points) {
    if (!piece.hull.empty() && piece.hull.back().x == point.x) continue;  // y is no lower
    while (piece.hull.size() > 1 &&
           turns_right(piece.hull[piece.hull.size() - 2], piece.hull.back(), point))
      piece.hull.pop_back();
    piece.hull.push_back(point);
  }
  for (std::size_t i = 1; i < piece.hull.size(); ++i)
    piece.slopes.push_back(
        (piece.hull[i].y - piece.hull[i - 1].y) / (piece.hull[i].x - piece.hull[i - 1].x));
}

void take_edges(ClockPiece& piece, const std::vector<double>& weights) {
  piece.weight = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    piece.mean_x += weights[i] / piece.weight * piece.points[i].x;
    piece.mean_y += weights[i] / piece.weight * piece.points[i].y;
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double x = piece.points[i].x - piece.mean_x;
    piece.sxx += weights[i] * x * x;
    piece.sxy += weights[i] * x * (piece.points[i].y - piece.mean_y);
  }
}

}  // namespace

void take_arrivals(ClockPiece& piece, std::vector<ClockPoint> points) {
  piece.points = std::move(points);
  piece.count = static_cast<double>(piece.points.size());
  piece.mean_x = piece.mean_y = 0.0;
  for (const ClockPoint& point : piece.points) {
    piece.mean_x += point.x / piece.count;
    piece.mean_y += point.y / piece.count;
  }
  find_hull(piece);
}

ClockPiece piece_of(const std::vector<ClockMark>& marks) {
  constexpr double least_deviation = 1e-9;  // the resolution of RunTime
  ClockPiece piece;
  if (marks.empty()) return piece;
  piece.zero = marks.front().clock;
  piece.ahead = marks.front().reference - marks.front().clock;
  const bool has_edges = std::ranges::any_of(
      marks, [](const ClockMark& mark) { return mark.kind != MarkKind::arrival; });
  std::vector<double> weights;
  for (const ClockMark& mark : marks) {
    if (has_edges && mark.kind == MarkKind::arrival) continue;
    piece.points.push_back(
        {.x = to_seconds(mark.clock - piece.zero).si,
         .y = to_seconds(mark.reference - mark.clock - piece.ahead).si});
    const double deviation = std::max(least_deviation, mark.deviation.si);
    weights.push_back(1.0 / (deviation * deviation));
    piece.deviation = std::max(piece.deviation, deviation);
  }
  constexpr std::size_t in_so_many = 20;
  if (has_edges) {
    take_edges(piece, weights);
  } else {
    std::ranges::sort(piece.points, [](const ClockPoint& a, const ClockPoint& b) {
      return a.x != b.x ? a.x < b.x : a.y < b.y;
    });
    piece.all = piece.points;
    piece.may_be_early = piece.all.size() / in_so_many;
    take_arrivals(piece, piece.all);
  }
  return piece;
}

}  // namespace sunfleck
