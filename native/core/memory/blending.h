// Two memories answer one cue: what happened (episodes) and what such things have in common (concepts). How
// much each counts, how competitors hold each other down, and what their agreement says.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace engram {

struct BlendSettings {
  float episodic = 0.7F;
  float semantic = 0.3F;
  float inhibition = 0.7F;   // share of what competitors predict that is held against a candidate; 0: none
  uint32_t competitors = 5;  // the most similar candidates that hold one down

  bool operator==(const BlendSettings&) const = default;
};

/** What is known of one episode that may answer. */
struct BlendCandidate {
  float similarity = 0;           // cosine of cue and episode
  float concept_cosine = 0;       // of cue and the centroid of its concept; unused without one
  float coherence = 0;            // of its concept; 0: it has none
  const float* vector = nullptr;  // unit, of the episode
};

struct Blend {
  float score = 0;     // what the answer is ordered by; may be below 0
  float evidence = 0;  // raw confidence: [0, 1], to be calibrated
};

/**
 * The share of semantic evidence: its weight among both, times the concept's coherence, times 2·(1 − s) for
 * an episodic similarity s in [0, 1]: weak episodic evidence raises it, an incoherent concept lowers it. At
 * most 1.
 */
float semantic_share(const BlendSettings& settings, float similarity, float coherence);

/**
 * Blends every candidate. The score is the mix of episodic and semantic similarity, less what the candidate's
 * nearest competitors already predict of it (mean of their cosine with it times theirs with the cue):
 * retrieval competition as in Anderson, Bjork & Bjork 1994, doi:10.1037/0278-7393.20.5.1063. An episode is
 * told from its likes by what it alone explains. Cost: one dot product per pair of candidates.
 */
std::vector<Blend> blend(std::span<const BlendCandidate> candidates, uint32_t dimension,
                         const BlendSettings& settings);

}  // namespace engram
