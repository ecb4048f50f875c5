#include "core/energy/sample_division.h"

#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <span>
#include <tuple>

namespace sunfleck {
namespace {

constexpr double prior_deviation = 1.0;  // of a power near an edge: of the mean power
constexpr double first_spread = 0.05;    // of the expected energy of a part
constexpr double first_count = 10.0;     // samples that this is worth
constexpr int fits = 3;

// Distances from the edge at which the power may change, in shares of a sample.
constexpr std::array steps = {0.0, 0.06, 0.13, 0.25, 0.45, 1.0, 2.0};

using SparseMatrix = Eigen::SparseMatrix<double>;
using SparseVector = Eigen::SparseVector<double>;

// Which power: (kind, edge, step, activity beyond the edge).
using PowerKey = std::tuple<std::size_t, int, std::size_t, Activity>;

// A part of a sample that one span has.
struct Part {
  std::size_t span = 0;
  std::size_t sample = 0;
  double expected = 0.0;                      // J, by the mean power of its kind
  double modelled = 0.0;                      // J, by the fitted powers
  std::vector<std::pair<int, double>> times;  // s, by index of the power
};

struct Sample {
  double energy = 0.0;    // J
  double noise = 0.0;     // J^2, of the meter
  double square = 0.0;    // J^2, sum of the squares of the expected energies
  double expected = 0.0;  // J
  std::size_t first_part = 0;
  std::size_t edge = 0;  // index of its spread: one for each pair of kinds that meet
  bool is_shared = false;
  bool is_missing = false;
};

// Whether it says anything of the powers of its parts.
bool has_information(const Sample& sample) { return sample.square > 0.0 && !sample.is_missing; }

struct Mean {
  double energy = 0.0;  // J
  double time = 0.0;    // s
  double power(double otherwise) const {
    return time > 0.0 ? std::max(0.0, energy / time) : otherwise;
  }
};

class Divider {
 public:
  Divider(
      const Timeline& timeline, const EnergyCurve& energy, Volts voltage_noise,
      Amperes current_noise)
      : timeline_(timeline),
        energy_(energy),
        voltage_noise_(voltage_noise),
        current_noise_(current_noise),
        period_(energy.period()) {}

  SampleDivision divide() &&;

 private:
  void find_kinds();
  void take_means();
  void take_span(std::size_t index);
  void take_part(std::size_t index, RunTime from, RunTime to);
  void add_powers(Part& part, std::size_t index, RunTime from, RunTime to);
  void add_power(Part& part, std::size_t index, int edge, std::size_t step, RunTime time);
  int power(const PowerKey& key, double prior);
  Activity beyond(std::size_t index, int edge) const;
  void find_edges();
  void fit();
  void solve();
  void take_spreads();
  void state_edges(const Eigen::VectorXd& powers);
  void share_out(const Sample& sample, std::span<const Part> parts);
  void state_deviations();

  RunTime whole_from(const Span& span) const {
    return (span.from + period_ - RunTime(1)) / period_ * period_;
  }
  RunTime whole_to(const Span& span) const { return span.to / period_ * period_; }
  std::span<const Part> parts_of(std::size_t sample) const {
    const std::size_t end =
        sample + 1 < samples_.size() ? samples_[sample + 1].first_part : parts_.size();
    return std::span(parts_).subspan(
        samples_[sample].first_part, end - samples_[sample].first_part);
  }
  double variance(const Sample& sample) const {
    return spreads_[sample.edge] * sample.square + sample.noise;
  }

  const Timeline& timeline_;
  const EnergyCurve& energy_;
  Volts voltage_noise_;
  Amperes current_noise_;
  RunTime period_;
  SampleDivision division_;
  std::vector<double> kind_power_;  // W
  double run_power_ = 0.0;          // W, while the rail was on
  std::map<PowerKey, int> powers_;
  std::vector<double> priors_;  // W, of each power
  std::vector<Part> parts_;
  std::vector<Sample> samples_;
  RunTime open_{-1};  // begin of the sample that is being collected
  // Squares, of what a part draws beyond the model, of its expected energy.
  std::vector<double> spreads_;
  SparseMatrix design_;
  Eigen::SimplicialLDLT<SparseMatrix> precision_;
};

void Divider::find_kinds() {
  std::map<std::tuple<Activity, std::uint16_t, std::uint8_t>, std::size_t> known;
  for (const Span& span : timeline_.spans) {
    const auto [found, is_new] =
        known.try_emplace({span.activity, span.layer, span.mark}, known.size());
    if (is_new)
      division_.kind.push_back({.activity = span.activity, .layer = span.layer, .mark = span.mark});
    division_.kinds.push_back(found->second);
  }
  division_.spans.resize(timeline_.spans.size());
}

// The mean powers of kinds and activities in samples of their own; of what has none, that of the
// activity, or of the run while the rail was on.
void Divider::take_means() {
  std::vector<Mean> kinds(division_.kind.size());
  std::map<Activity, Mean> activities;
  Mean all;
  for (std::size_t i = 0; i < timeline_.spans.size(); ++i) {
    const Span& span = timeline_.spans[i];
    const RunTime from = whole_from(span);
    const RunTime to = whole_to(span);
    if (from >= to) continue;
    const double energy = energy_.between(from, to).si;
    division_.spans[i].energy = energy;
    if (span.activity == Activity::off) continue;
    for (Mean* mean : {&kinds[division_.kinds[i]], &activities[span.activity], &all}) {
      mean->energy += energy;
      mean->time += to_seconds(to - from - energy_.gaps(from, to)).si;
    }
  }
  run_power_ = all.power(0.0);
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    const Activity activity = division_.kind[k].activity;
    const double otherwise = activities[activity].power(run_power_);
    kind_power_.push_back(activity == Activity::off ? 0.0 : kinds[k].power(otherwise));
  }
}

// The parts of samples at the edges of a span, and the first and the last of its own.
void Divider::take_span(std::size_t index) {
  const Span& span = timeline_.spans[index];
  const RunTime from = whole_from(span);
  const RunTime to = whole_to(span);
  if (from >= to) {
    const RunTime cut = std::clamp(from, span.from, span.to);
    take_part(index, span.from, cut);
    take_part(index, cut, span.to);
    return;
  }
  take_part(index, span.from, from);
  take_part(index, from, from + period_);
  if (to - period_ > from) take_part(index, to - period_, to);
  take_part(index, to, span.to);
}

void Divider::take_part(std::size_t index, RunTime from, RunTime to) {
  if (from >= to) return;
  const RunTime begin = from / period_ * period_;
  if (begin != open_) {
    open_ = begin;
    const RunTime end = begin + period_;
    samples_.push_back(
        {.energy = energy_.between(begin, std::min(end, timeline_.end)).si,
         .noise = energy_.noise_variance(begin, end, voltage_noise_, current_noise_),
         .first_part = parts_.size(),
         .is_missing = energy_.gaps(begin, end) > RunTime{}});
  }
  Part part{.span = index, .sample = samples_.size() - 1};
  const double time = to_seconds(to - from).si;
  part.expected = kind_power_[division_.kinds[index]] * time;
  if (timeline_.spans[index].activity != Activity::off) add_powers(part, index, from, to);
  Sample& sample = samples_.back();
  sample.square += part.expected * part.expected;
  sample.expected += part.expected;
  sample.is_shared = to - from < std::min(begin + period_, timeline_.end) - begin;
  if (sample.is_shared) division_.spans[index].divided += time;
  parts_.push_back(std::move(part));
}

// Cuts a part where its power may change.
void Divider::add_powers(Part& part, std::size_t index, RunTime from, RunTime to) {
  const Span& span = timeline_.spans[index];
  const RunTime middle = span.from + (span.to - span.from) / 2;
  const auto distance = [this](std::size_t step) {
    return RunTime(std::llround(steps[step] * static_cast<double>(period_.count())));
  };
  for (std::size_t step = 0; step + 1 < steps.size(); ++step) {
    const RunTime near = distance(step);
    const RunTime far = distance(step + 1);
    add_power(
        part, index, 0, step,
        std::min({span.from + far, middle, to}) - std::max(span.from + near, from));
    add_power(
        part, index, 1, step,
        std::min(span.to - near, to) - std::max({span.to - far, middle, from}));
  }
}

void Divider::add_power(Part& part, std::size_t index, int edge, std::size_t step, RunTime time) {
  if (time <= RunTime{}) return;
  const std::size_t kind = division_.kinds[index];
  const double prior = prior_deviation * std::max(run_power_, kind_power_[kind]);
  part.times.emplace_back(
      power({kind, edge, step, beyond(index, edge)}, prior), to_seconds(time).si);
}

int Divider::power(const PowerKey& key, double prior) {
  const auto [found, is_new] = powers_.try_emplace(key, static_cast<int>(powers_.size()));
  if (is_new) priors_.push_back(prior);
  return found->second;
}

Activity Divider::beyond(std::size_t index, int edge) const {
  if (edge == 0) return index > 0 ? timeline_.spans[index - 1].activity : Activity::off;
  return index + 1 < timeline_.spans.size() ? timeline_.spans[index + 1].activity : Activity::off;
}

// Which kinds meet in each sample: the first and the last that it has.
void Divider::find_edges() {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> known;
  const auto kind = [this](const Part& part) { return division_.kinds[part.span]; };
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const std::span<const Part> parts = parts_of(i);
    samples_[i].edge =
        known.try_emplace({kind(parts.front()), kind(parts.back())}, known.size()).first->second;
  }
  spreads_.assign(known.size(), first_spread * first_spread);
}

// Fits the powers, with the spreads as they are.
void Divider::solve() {
  Eigen::VectorXd weights(design_.rows());
  Eigen::VectorXd unexpected(design_.rows());
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const double squared = variance(samples_[i]);
    const auto row = static_cast<Eigen::Index>(i);
    weights[row] = has_information(samples_[i]) ? 1.0 / squared : 0.0;
    unexpected[row] = samples_[i].energy - samples_[i].expected;
  }
  const SparseMatrix transposed = design_.transpose();
  SparseMatrix information = transposed * weights.asDiagonal() * design_;
  SparseMatrix prior(information.rows(), information.cols());
  prior.setIdentity();
  for (Eigen::Index i = 0; i < prior.rows(); ++i) {
    const double deviation = priors_[static_cast<std::size_t>(i)];
    prior.coeffRef(i, i) = deviation > 0.0 ? 1.0 / (deviation * deviation) : 1.0;
  }
  information += prior;
  precision_.compute(information);
  const Eigen::VectorXd powers = precision_.solve(transposed * weights.cwiseProduct(unexpected));
  for (Part& part : parts_) {
    part.modelled = part.expected;
    for (const auto& [power, time] : part.times)
      part.modelled += time * powers[power];
  }
  state_edges(powers);
}

// The fitted power next to each edge.
void Divider::state_edges(const Eigen::VectorXd& powers) {
  for (std::size_t i = 0; i < division_.spans.size(); ++i) {
    const std::size_t kind = division_.kinds[i];
    const auto near = [&](int edge) {
      const auto found = powers_.find({kind, edge, 0, beyond(i, edge)});
      return kind_power_[kind] + (found == powers_.end() ? 0.0 : powers[found->second]);
    };
    division_.spans[i].power_from = near(0);
    division_.spans[i].power_to = near(1);
  }
}

// The spreads that the residuals show.
void Divider::take_spreads() {
  std::vector<double> squares(spreads_.size(), first_count * first_spread * first_spread);
  std::vector<double> counts(spreads_.size(), first_count);
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const Sample& sample = samples_[i];
    if (!has_information(sample)) continue;
    double residual = sample.energy;
    for (const Part& part : parts_of(i))
      residual -= part.modelled;
    squares[sample.edge] += std::max(0.0, residual * residual - sample.noise) / sample.square;
    counts[sample.edge] += 1.0;
  }
  for (std::size_t i = 0; i < spreads_.size(); ++i)
    spreads_[i] = squares[i] / counts[i];
}

void Divider::fit() {
  find_edges();
  std::vector<Eigen::Triplet<double>> entries;
  for (const Part& part : parts_)
    for (const auto& [power, time] : part.times)
      entries.emplace_back(static_cast<int>(part.sample), power, time);
  design_.resize(
      static_cast<Eigen::Index>(samples_.size()), static_cast<Eigen::Index>(priors_.size()));
  design_.setFromTriplets(entries.begin(), entries.end());
  solve();
  for (int i = 1; i < fits; ++i) {
    take_spreads();
    solve();
  }
}

// Divides one sample. What the model makes negative is no division: then the expected energies
// divide, and where nothing is expected, the number of parts.
void Divider::share_out(const Sample& sample, std::span<const Part> parts) {
  double residual = sample.energy;
  for (const Part& part : parts)
    residual -= part.modelled;
  const auto weight = [&](const Part& part) {
    return sample.square > 0.0 ? part.expected * part.expected / sample.square
                               : 1.0 / static_cast<double>(parts.size());
  };
  const bool is_sound = std::ranges::none_of(
      parts, [&](const Part& part) { return part.modelled + weight(part) * residual < 0.0; });
  for (const Part& part : parts) {
    SampleDivision::OfSpan& span = division_.spans[part.span];
    if (is_sound || sample.expected <= 0.0)
      span.energy += part.modelled + weight(part) * residual;
    else
      span.energy += part.expected / sample.expected * sample.energy;
    span.variance += weight(part) * (1.0 - weight(part)) * variance(sample);
  }
}

// By the covariance of the fitted powers: of the energy of a kind, what its parts draw less what
// they are given back of the residuals.
void Divider::state_deviations() {
  std::vector<std::map<int, double>> slopes(division_.kind.size());  // s
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const Sample& sample = samples_[i];
    if (!sample.is_shared || !has_information(sample)) continue;
    for (const Part& part : parts_of(i)) {
      std::map<int, double>& slope = slopes[division_.kinds[part.span]];
      for (const auto& [power, time] : part.times)
        slope[power] += time;
      const double weight = part.expected * part.expected / sample.square;
      for (const Part& other : parts_of(i))
        for (const auto& [power, time] : other.times)
          slope[power] -= weight * time;
    }
  }
  for (std::size_t i = 0; i < timeline_.spans.size(); ++i)
    division_.kind[division_.kinds[i]].divided += division_.spans[i].divided;
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    Eigen::VectorXd slope = Eigen::VectorXd::Zero(design_.cols());
    for (const auto& [power, time] : slopes[k])
      slope[power] = time;
    division_.kind[k].deviation = std::sqrt(std::max(0.0, slope.dot(precision_.solve(slope))));
  }
}

SampleDivision Divider::divide() && {
  find_kinds();
  if (period_ <= RunTime{}) return std::move(division_);
  take_means();
  for (std::size_t i = 0; i < timeline_.spans.size(); ++i)
    take_span(i);
  fit();
  for (std::size_t i = 0; i < samples_.size(); ++i)
    if (samples_[i].is_shared && !samples_[i].is_missing) share_out(samples_[i], parts_of(i));
  state_deviations();
  return std::move(division_);
}

}  // namespace

SampleDivision divide_samples(
    const Timeline& timeline, const EnergyCurve& energy, Volts voltage_noise,
    Amperes current_noise) {
  return Divider(timeline, energy, voltage_noise, current_noise).divide();
}

}  // namespace sunfleck
