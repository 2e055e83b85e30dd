// Candidate neighbours of a whole set at once, near-linear in its size: a forest of splits (Dasgupta & Freund
// 2008, doi:10.1145/1374376.1374452), each along what a sample of its members differs in most, then
// neighbours of neighbours (NN-descent, Dong, Moses & Li 2011, doi:10.1145/1963405.1963487). All of it looks
// at codes of the rows (vector/code.h), in the order of the first tree's leaves: rows themselves fit no
// cache. What it finds depends on the set and the seed only, not on the order in which the set was built.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace engram {

struct NeighbourOptions {
  uint32_t neighbours = 12;  // kept per member
  uint32_t trees = 6;
  uint32_t leaf = 64;     // members compared with each other at most
  uint32_t rounds = 1;    // of neighbours of neighbours
  uint32_t followed = 9;  // nearest of a list that a round looks at, and at whose
  float least = -1;       // cosine below which a neighbour is of no use
  uint64_t seed = 1;
};

/** Rows of unit length in a canonical order: row numbers break ties, so they must not depend on history. */
struct UnitRows {
  std::span<const float> values;  // n × dimension, row-major
  uint32_t dimension = 0;

  size_t size() const { return values.size() / dimension; }
  std::span<const float> operator[](size_t row) const { return values.subspan(row * dimension, dimension); }
};

struct Neighbour {
  float cosine;
  uint32_t row;
};

/** A list per row, best first, all in one piece of memory: of scattered lists each look would be a miss. */
class NeighbourLists {
 public:
  NeighbourLists(size_t rows, uint32_t most) : most_(most), counts_(rows, 0), entries_(rows * most) {}

  size_t size() const { return counts_.size(); }
  uint32_t most() const { return most_; }
  std::span<const Neighbour> operator[](size_t row) const {
    return {entries_.data() + row * most_, counts_[row]};
  }
  /** Opens a gap at `place`; a full list loses its last. */
  void insert(size_t row, uint32_t place, Neighbour neighbour);

 private:
  uint32_t most_;
  std::vector<uint32_t> counts_;
  std::vector<Neighbour> entries_;
};

/** For each row up to `neighbours` others with their exact cosines, best first, ties by row. Who is among
 * them codes decide, to a few units in the fourth digit of a cosine. Mean cost O(n log n). */
NeighbourLists neighbours_of_all(const UnitRows& rows, const NeighbourOptions& options);

}  // namespace engram
