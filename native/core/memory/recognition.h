// Old or new, without content: a feeling of knowing. Episodes say whether this very thing was met, concepts
// whether its like was; the gist alone can feel old (Brainerd & Reyna 2002, doi:10.1111/1467-8721.00192).
#pragma once

#include <algorithm>

namespace engram {

struct RecognitionSettings {
  float gate = 0.8F;  // familiarity from which it is called old
  float gist = 0.3F;  // how much a concept's likeness adds where the episode's leaves room

  bool operator==(const RecognitionSettings&) const = default;
};

struct Recognition {
  bool old = false;
  float familiarity = 0;  // [0, 1]
  float episodic = 0;     // cosine with the nearest episode, at least 0
  float semantic = 0;     // cosine with the nearest concept, times its coherence; at least 0
};

/** Familiarity = e + (1 − e)·gist·s·e: gist strengthens a trace, and makes none by itself. */
inline Recognition recognise(float nearest_episode, float nearest_concept,
                             const RecognitionSettings& settings) {
  Recognition result;
  result.episodic = std::clamp(nearest_episode, 0.0F, 1.0F);
  result.semantic = std::clamp(nearest_concept, 0.0F, 1.0F);
  result.familiarity =
      result.episodic + (1 - result.episodic) * settings.gist * result.semantic * result.episodic;
  result.old = result.familiarity >= settings.gate;
  return result;
}

}  // namespace engram
