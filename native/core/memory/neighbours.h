// Candidate neighbours of a whole set at once, near-linear in its size: a forest of random splits (Dasgupta &
// Freund 2008, doi:10.1145/1374376.1374452; splits between two members as in Annoy), then neighbours of
// neighbours (NN-descent, Dong, Moses & Li 2011, doi:10.1145/1963405.1963487). What it finds depends on the
// set and the seed only, not on the order in which the set was built.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <vector>

namespace engram {

class Codes;

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
  NeighbourLists(size_t rows, uint32_t most, std::pmr::memory_resource* memory)
      : most_(most), counts_(rows, 0, memory), entries_(rows * most, memory) {}

  size_t size() const { return counts_.size(); }
  uint32_t most() const { return most_; }
  std::span<const Neighbour> operator[](size_t row) const {
    return {entries_.data() + row * most_, counts_[row]};
  }
  /** Opens a gap at `place`; a full list loses its last. */
  void insert(size_t row, uint32_t place, Neighbour neighbour);

 private:
  uint32_t most_;
  std::pmr::vector<uint32_t> counts_;
  std::pmr::vector<Neighbour> entries_;
};

/** In two steps, so that whoever lays the rows out anew, near ones side by side, does it once. Mean cost of
 * both O(n log n); what they need and return comes out of `memory`. */
class NeighbourSearch {
 public:
  /** `canonical[i]`: where in `rows` the i-th of the set lies, in an order that does not depend on history.
   */
  NeighbourSearch(const UnitRows& rows, std::span<const uint32_t> canonical, const NeighbourOptions& options,
                  std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  /** The same of rows of which codes are all there is, in a canonical order. */
  NeighbourSearch(Codes& codes, const NeighbourOptions& options,
                  std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  ~NeighbourSearch();
  NeighbourSearch(const NeighbourSearch&) = delete;
  NeighbourSearch& operator=(const NeighbourSearch&) = delete;

  /** Numbers of the set as they should lie: near ones mostly side by side. As canonical as what was given. */
  std::span<const uint32_t> order() const;
  /** For each of `ordered`, the rows in that order, up to `neighbours` others, best first, ties by row. */
  NeighbourLists find(const UnitRows& ordered);
  /** Brings the codes into that order, and finds the same by them alone. */
  NeighbourLists find();

 private:
  class Found;
  std::unique_ptr<Found> found_;
};

}  // namespace engram
