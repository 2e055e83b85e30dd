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
  kSpacing,       // the power law of two traces, one of which spaced access makes stable: see retention()
};

struct DecaySettings {
  DecayModel model = DecayModel::kPower;
  double tau_ms = 1.96 * 3'600'000;  // of the exponential
  double beta = 0.131;               // of the power law
  uint32_t rehearsals = 3;           // accesses from which the two-component model follows the power law
  float spacing_gain = 0.56F;        // how much one access at the edge of forgetting adds to stability
  double power_tau_ms = 13'400;      // τp of the power law

  bool operator==(const DecaySettings&) const = default;
};

/** No access makes a memory more stable than this. */
constexpr float kStabilityMax = 100'000;

/** What accesses made of a memory, of kSpacing. */
struct Traces {
  float stability = 1;        // of the trace that the last access strengthened, where it found it; at least 1
  float found = 1;            // probability that it did
  float older_stability = 1;  // of that trace before the access
  double older_since_ms = 0;  // the access before, or when it happened

  bool operator==(const Traces&) const = default;
};

/** What is known of how a memory was used. */
struct AccessState {
  double since_ms = 0;    // last access, or when it happened
  uint32_t accesses = 0;  // that counted
  Traces traces = {};
};

/** Share of a memory left at `now_ms`: (0, 1], 1 for times not behind it, never rising with time.
 *
 *  kSpacing: a trace of stability S keeps (1 + t/τp)^(−β/S). An access that finds the memory strengthens its
 *  trace; one that does not lays a trace beside it, and either may be found later: so that a second learning
 *  serves best neither at once nor too late, and the later it is asked for, the later. Retrieval in the
 * second study is what spacing works through: Thios & D'Agostino 1976, doi:10.1016/0022-5371(76)90051-8;
 * Raaijmakers 2003, doi:10.1207/s15516709cog2703_5. */
double retention(const DecaySettings& settings, const AccessState& state, double now_ms);

/** Traces after an access at `at_ms`. What was nearly forgotten gains most, what is fresh nearly nothing:
 *  S' = S·(1 + gain·(1 − left)). Of an earlier access that may have found the memory or not, the mean of both
 *  is kept: the state stays as small, however many there were. */
Traces traces_after(const DecaySettings& settings, const AccessState& state, double at_ms);

}  // namespace engram
