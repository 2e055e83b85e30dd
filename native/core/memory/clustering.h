// Concept formation: which memories belong together. Average-link agglomeration over candidate pairs (Sokal &
// Michener 1958), strongest pair first, where no cluster may become less coherent than allowed. What comes
// out depends on the set only, not on its order.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "memory/neighbours.h"

namespace engram {

struct ClusterOptions {
  double tau_ms = 24 * 3'600'000.0;  // of the affinity; 0: time does not count
  double merge = 0.55;               // affinity from which two clusters are joined
  double coherence = 0.65;           // mean pairwise cosine that a cluster keeps at least
  uint32_t size = 3;                 // members of a concept at least
};

/** A pair of rows worth a look, a < b, given once. */
struct CandidatePair {
  uint32_t a;
  uint32_t b;
  float cosine;  // exact
};

struct Cluster {
  std::vector<uint32_t> rows;  // ascending
  double coherence = 0;        // mean pairwise cosine
};

/** The cosine below which no pair has the affinity `merge`, whatever its times: pairs below it are no part of
 * a join. */
double least_cosine(double merge);

/** Mean pairwise cosine of n unit vectors from the squared length of their sum: (|Σu|² − n) / (n(n − 1)). */
double coherence_of(double sum_squared, double n);

/**
 * Clusters of at least `size` rows, by their first row. The affinity of two clusters is that of their mean
 * cosine (exact, from sums) and their mean times. `at_ms` has one time per row.
 * Mean cost O(pairs · log pairs + joins · dimension · neighbours of a cluster that only one half of it knew).
 */
std::vector<Cluster> agglomerate(const UnitRows& rows, std::span<const double> at_ms,
                                 std::span<const CandidatePair> pairs, const ClusterOptions& options,
                                 std::pmr::memory_resource* memory = std::pmr::get_default_resource());
/** The same of rows as their codes tell them: cosines and coherences are wrong by some 0.001. */
std::vector<Cluster> agglomerate(Codes& rows, std::span<const double> at_ms,
                                 std::span<const CandidatePair> pairs, const ClusterOptions& options,
                                 std::pmr::memory_resource* memory = std::pmr::get_default_resource());

}  // namespace engram
