#include "memory/decay.h"

#include <algorithm>
#include <cmath>

namespace engram {
namespace {

double exponential(double elapsed_ms, double tau_ms) { return std::exp(-elapsed_ms / tau_ms); }

double power(double elapsed_ms, const DecaySettings& settings, double stability = 1) {
  return std::pow(1 + elapsed_ms / settings.power_tau_ms, -settings.beta / stability);
}

double spaced(const DecaySettings& settings, const AccessState& state, double now_ms) {
  const double elapsed = std::max(0.0, now_ms - state.since_ms);
  const double anew = power(elapsed, settings);
  if (state.accesses == 0) return anew;
  const Traces& traces = state.traces;
  const double kept = power(elapsed, settings, double{traces.stability});
  const double older =
      power(std::max(0.0, now_ms - traces.older_since_ms), settings, double{traces.older_stability});
  const double found = double{traces.found};
  return found * kept + (1 - found) * (1 - (1 - anew) * (1 - older));
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
      return spaced(settings, state, now_ms);
  }
  return 1;
}

Traces traces_after(const DecaySettings& settings, const AccessState& state, double at_ms) {
  const Traces& before = state.traces;
  const double stability =
      state.accesses == 0 ? 1 : 1 + double{before.found} * (double{before.stability} - 1);
  const double left = spaced(settings, state, at_ms);
  const double grown = stability * (1 + double{settings.spacing_gain} * (1 - left));
  return {std::min(static_cast<float>(grown), kStabilityMax), static_cast<float>(left),
          static_cast<float>(stability), state.since_ms};
}

}  // namespace engram
