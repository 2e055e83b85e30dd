#include "memory/decay.h"

#include <algorithm>
#include <cmath>

namespace engram {
namespace {

/** No access makes a memory more stable than this: about 22 years at the default τ. */
constexpr float kStabilityMax = 100'000;

double exponential(double elapsed_ms, double tau_ms) { return std::exp(-elapsed_ms / tau_ms); }

double power(double elapsed_ms, const DecaySettings& settings) {
  return std::pow(1 + elapsed_ms / settings.power_tau_ms, -settings.beta);
}

}  // namespace

double retention(const DecaySettings& settings, const AccessState& state, double now_ms) {
  const double elapsed = std::max(0.0, now_ms - state.since_ms);
  switch (settings.model) {
    case DecayModel::kTwoComponent:
      return state.accesses < settings.rehearsals ? exponential(elapsed, settings.tau_ms)
                                                  : power(elapsed, settings);
    case DecayModel::kExponential:
      return exponential(elapsed, settings.tau_ms);
    case DecayModel::kPower:
      return power(elapsed, settings);
    case DecayModel::kSpacing:
      return exponential(elapsed, settings.tau_ms * static_cast<double>(state.stability));
  }
  return 1;
}

float stability_after(const DecaySettings& settings, const AccessState& state, double at_ms) {
  const double elapsed = std::max(0.0, at_ms - state.since_ms);
  const double left = exponential(elapsed, settings.tau_ms * static_cast<double>(state.stability));
  const double grown =
      static_cast<double>(state.stability) * (1 + static_cast<double>(settings.spacing_gain) * (1 - left));
  return std::min(static_cast<float>(grown), kStabilityMax);
}

}  // namespace engram
