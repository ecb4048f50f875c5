#include "app/report/run_lanes.h"

#include <algorithm>
#include <array>

#include "core/base/clock.h"
#include "core/base/text.h"

namespace sunfleck::app {
namespace {

constexpr double faintest = 0.25;

// A lane in the making.
class LaneWriter {
 public:
  LaneWriter(std::string name, RunTime from, RunTime to, RunTime thinnest)
      : from_(from), to_(to), thinnest_(thinnest) {
    lane_.name = std::move(name);
  }

  void add(RunTime from, RunTime to, Colour colour, const std::string& text) {
    from = std::max(from, from_);
    to = std::min(to, to_);
    if (to <= from) return;
    if (to - from >= thinnest_) {
      flush();
      lane_.spans.push_back({to_seconds(from).si, to_seconds(to).si, text, colour, 1.0});
      return;
    }
    if (filled_ > RunTime{} && to - begin_ > thinnest_) flush();
    if (filled_ == RunTime{}) begin_ = from;
    end_ = to;
    filled_ += to - from;
    by_colour_.at(static_cast<std::size_t>(colour)) += to - from;
  }

  Lane lane() {
    flush();
    return std::move(lane_);
  }

 private:
  // The colour is that of most of what was merged.
  void flush() {
    if (filled_ == RunTime{}) return;
    const double share = to_seconds(filled_).si / to_seconds(end_ - begin_).si;
    const auto most = std::ranges::max_element(by_colour_) - by_colour_.begin();
    lane_.spans.push_back(
        {to_seconds(begin_).si,
         to_seconds(end_).si,
         {},
         static_cast<Colour>(most),
         faintest + (1.0 - faintest) * std::min(1.0, share)});
    filled_ = {};
    by_colour_ = {};
  }

  Lane lane_;
  RunTime from_;
  RunTime to_;
  RunTime thinnest_;
  RunTime begin_{};  // of what is being merged,
  RunTime end_{};
  RunTime filled_{};  // and how much of it is filled; 0: nothing
  std::array<RunTime, 7> by_colour_{};
};

// Layers side by side differ.
Colour colour_of_layer(std::uint16_t layer) {
  constexpr std::array colours{Colour::blue, Colour::purple, Colour::green, Colour::sky};
  return layer == no_layer ? Colour::grey : colours.at(layer % colours.size());
}

std::string text_of_layer(std::uint16_t layer) {
  return layer == no_layer ? std::string() : join(layer);
}

// Work on a layer goes on through its checkpoints and the sending of its records.
class LayerLane {
 public:
  explicit LayerLane(LaneWriter& to) : to_(to) {}

  void add(const sunfleck::Span& span) {
    const bool goes_on = open_.to > open_.from && open_.layer == span.layer &&
        open_.inference == span.inference && open_.power_cycle == span.power_cycle;
    if (goes_on) {
      open_.to = span.to;
      return;
    }
    flush();
    open_ = span;
  }
  void flush() {
    if (open_.to > open_.from)
      to_.add(open_.from, open_.to, colour_of_layer(open_.layer), text_of_layer(open_.layer));
    open_ = {};
  }

 private:
  LaneWriter& to_;
  sunfleck::Span open_{};  // empty: none
};

}  // namespace

Colour colour_of(Activity activity) {
  switch (activity) {
    case Activity::boot:
      return Colour::green;
    case Activity::restore:
    case Activity::mark:
      return Colour::purple;
    case Activity::compute:
      return Colour::blue;
    case Activity::checkpoint:
      return Colour::orange;
    case Activity::re_execution:
      return Colour::red;
    case Activity::telemetry:
      return Colour::sky;
    case Activity::off:
    case Activity::sleep:
    case Activity::unattributed:
      break;
  }
  return Colour::grey;
}

std::vector<Lane> lanes_of(
    std::span<const sunfleck::Span> spans, std::span<const Gap> gaps,
    const std::vector<LayerRow>& layers, RunTime from, RunTime to, RunTime thinnest) {
  const bool has_network =
      std::ranges::any_of(layers, [](const LayerRow& row) { return row.op != "task"; });
  LaneWriter executed(has_network ? "Layers" : "Tasks", from, to, thinnest);
  LaneWriter marks("Mark pins", from, to, thinnest);
  LaneWriter again("Re-executed", from, to, thinnest);
  LaneWriter checkpoints("Checkpoints", from, to, thinnest);
  LaneWriter restarts("Restarts", from, to, thinnest);
  LaneWriter lost("Records lost", from, to, thinnest);
  LaneWriter outages("Outages", from, to, thinnest);
  for (const Gap& gap : gaps)
    lost.add(gap.from, gap.to, Colour::purple, {});
  LayerLane layers_at_work(executed);
  for (const sunfleck::Span& span : spans) {
    const Colour colour = colour_of(span.activity);
    if (span.activity == Activity::compute) layers_at_work.add(span);
    if (span.activity == Activity::mark)
      marks.add(span.from, span.to, colour, join(int{span.mark}));
    if (span.activity == Activity::re_execution)
      again.add(span.from, span.to, colour, text_of_layer(span.layer));
    if (span.activity == Activity::checkpoint) checkpoints.add(span.from, span.to, colour, {});
    if (span.activity == Activity::boot || span.activity == Activity::restore)
      restarts.add(span.from, span.to, colour, {});
    if (span.activity == Activity::off) outages.add(span.from, span.to, colour, {});
  }
  layers_at_work.flush();
  std::vector<Lane> lanes;
  for (LaneWriter* const writer :
       {&executed, &marks, &again, &checkpoints, &restarts, &lost, &outages})
    if (Lane lane = writer->lane(); !lane.spans.empty()) lanes.push_back(std::move(lane));
  return lanes;
}

}  // namespace sunfleck::app
