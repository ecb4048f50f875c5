#pragma once

#include <span>
#include <vector>

#include "core/power/harvest_cursor.h"

// Pieces of a source whose samples are one number each, with the numbers that they point to.
class Pieces {
 public:
  struct Piece {
    float value = 0.0F;
    sunfleck::Seconds duration;
  };

  explicit Pieces(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces)
      values_.push_back(piece.value);
    for (std::size_t i = 0; i < pieces.size(); ++i)
      pieces_.push_back(
          {.samples = &values_[i], .count = 1, .duration = to_run_time(pieces[i].duration)});
  }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;
  Pieces(Pieces&&) = default;
  Pieces& operator=(Pieces&&) = default;
  ~Pieces() = default;

  // NOLINTNEXTLINE(google-explicit-constructor): what the path takes
  operator std::span<const sunfleck::HarvestPiece>() const { return pieces_; }

 private:
  std::vector<float> values_;
  std::vector<sunfleck::HarvestPiece> pieces_;
};
