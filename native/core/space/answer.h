// A cue of any kind, and the whole answer to it: what came to mind, how strongly, how surely, and why.
//
//   Answer answer = *space.answer({.vector = query}, {.mode = RecallMode::kBlended, .k = 10});
//   answer.hits[0].confidence;                     // probability that it is what was asked for
//   answer.path(0);                                // the ids or the concept that brought it
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "memory/blending.h"
#include "memory/completion.h"
#include "memory/confidence.h"
#include "memory/decay.h"
#include "space/filter.h"

namespace engram {

enum class RecallMode : uint8_t {
  kSimilar,    // nearest by cosine
  kSpreading,  // what activation reaches from there, over edges and bindings
  kBlended,    // episodes and concepts together, competitors holding each other down
};

/** At least one of both, or a filter in the options; ids are episodes that are there. */
struct Cue {
  std::span<const float> vector = {};  // f32[d], need not have unit length
  std::vector<View> ids = {};
};

/** An episode, or with its highest bit a concept. */
class MemoryRef {
 public:
  static constexpr uint32_t kConceptBit = 0x8000'0000;

  static MemoryRef episode(uint32_t ordinal) { return MemoryRef(ordinal); }
  static MemoryRef concept_number(uint32_t number) { return MemoryRef(number | kConceptBit); }
  bool is_concept() const { return (bits_ & kConceptBit) != 0; }
  uint32_t number() const { return bits_ & ~kConceptBit; }
  uint32_t bits() const { return bits_; }
  bool operator==(const MemoryRef&) const = default;

 private:
  explicit MemoryRef(uint32_t bits) : bits_(bits) {}
  uint32_t bits_;
};

/** Activation through bindings: factor of each step, and of each level again; the maximum is kept. */
struct BindingSpread {
  float to_concept = 0.8F;
  float to_episode = 0.6F;
  float between_concepts = 0.4F;
  float level = 0.8F;
  uint32_t depth = 6;
  float cutoff = 0.01F;
  uint32_t concept_neighbours = 3;  // nearest concepts that a concept passes activation to
};

struct AnswerOptions {
  RecallMode mode = RecallMode::kSimilar;
  uint32_t k = 10;
  uint32_t ef = 0;  // 0: the index's default
  bool exact = false;
  RecallFilter filter = {};  // of the episodes that may be answered; activation passes through the others
  float minimum_confidence = 0;
  bool concepts = false;  // also answer with the concepts themselves
  /** Decay as of this time weighs scores and confidences; nothing: memories are as good as new. */
  std::optional<double> now_ms = {};
  BlendSettings blend = {};
  BindingSpread bindings = {};
  /** Members of concepts compared with the cue at most, by the semantic part. */
  uint32_t semantic_budget = 256;
  /** The semantic part ends early when this says so; asked between concepts. None: the budget alone ends it.
   */
  std::function<bool()> expired = {};
  /** Arcs and bindings walked at most, by spreading. */
  uint32_t arc_budget = 10'000;
};

struct AnswerHit {
  MemoryRef memory;
  float score = 0;        // what the order follows
  float similarity = 0;   // cosine with the cue's vector; 0 where it has none
  float activation = 0;   // by spreading, or the similarity
  float confidence = 0;   // calibrated probability that it is what was asked for, [0, 1]
  uint32_t path_end = 0;  // its path ends here in Answer::paths, and begins where the one before ends
};

struct Answer {
  std::vector<AnswerHit> hits;   // best first, ties by ordinal, episodes before concepts
  std::vector<MemoryRef> paths;  // of all hits: from what the cue named or was near to, to the hit itself
  bool truncated = false;        // a budget or the deadline ended it

  std::span<const MemoryRef> path(size_t hit) const {
    const size_t begin = hit == 0 ? 0 : hits[hit - 1].path_end;
    return std::span(paths).subspan(begin, hits[hit].path_end - begin);
  }
};

/** How a space remembers; kept in its log. */
struct MemorySettings {
  DecaySettings decay = {};
  Calibration calibration = {};  // of answers' confidences, fitted on held-out questions
  Calibration completions = {};  // of completions' confidences
};

struct ConceptMember {
  std::string id;
  float strength;
  float contribution;
};

struct ConceptView {
  uint32_t number = 0;
  std::vector<float> centroid;  // unit, f32[d]
  float coherence = 0;
  float strength = 0;
  double formed_at_ms = 0;
  std::vector<ConceptMember> members;  // by contribution, then id
};

struct Completed {
  std::vector<Hypothesis> hypotheses;  // most confident first; none: no answer
  std::vector<MemoryRef> attractors;   // what the rows of their codes are
};

}  // namespace engram
