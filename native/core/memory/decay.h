// Forgetting, computed when somebody looks: how much of a memory is left at a time, by one of four published
// models. Nothing is ever written for it; `now` is an argument. The defaults are what experiment 200 fits to
// Ebbinghaus' savings.
#pragma once

#include <cstdint>

namespace engram {

enum class DecayModel : uint8_t {
  kTwoComponent,  // e^(−t/τ) until it was rehearsed often enough, then the power law
  kExponential,   // e^(−t/τ) (Ebbinghaus 1885, after Loftus 1985)
  kPower,         // (1 + t/τp)^(−β) (Wickelgren 1974, doi:10.3758/BF03198154)
  kSpacing,       // e^(−t/(τ·stability)); stability grows with spaced access
};

struct DecaySettings {
  DecayModel model = DecayModel::kPower;
  double tau_ms = 1.96 * 3'600'000;  // of the exponential
  double beta = 0.131;               // of the power law
  uint32_t rehearsals = 3;           // accesses from which the two-component model follows the power law
  float spacing_gain = 2;            // how much one access at the edge of forgetting adds to stability
  double power_tau_ms = 13'400;      // τp of the power law

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
