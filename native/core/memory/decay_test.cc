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

TEST(Decay, SpacedAccessLeavesMoreThanMassedAccess) {
  const DecaySettings settings{.model = DecayModel::kSpacing, .tau_ms = kDay};
  const auto after = [&](double gap) {
    AccessState state;
    for (int i = 1; i <= 4; ++i) {
      state.stability = stability_after(settings, state, i * gap);
      state.since_ms = i * gap;
      ++state.accesses;
    }
    return retention(settings, state, state.since_ms + 10 * kDay);
  };
  EXPECT_GT(after(2 * kDay), 3 * after(60'000));
}

TEST(Decay, RetentionIsAProbabilityThatNeverRisesWithTime) {
  Random random(5);
  for (int trial = 0; trial < 2'000; ++trial) {
    const DecaySettings settings{.model = static_cast<DecayModel>(random.below(4)),
                                 .tau_ms = 1 + random.unit() * 10 * kDay,
                                 .beta = random.unit(),
                                 .power_tau_ms = 1 + random.unit() * kDay};
    const AccessState state{random.unit() * kDay, static_cast<uint32_t>(random.below(6)),
                            static_cast<float>(1 + random.unit() * 50)};
    double before = 1;
    for (double now = state.since_ms - kHour; now < 3 * kDay; now += kHour) {
      const double left = retention(settings, state, now);
      ASSERT_GE(left, 0);
      ASSERT_LE(left, before);
      before = left;
    }
    ASSERT_GE(stability_after(settings, state, 2 * kDay), state.stability);
  }
}

}  // namespace
}  // namespace engram
