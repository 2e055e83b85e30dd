// Values by hand from the formulas, and what must hold of every model.
#include "memory/decay.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace engram {
namespace {

constexpr double kHour = 3'600'000;
constexpr double kDay = 24 * kHour;

TEST(Decay, OfTwoComponentsTheUnrehearsedFadesByHoursAndTheRehearsedByItsPowerLaw) {
  const DecaySettings settings{.model = DecayModel::kTwoComponent, .beta = 0.18, .power_tau_ms = kDay};
  EXPECT_NEAR(retention(settings, {.accesses = 2}, 1.96 * kHour), std::exp(-1.0), 1e-12);
  EXPECT_NEAR(retention(settings, {.accesses = 3}, 9 * kDay), std::pow(10.0, -0.18), 1e-12);
}

TEST(Decay, TheDefaultIsAPowerLawOfItsOwnTimeConstant) {
  const DecaySettings settings;
  EXPECT_NEAR(retention(settings, {}, settings.power_tau_ms), std::pow(2.0, -settings.beta), 1e-12);
  EXPECT_EQ(retention(settings, {}, kDay), retention(settings, {.accesses = 9}, kDay));
}

TEST(Decay, EachPureModelFollowsItsFormula) {
  EXPECT_NEAR(retention({.model = DecayModel::kExponential, .tau_ms = kDay}, {.accesses = 9}, 2 * kDay),
              std::exp(-2.0), 1e-12);
  EXPECT_NEAR(retention({.model = DecayModel::kPower, .beta = 0.5, .power_tau_ms = kDay}, {}, 3 * kDay), 0.5,
              1e-12);
}

/** What is left `after` behind the last of `count` accesses that are `gap` apart. */
double left_after(const DecaySettings& settings, int count, double gap, double after) {
  AccessState state;
  for (int i = 1; i <= count; ++i) {
    state.traces = traces_after(settings, state, i * gap);
    state.since_ms = i * gap;
    ++state.accesses;
  }
  return retention(settings, state, state.since_ms + after);
}

TEST(Decay, ASpacedAccessStrengthensWhatItFindsAndLaysATraceBesideWhatItDoesNot) {
  const DecaySettings settings{
      .model = DecayModel::kSpacing, .beta = 1, .spacing_gain = 2, .power_tau_ms = kDay};
  // Found after a day: half, which makes a stability of 2; three days later: 1/√4 where it was, else 1/4 of
  // the new trace and 1/5 of the old.
  EXPECT_NEAR(left_after(settings, 1, kDay, 3 * kDay), 0.5 * 0.5 + 0.5 * (1 - 0.75 * 0.8), 1e-6);
}

TEST(Decay, SpacedAccessLeavesMoreThanMassedAccess) {
  const DecaySettings settings{.model = DecayModel::kSpacing};
  EXPECT_GT(left_after(settings, 4, 2 * kDay, 10 * kDay), 1.2 * left_after(settings, 4, 1'000, 10 * kDay));
}

TEST(Decay, TheBestGapBetweenTwoLearningsIsNeitherTheShortestNorTheLongestAndGrowsWithTheTest) {
  const DecaySettings settings{.model = DecayModel::kSpacing};
  const auto best = [&](double test) {
    double gap = 0;
    double most = 0;
    for (double tried = kHour; tried < 200 * kDay; tried *= 1.1)
      if (const double left = left_after(settings, 1, tried, test); left > most) most = left, gap = tried;
    return gap;
  };
  EXPECT_GT(best(7 * kDay), kDay);
  EXPECT_LT(best(7 * kDay), 3 * kDay);
  EXPECT_GT(best(365 * kDay), 5 * best(7 * kDay));
  EXPECT_LT(best(365 * kDay), 50 * kDay);
}

TEST(Decay, ManyAccessesMakeAMemoryLastAndNoneWithoutEnd) {
  const DecaySettings settings{.model = DecayModel::kSpacing, .spacing_gain = 100};
  double before = 0;
  for (const int count : {1, 2, 4, 8}) {
    const double left = left_after(settings, count, 10 * kDay, 100 * kDay);
    EXPECT_GT(left, before);
    EXPECT_LE(left, 1);
    before = left;
  }
  AccessState state;
  for (int i = 1; i <= 50; ++i) {
    state.traces = traces_after(settings, state, i * kDay);
    EXPECT_LE(state.traces.stability, kStabilityMax);
    state.since_ms = i * kDay;
    ++state.accesses;
  }
}

TEST(Decay, RetentionIsAProbabilityThatNeverRisesWithTime) {
  Random random(5);
  for (int trial = 0; trial < 2'000; ++trial) {
    const DecaySettings settings{.model = static_cast<DecayModel>(random.below(4)),
                                 .tau_ms = 1 + random.unit() * 10 * kDay,
                                 .beta = random.unit(),
                                 .power_tau_ms = 1 + random.unit() * kDay};
    const double since = random.unit() * kDay;
    const AccessState state{since,
                            static_cast<uint32_t>(random.below(6)),
                            {static_cast<float>(1 + random.unit() * 50), static_cast<float>(random.unit()),
                             static_cast<float>(1 + random.unit() * 50), since * random.unit()}};
    double before = 1;
    for (double now = state.since_ms - kHour; now < 3 * kDay; now += kHour) {
      const double left = retention(settings, state, now);
      ASSERT_GE(left, 0);
      ASSERT_LE(left, before);
      before = left;
    }
    const Traces after = traces_after(settings, state, 2 * kDay);
    ASSERT_GE(after.stability, after.older_stability);
    ASSERT_GE(after.older_stability, 1);
    ASSERT_LE(after.found, 1);
  }
}

}  // namespace
}  // namespace engram
