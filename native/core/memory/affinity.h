// How much two memories belong together: by direction, and by how near in time they happened.
#pragma once

#include <cmath>

namespace engram {

inline constexpr double kAffinitySlope = 10;
inline constexpr double kAffinityMiddle = 0.5;

/** σ(10·(cos·e^(−Δt/τ) − .5)): a half at a cosine of .5 between simultaneous memories. τ = 0: time does not
 *  count, for bulk loads whose times say nothing. */
inline double affinity(double cosine, double apart_ms, double tau_ms) {
  const double seen = tau_ms > 0 ? cosine * std::exp(-std::abs(apart_ms) / tau_ms) : cosine;
  return 1 / (1 + std::exp(-kAffinitySlope * (seen - kAffinityMiddle)));
}

/** The cosine at which simultaneous memories have this affinity. */
inline double cosine_reaching(double strength) {
  return kAffinityMiddle + std::log(strength / (1 - strength)) / kAffinitySlope;
}

}  // namespace engram
