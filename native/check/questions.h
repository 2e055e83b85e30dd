// Questions that write nothing: each answer of a space beside the plain model's.
#pragma once

#include "check/history.h"
#include "check/past.h"
#include "space/space.h"

namespace engram {

bool is_question(Act act);
Finding ask(const Action& action, const Space& space, const Model& model);

/** What must hold of the concepts that a cycle makes or leaves, by the vectors of the model's episodes. */
struct ConceptLimits {
  size_t size = 3;
  double coherence = 0.65;
  double share = 0.25;  // concepts per vector at most
};
/** Whether a cycle may commit this to a space that is as the model says. */
Finding check_cycle(const Operation& operation, const Model& model, const ConceptLimits& limits);
/** Whether a cycle may have ended with these concepts. */
Finding check_concepts(const Model& model, const ConceptLimits& limits);

}  // namespace engram
