#include "core/session/result_assembly.h"

#include <algorithm>
#include <span>

namespace sunfleck {
namespace {

// Whether `piece` is what stands at its place in a complete output.
bool agrees(const std::vector<std::uint8_t>& output, const fw_result_record& piece) {
  return piece.total == output.size() &&
      std::equal(piece.bytes, piece.bytes + piece.size, output.begin() + piece.offset);
}

}  // namespace

void ResultAssembly::add(std::uint16_t boot, const fw_result_record& piece) {
  if (const auto known = outputs_.find(piece.inference); known != outputs_.end()) {
    if (!agrees(known->second, piece)) contradict(piece.inference, boot);
    return;
  }
  Partial& partial = partial_[piece.inference];
  const std::vector<std::uint8_t> bytes(piece.bytes, piece.bytes + piece.size);
  const auto before = partial.pieces.find(piece.offset);
  const bool first = partial.pieces.empty();
  if (!first &&
      (partial.total != piece.total ||
       (before != partial.pieces.end() && before->second != bytes))) {
    contradict(piece.inference, boot);
    partial.pieces.clear();
  }
  partial.total = piece.total;
  partial.pieces[piece.offset] = bytes;
  complete(piece.inference, partial);
}

void ResultAssembly::contradict(std::uint32_t inference, std::uint16_t boot) {
  const auto [place, is_new] = contradicted_in_.try_emplace(inference, boot);
  if (!is_new && place->second == boot) return;
  place->second = boot;
  ++contradicting_;
}

// Moves the output to the complete ones when its pieces fill it without gap or overlap.
void ResultAssembly::complete(std::uint32_t inference, const Partial& partial) {
  std::size_t end = 0;
  for (const auto& [offset, bytes] : partial.pieces) {
    if (offset != end) return;
    end += bytes.size();
  }
  if (end != partial.total) return;
  std::vector<std::uint8_t> output;
  output.reserve(end);
  for (const auto& [offset, bytes] : partial.pieces)
    output.insert(output.end(), bytes.begin(), bytes.end());
  outputs_.emplace(inference, std::move(output));
  partial_.erase(inference);
}

}  // namespace sunfleck
