// A history as data: operations, questions and failures, each a few small numbers. Being data it can be made
// from a seed, played on a space beside a plain model, and, when the two differ, cut down to what still makes
// them differ.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace engram {

enum class Act : uint8_t {
  // Operations:
  kStore,
  kStoreBatch,
  kStoreAgain,
  kKeyed,  // under an idempotency key
  kLink,
  kUnlink,
  kForget,
  kWeaken,
  kAccess,
  kConfigure,
  kConsolidate,
  kSnapshot,
  kSync,
  kBackup,
  // Questions, answered exactly:
  kGet,
  kScan,
  kEdges,
  kRecall,
  kSpread,
  kReach,
  kConcepts,
  kFaded,
  kComplete,
  kRecognise,
  // Of the history itself:
  kWatch,
  kRestore,
  kVerify,
  // Failures:
  kReopen,    // closed in order
  kKill,      // the process dies
  kPowerCut,  // now
  kCutLater,  // in one of the next calls that change the disk
  kCount
};

struct Action {
  Act act = Act::kGet;
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t c = 0;
};

using History = std::vector<Action>;

History make_history(uint64_t seed, size_t length);
/** For a person, one action a line. */
std::string describe(const History& history);

/** Whether a history still fails. */
using Fails = std::function<bool(const History&)>;

/** A part of the history that fails and of which no action can be left out, nor its numbers be made zero. */
History shrink(History history, const Fails& fails);

}  // namespace engram
