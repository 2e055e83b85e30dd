// How much two memories belong together: by direction, and by how near in time they happened.
#pragma once

#include <cmath>

namespace engram {

/** σ(10·(cos·e^(−Δt/τ) − .5)): a half at a cosine of .5 between simultaneous memories. τ = 0: time does not
 *  count, for bulk loads whose times say nothing. */
inline double affinity(double cosine, double apart_ms, double tau_ms) {
  constexpr double kSlope = 10;
  constexpr double kMiddle = 0.5;
  const double seen = tau_ms > 0 ? cosine * std::exp(-std::abs(apart_ms) / tau_ms) : cosine;
  return 1 / (1 + std::exp(-kSlope * (seen - kMiddle)));
}

}  // namespace engram
