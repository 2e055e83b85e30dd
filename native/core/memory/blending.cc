#include "memory/blending.h"

#include <algorithm>

#include "memory/confidence.h"
#include "vector/distance.h"

namespace engram {
namespace {

/** For each candidate, what its nearest competitors predict of its similarity to the cue. */
std::vector<float> predicted(std::span<const BlendCandidate> candidates, uint32_t dimension,
                             uint32_t competitors) {
  const size_t n = candidates.size();
  std::vector<float> result(n, 0);
  if (n < 2 || competitors == 0) return result;
  const auto dot = bestKernels().dot;
  std::vector<float> cosines(n * n, 0);
  for (size_t i = 0; i < n; ++i)
    for (size_t j = i + 1; j < n; ++j)
      cosines[i * n + j] = cosines[j * n + i] = dot(candidates[i].vector, candidates[j].vector, dimension);
  struct Rival {
    float cosine;
    uint32_t at;
  };
  std::vector<Rival> nearest(std::min<size_t>(competitors, n - 1));  // best first, ties by place
  for (size_t i = 0; i < n; ++i) {
    size_t count = 0;
    for (uint32_t j = 0; j < n; ++j) {
      const float cosine = cosines[i * n + j];
      if (j == i || (count == nearest.size() && cosine <= nearest[count - 1].cosine)) continue;
      size_t place = count < nearest.size() ? count++ : count - 1;
      for (; place > 0 && nearest[place - 1].cosine < cosine; --place) nearest[place] = nearest[place - 1];
      nearest[place] = {cosine, j};
    }
    for (const Rival& rival : nearest)
      result[i] += std::max(0.0F, rival.cosine) * std::max(0.0F, candidates[rival.at].similarity);
    result[i] /= static_cast<float>(nearest.size());
  }
  return result;
}

}  // namespace

float semantic_share(const BlendSettings& settings, float similarity, float coherence) {
  const float both_weights = settings.episodic + settings.semantic;
  if (both_weights <= 0 || coherence <= 0) return 0;
  const float weakness = 2 * (1 - std::clamp(similarity, 0.0F, 1.0F));
  return std::min(1.0F, settings.semantic / both_weights * std::min(1.0F, coherence) * weakness);
}

std::vector<Blend> blend(std::span<const BlendCandidate> candidates, uint32_t dimension,
                         const BlendSettings& settings) {
  std::vector<Blend> result(candidates.size());
  const std::vector<float> others =
      predicted(candidates, dimension, settings.inhibition > 0 ? settings.competitors : 0);
  for (size_t i = 0; i < candidates.size(); ++i) {
    const BlendCandidate& candidate = candidates[i];
    const float share = semantic_share(settings, candidate.similarity, candidate.coherence);
    const float mixed = (1 - share) * candidate.similarity + share * candidate.concept_cosine;
    result[i].score = mixed - settings.inhibition * others[i];
    const auto episodic = static_cast<double>(std::clamp(candidate.similarity, 0.0F, 1.0F));
    const auto semantic = static_cast<double>(share * std::clamp(candidate.concept_cosine, 0.0F, 1.0F));
    result[i].evidence = static_cast<float>(std::min(1.0, either(episodic, both(semantic, episodic))));
  }
  return result;
}

}  // namespace engram
