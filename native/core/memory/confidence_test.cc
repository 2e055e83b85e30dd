// The axioms of probability over random values, and calibration against outcomes of a known source.
#include "memory/confidence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace engram {
namespace {

constexpr double kRounding = 1e-12;

TEST(Confidence, TheAlgebraKeepsTheAxiomsOfProbability) {
  for (uint64_t seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    const double a = random.unit();
    const double b = random.unit();
    const double c = random.unit();
    for (const double p : {both(a, b), either(a, b), negate(a)}) {
      ASSERT_GE(p, 0) << "seed " << seed;
      ASSERT_LE(p, 1) << "seed " << seed;
    }
    ASSERT_EQ(both(a, b), both(b, a)) << "seed " << seed;
    ASSERT_NEAR(either(a, b), either(b, a), kRounding) << "seed " << seed;
    ASSERT_NEAR(both(a, both(b, c)), both(both(a, b), c), kRounding) << "seed " << seed;
    ASSERT_NEAR(either(a, either(b, c)), either(either(a, b), c), kRounding) << "seed " << seed;
    ASSERT_NEAR(negate(both(a, b)), either(negate(a), negate(b)), kRounding) << "De Morgan, seed " << seed;
    ASSERT_NEAR(both(a, b) + both(a, negate(b)), a, kRounding) << "total probability, seed " << seed;
    ASSERT_LE(both(a, b), std::min(a, b) + kRounding) << "seed " << seed;
    ASSERT_GE(either(a, b), std::max(a, b) - kRounding) << "seed " << seed;
    ASSERT_EQ(both(a, 1), a);
    ASSERT_EQ(both(a, 0), 0);
    ASSERT_EQ(either(a, 0), a);
    ASSERT_NEAR(either(a, 1), 1, kRounding) << "seed " << seed;
    ASSERT_EQ(negate(1), 0);
  }
}

TEST(Confidence, AlongAPathItNeverRisesAndMorePathsNeverLowerIt) {
  for (uint64_t seed = 1; seed <= 5'000; ++seed) {
    Random random(seed);
    std::vector<double> steps;
    double path = 1;
    double paths = 0;
    for (uint64_t left = random.below(8); left > 0; --left) {
      steps.push_back(random.unit());
      ASSERT_LE(along(steps), path) << "seed " << seed;
      ASSERT_GE(any_of(steps), paths - kRounding) << "seed " << seed;
      path = along(steps);
      paths = any_of(steps);
    }
    ASSERT_LE(paths, 1 + kRounding);
  }
}

TEST(Calibration, ByHandPoolsWhatFallsAndKeepsTheRest) {
  const std::vector<float> scores = {0.1F, 0.2F, 0.3F, 0.4F};
  const std::vector<uint8_t> outcomes = {0, 1, 0, 1};
  const auto knots = fit_calibration(scores, outcomes, 1).knots();
  ASSERT_EQ(knots.size(), 3U);  // {0}, {1, 0} pooled, {1}
  EXPECT_NEAR(knots[0].probability, 1.0 / 3, 1e-6);
  EXPECT_NEAR(knots[1].score, 0.25, 1e-6);
  EXPECT_NEAR(knots[1].probability, 0.5, 1e-6);
  EXPECT_NEAR(knots[2].probability, 2.0 / 3, 1e-6);
}

TEST(Calibration, IsAProbabilityThatNeverFallsAndComesTrueOnOtherData) {
  const auto truth = [](double score) { return score * score; };
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const auto draw = [&](size_t n, std::vector<float>& scores, std::vector<uint8_t>& outcomes) {
      for (size_t i = 0; i < n; ++i) {
        scores.push_back(static_cast<float>(random.unit()));
        outcomes.push_back(random.chance(truth(static_cast<double>(scores.back()))) ? 1 : 0);
      }
    };
    std::vector<float> scores;
    std::vector<uint8_t> outcomes;
    draw(2'000, scores, outcomes);
    const Calibration fitted = fit_calibration(scores, outcomes);
    ASSERT_TRUE(Calibration::valid(fitted.knots()));
    double error = 0;
    for (int i = 0; i <= 100; ++i) error += std::abs(fitted(i / 100.0) - truth(i / 100.0)) / 101;
    EXPECT_LT(error, 0.05) << "seed " << seed;
    EXPECT_GT(fitted(-1), 0);
    EXPECT_LT(fitted(2), 1);
  }
}

TEST(Calibration, WithoutKnotsAScoreIsItsOwnProbability) {
  EXPECT_EQ(Calibration()(0.3), 0.3);
  EXPECT_EQ(Calibration()(1.7), 1);
  EXPECT_FALSE(Calibration::valid(std::vector<CalibrationKnot>{{0.1F, 0.9F}, {0.2F, 0.1F}}));
  EXPECT_TRUE(fit_calibration({}, {}).knots().empty());
}

}  // namespace
}  // namespace engram
