// One cycle of consolidation: what it may do, and what it did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "memory/clustering.h"
#include "memory/neighbours.h"
#include "space/operation.h"

namespace engram {

struct ConsolidationOptions {
  ClusterOptions cluster = {};
  NeighbourOptions neighbours = {};
  /** Concepts per stored vector at most, those with most members first: memory's own measure of what is worth
   * a concept. */
  double share = 0.05;
  /** Bytes of vectors beyond which their codes are compared instead, where the index has such (from 256
   * dimensions on): of so many a copy would cost more than all comparing, for the memory that is touched
   * first by it. */
  size_t exact_up_to = size_t{32} << 20U;
  /** Told of every operation just before it is committed. */
  std::function<void(const Operation&)> observer = {};
  /** Runs the comparing, most of the work, for which no lock is held: in a thread that gives way, for
   * instance. Returns when it is done. Empty: in this thread. */
  std::function<void(const std::function<void()>& work)> apart = {};
  /** Nanoseconds, for the report alone. */
  std::function<uint64_t()> clock_ns = {};
};

struct ConsolidationReport {
  uint64_t examined = 0;      // episodes that were new
  uint64_t formed = 0;        // concepts
  uint64_t strengthened = 0;  // concepts that gained members
  uint64_t dissolved = 0;     // concepts that had become too small
  uint64_t bound = 0;         // episodes
  uint64_t skipped = 0;       // changes that a write in between overtook
  uint64_t elapsed_ns = 0;    // by the clock that was given, else 0
};

}  // namespace engram
