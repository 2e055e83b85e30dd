#include "memory/blending.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "memory/confidence.h"
#include "vector/distance.h"

namespace engram {
namespace {

/** Candidates whose competitors are looked for together. */
constexpr size_t kTogether = 16;

/** Cosines of all pairs, each row with room for a whole number of kTogether; −∞ with itself and behind. */
struct Cosines {
  Cosines(std::span<const BlendCandidate> candidates, uint32_t dimension)
      : stride((candidates.size() + kTogether - 1) / kTogether * kTogether),
        values(candidates.size() * stride, kNever) {
    std::vector<const float*> rows;
    rows.reserve(candidates.size());
    for (const BlendCandidate& one : candidates) rows.push_back(one.vector);
    bestKernels().dot_all(rows.data(), rows.size(), dimension, values.data(), stride);
    for (size_t i = 0; i < rows.size(); ++i) values[i * stride + i] = kNever;
  }

  static constexpr float kNever = -std::numeric_limits<float>::infinity();
  size_t stride;
  std::vector<float> values;
};

/** By masks, which compilers vectorise where they would branch. */
float choose(bool which, float yes, float no) {
  const uint32_t mask = which ? ~0U : 0U;
  return std::bit_cast<float>((std::bit_cast<uint32_t>(yes) & mask) | (std::bit_cast<uint32_t>(no) & ~mask));
}

/** The competitors of kTogether candidates: in each row one of each, the nearest in the first. */
class Rivals {
 public:
  explicit Rivals(size_t competitors) : rows_(competitors) {}

  void clear() { std::fill(rows_.begin(), rows_.end(), Row()); }

  /** One that may compete with all of them: ties stay in the order they come. Without a branch: who is near
   * whom cannot be predicted. */
  void offer(const float* cosines, float similarity) {
    for (size_t at = rows_.size(); at-- > 1;) rows_[at].take(cosines, similarity, rows_[at - 1]);
    rows_[0].take(cosines, similarity);
  }

  /** What they predict, best first: mean of their cosine times their similarity to the cue. */
  void predict(float* out, size_t count) const {
    for (const Row& row : rows_)
      for (size_t i = 0; i < count; ++i)
        out[i] += std::max(0.0F, row.cosine[i]) * std::max(0.0F, row.similarity[i]);
    for (size_t i = 0; i < count; ++i) out[i] /= static_cast<float>(rows_.size());
  }

 private:
  struct Row {
    std::array<float, kTogether> cosine;
    std::array<float, kTogether> similarity;

    Row() {
      cosine.fill(Cosines::kNever);
      similarity.fill(0);
    }
    /** What is nearer than the one before it moves that one here. */
    void take(const float* __restrict cosines, float one, const Row& __restrict before) {
      for (size_t i = 0; i < kTogether; ++i) {
        const bool here = cosines[i] > cosine[i];
        const bool further_up = cosines[i] > before.cosine[i];
        cosine[i] = choose(here, choose(further_up, before.cosine[i], cosines[i]), cosine[i]);
        similarity[i] = choose(here, choose(further_up, before.similarity[i], one), similarity[i]);
      }
    }
    void take(const float* __restrict cosines, float one) {
      for (size_t i = 0; i < kTogether; ++i) {
        const bool here = cosines[i] > cosine[i];
        cosine[i] = choose(here, cosines[i], cosine[i]);
        similarity[i] = choose(here, one, similarity[i]);
      }
    }
  };
  std::vector<Row> rows_;
};

/** For each candidate, what its nearest competitors predict of its similarity to the cue. */
std::vector<float> predicted(std::span<const BlendCandidate> candidates, uint32_t dimension,
                             uint32_t competitors) {
  const size_t n = candidates.size();
  std::vector<float> result(n, 0);
  if (n < 2 || competitors == 0) return result;
  const Cosines cosines(candidates, dimension);
  Rivals rivals(std::min<size_t>(competitors, n - 1));
  for (size_t first = 0; first < n; first += kTogether) {
    rivals.clear();
    // Cosines are the same both ways: those of one with many lie together.
    for (size_t j = 0; j < n; ++j)
      rivals.offer(cosines.values.data() + j * cosines.stride + first, candidates[j].similarity);
    rivals.predict(result.data() + first, std::min(kTogether, n - first));
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
