// Where a plane of a batch lies: shared by the paths of dot_planes.
#pragma once

#include "vector/distance.h"

namespace engram {

inline const uint8_t* planeAt(const PlaneBatch& batch, size_t at) {
  return reinterpret_cast<const uint8_t*>(batch.first + size_t{batch.slots[at]} * batch.stride);
}

}  // namespace engram
