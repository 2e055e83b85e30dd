// Plays a history on a space over a simulated disk and, action by action, on a plain model; every answer and,
// after every failure, the whole state must be the model's.
#pragma once

#include <optional>
#include <string>

#include "check/history.h"

namespace engram {

struct Played {
  uint64_t questions = 0;
  uint64_t failures = 0;     // crashes and kills recovered from
  uint64_t concepts = 0;     // formed
  uint64_t repetitions = 0;  // under a key, answered by the first answer
  uint64_t conflicts = 0;    // another request under a known key
  uint64_t changes = 0;      // told by watches
  uint64_t restores = 0;     // compared
  uint64_t damages = 0;      // told by verify
  std::optional<std::string> violation;
};

/** Defects planted in the player's own model, for its own test: it must find that the two differ. */
enum class Blind : uint8_t { kNone, kForgets };

Played play(const History& history, uint64_t seed, Blind blind = Blind::kNone);

}  // namespace engram
