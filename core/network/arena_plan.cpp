#include "core/network/arena_plan.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace sunfleck {
namespace {

// Activations that share one place, and when it is in use: from before layer `first` until after
// layer `last`.
struct Place {
  std::uint64_t bytes = 0;
  std::size_t first = std::numeric_limits<std::size_t>::max();
  std::size_t last = 0;
  std::uint64_t offset = 0;

  bool used() const { return first <= last; }
  bool meets(const Place& other) const { return first <= other.last && other.first <= last; }
};

// For each activation the one whose place it takes: itself, but for outputs of RESHAPE.
std::vector<std::size_t> owners(const Network& network) {
  std::vector<std::size_t> owner(network.activations.size());
  std::iota(owner.begin(), owner.end(), std::size_t{0});
  for (const Layer& layer : network.layers)
    if (layer.op == Operator::reshape) owner[layer.output] = owner[layer.input];
  return owner;
}

std::vector<Place> lifetimes(const Network& network, const std::vector<std::size_t>& owner) {
  std::vector<Place> places(network.activations.size());
  const auto use = [&](std::size_t activation, std::size_t when) {
    Place& place = places[owner[activation]];
    place.bytes = (network.activations[activation].bytes() + 3) / 4 * 4;
    place.first = std::min(place.first, when);
    place.last = std::max(place.last, when);
  };
  use(network.input, 0);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    use(network.layers[i].input, i);
    if (network.layers[i].input2) use(*network.layers[i].input2, i);
    use(network.layers[i].output, i);
  }
  use(network.output, network.layers.size());
  return places;
}

// The lowest offset where `place` meets none of the `taken`, which are ordered by offset.
std::uint64_t lowest_gap(const Place& place, const std::vector<Place>& taken) {
  std::uint64_t offset = 0;
  for (const Place& other : taken) {
    if (!place.meets(other)) continue;
    if (offset + place.bytes <= other.offset) break;
    offset = std::max(offset, other.offset + other.bytes);
  }
  return offset;
}

}  // namespace

Result<ArenaPlan> plan_arena(const Network& network) {
  const std::vector<std::size_t> owner = owners(network);
  std::vector<Place> places = lifetimes(network, owner);

  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return places[a].bytes > places[b].bytes;
  });

  std::vector<Place> taken;
  std::uint64_t bytes = 0;
  for (const std::size_t index : order) {
    Place& place = places[index];
    if (!place.used()) continue;
    place.offset = lowest_gap(place, taken);
    bytes = std::max(bytes, place.offset + place.bytes);
    const auto at = std::ranges::upper_bound(taken, place.offset, {}, &Place::offset);
    taken.insert(at, place);
  }
  if (bytes > FW_IMAGE_ARENA_MAX)
    return fail(
        Errc::invalid_argument, network.name, ": its activations need ", bytes,
        " bytes, and an image can place ", static_cast<int>(FW_IMAGE_ARENA_MAX));

  ArenaPlan plan{.offsets = {}, .bytes = static_cast<std::uint32_t>(bytes)};
  for (const std::size_t index : owner)
    plan.offsets.push_back(static_cast<std::uint32_t>(places[index].offset));
  return plan;
}

}  // namespace sunfleck
