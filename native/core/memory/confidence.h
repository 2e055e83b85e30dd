// Confidence is a probability. The algebra of independent evidence, and calibration: raw scores made into
// shares that come true.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace engram {

/** Both hold, independently. */
constexpr double both(double a, double b) { return a * b; }
/** At least one holds, independently: noisy-or of two (Pearl 1988). */
constexpr double either(double a, double b) { return a + b - a * b; }
constexpr double negate(double a) { return 1 - a; }

/** Along a path every step must hold: never above the weakest step. 1 for no step. */
double along(std::span<const double> steps);
/** One of several independent paths must hold: noisy-or. 0 for none. */
double any_of(std::span<const double> paths);

/** A point of a calibration curve: the share that was right at this raw score. */
struct CalibrationKnot {
  float score;
  float probability;

  bool operator==(const CalibrationKnot&) const = default;
};

/** A non-decreasing map from raw score to probability: linear between knots, flat outside. Without knots a
 *  score is its own probability. */
class Calibration {
 public:
  Calibration() = default;
  /** Knots with strictly rising scores and probabilities in [0, 1] that never fall. */
  explicit Calibration(std::vector<CalibrationKnot> knots) : knots_(std::move(knots)) {}

  static bool valid(std::span<const CalibrationKnot> knots);
  double operator()(double score) const;
  const std::vector<CalibrationKnot>& knots() const { return knots_; }

 private:
  std::vector<CalibrationKnot> knots_;
};

/** Isotonic regression of outcomes on scores by pool-adjacent-violators (Ayer et al. 1955; for calibration
 *  Zadrozny & Elkan 2002, doi:10.1145/775047.775151). One knot per pool of at least `pool_min` outcomes, so
 * that no share rests on a handful; probabilities are (right + 1) / (n + 2), which never says impossible or
 * certain. */
Calibration fit_calibration(std::span<const float> scores, std::span<const uint8_t> outcomes,
                            size_t pool_min = 20);

}  // namespace engram
