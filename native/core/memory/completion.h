// Pattern completion: a partial or noisy cue settles into what is stored. The dense associative memory of
// Ramsauer et al. 2021 (arXiv:2008.02217) with a sparse code: few attractors take part at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/neighbours.h"

namespace engram {

struct CompletionOptions {
  uint32_t iterations = 7;  // at most
  double settled = 0.01;    // a step shorter than this ends it
  double gate = 0.7;        // cosine with the known part below which nothing is answered
  uint32_t active = 8;      // attractors that take part at most
  double sharpness = 20;    // of the competition between them
  uint32_t hypotheses = 3;  // at most

  bool operator==(const CompletionOptions&) const = default;
};

/** Where a part of a completion comes from. */
enum class PartSource : uint8_t {
  kGiven,          // the cue said so
  kRecalled,       // one episode says so, nearly alone
  kReconstructed,  // several say so, and agree
  kImagined,       // several say different things: a mean that nobody stored
};

struct AttractorWeight {
  uint32_t row;
  float weight;  // shares of a hypothesis sum to 1
};

struct Hypothesis {
  std::vector<float> vector;          // unit, f32[d]: known parts as given, the others filled
  std::vector<PartSource> sources;    // one per value of the vector
  std::vector<AttractorWeight> code;  // what it was made of, strongest first
  double match = 0;                   // cosine with the known part, of what the attractors say there
  double confidence = 0;              // hypotheses exclude each other: their confidences sum to 1 at most
  uint32_t iterations = 0;
};

/**
 * Up to `hypotheses` completions, most confident first; empty: no answer. `known` has one entry per value of
 * the cue, 0 where it is masked; empty: all are known, though maybe noisy. `is_episode` says of each
 * attractor whether it was stored as such; the others are means. Cost: iterations × attractors × dimension.
 */
std::vector<Hypothesis> complete(std::span<const float> cue, std::span<const uint8_t> known,
                                 const UnitRows& attractors, std::span<const uint8_t> is_episode,
                                 const CompletionOptions& options);

}  // namespace engram
