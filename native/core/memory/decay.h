// Forgetting, computed when somebody looks: how much of a memory is left at a time, by one of four published
// models. Nothing is ever written for it; `now` is an argument.
#pragma once

#include <cstdint>

namespace engram {

enum class DecayModel : uint8_t {
  kTwoComponent,  // e^(−t/τ) until it was rehearsed often enough, then (1 + days)^(−β)
  kExponential,   // e^(−t/τ) (Ebbinghaus 1885, after Loftus 1985)
  kPower,         // (1 + days)^(−β) (Wixted & Ebbesen 1991, doi:10.1111/j.1467-9280.1991.tb00175.x)
  kSpacing,       // e^(−t/(τ·stability)); stability grows with spaced access
};

struct DecaySettings {
  DecayModel model = DecayModel::kTwoComponent;
  double tau_ms = 1.96 * 3'600'000;  // of the exponential
  double beta = 0.18;                // of the power law
  uint32_t rehearsals = 3;           // accesses from which the two-component model follows the power law
  float spacing_gain = 2;            // how much one access at the edge of forgetting adds to stability

  bool operator==(const DecaySettings&) const = default;
};

/** What is known of how a memory was used. */
struct AccessState {
  double since_ms = 0;    // last access, or when it happened
  uint32_t accesses = 0;  // that counted
  float stability = 1;    // of kSpacing; at least 1
};

/** Share of a memory left at `now_ms`: (0, 1], 1 for times not behind it, never rising with time. */
double retention(const DecaySettings& settings, const AccessState& state, double now_ms);

/** Stability after an access at `at_ms`. What was nearly forgotten gains most, what is fresh nearly nothing:
 *  S' = S·(1 + gain·(1 − e^(−t/(τ·S)))), the two components of Woźniak, Gorzelańczyk & Murakowski 1995. */
float stability_after(const DecaySettings& settings, const AccessState& state, double at_ms);

}  // namespace engram
