#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/random.h"
#include "core/base/result.h"
#include "profiles/generators.h"

// What the generators of profiles/generators.h share.
namespace sunfleck {

// A parameter and where it must lie, both ends included.
struct ParameterRange {
  std::string_view parameter;
  double value;
  double low;
  double high;
};

inline constexpr double highest_parameter = 1e9;     // of any; beyond it nothing is meant
inline constexpr double smallest_parameter = 1e-12;  // of what must be above 0

// Fails with invalid_argument, naming the first that lies elsewhere or is no number.
Status check(std::initializer_list<ParameterRange> ranges);

// An empty profile of the sampling's period with room for its samples; the period of `format` is
// not read.
//
//   fails   invalid_argument for less than one or more than most_samples numbers
Result<HarvestProfile> prepared(
    std::string name, HarvestFormat format, const Sampling& sampling, std::string origin);

// How many samples a profile that was prepared shall have.
std::size_t count_of(const Sampling& sampling);

// A sample's number, rounded to six significant decimal digits.
float rounded(double value);

// Two states that follow each other, beginning with the first.
class Alternation {
 public:
  // The times of the states are exponential, or where a `spread` is given, even within +-spread of
  // their means, 0 to 1.
  Alternation(
      Seconds first_mean, Seconds second_mean, Random& random,
      std::optional<double> spread = std::nullopt)
      : means_{first_mean, second_mean}, random_(&random), spread_(spread) {
    draw();
  }

  // Lets time pass; whether the second state is the present one.
  bool advance(Seconds step) {
    share_of_second(step);
    return second_;
  }
  // Lets time pass, more than 0 s; the share of it that was the second state's.
  double share_of_second(Seconds step);

 private:
  void draw();

  std::array<Seconds, 2> means_;
  Random* random_;
  std::optional<double> spread_;
  Seconds left_;
  bool second_ = false;
};

// What clouds let through as time goes on.
class CloudCover {
 public:
  CloudCover(const Clouds& clouds, Seconds step, Random& random);
  // After the next step, 0 to 1.
  double advance();

 private:
  Clouds clouds_;
  Seconds step_;
  double follow_;  // of the way to what is wanted, in a step
  Random* random_;
  Alternation alternation_;
  bool was_cloudy_ = false;
  double wanted_ = 1.0;
  double transmitted_ = 1.0;
};

// Refuses, naming the parameter, what is outside its range.
Status check(const Clouds& clouds);

// A function to follow a first-order lag: how much of the way is gone in a step, 0 to 1.
double way_in(Seconds step, Seconds lag);

}  // namespace sunfleck
