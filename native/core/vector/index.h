// Nearest neighbours by cosine: an exact scan, always there as the truth, and a navigable small-world graph
// (HNSW, Malkov & Yashunin 2018) whose recall is measured against it. In memory only; deterministic given
// the order of operations and the seed. One writer or many readers at a time: the caller locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "vector/distance.h"

namespace engram {

struct IndexOptions {
  uint32_t dimension = 0;
  uint32_t degree = 32;            // neighbours at layer 0; half of it above
  uint32_t ef_construction = 120;  // candidates kept while inserting
  uint64_t seed = 1;
};

struct Hit {
  uint32_t ordinal;
  float similarity;  // cosine, f32
};

enum class SearchMode : uint8_t { kExact, kApproximate };

/** True for ordinals that may be returned. */
using Filter = std::function<bool(uint32_t ordinal)>;

struct SearchOptions {
  uint32_t k = 10;
  uint32_t ef = 0;  // candidates kept; 0: kDefaultEf. Never below k.
  SearchMode mode = SearchMode::kApproximate;
  const Filter* filter = nullptr;
};

/** A search's own memory, reused from call to call by one thread. */
struct SearchScratch {
  std::vector<uint32_t> visited;  // epoch per slot
  uint32_t epoch = 0;
};

struct MemoryUse {
  size_t vectors_bytes;
  size_t graph_bytes;
};

class VectorIndex {
 public:
  static constexpr uint32_t kDefaultEf = 64;
  /** Up to this many vectors an approximate search is the exact scan: it is as fast, and exact. */
  static constexpr size_t kScanUpTo = 2'000;

  explicit VectorIndex(IndexOptions options);

  /** Adds a unit vector of `dimension` values under an ordinal not present yet; searchable on return. */
  void add(uint32_t ordinal, std::span<const float> unit);
  /** Takes the ordinal out of every answer. Its slot stays a waypoint, so that the graph stays connected. */
  void remove(uint32_t ordinal);
  /** Fills `out` (at least k long) best first, ties by ordinal; returns how many. `query` has unit length. */
  size_t search(std::span<const float> query, const SearchOptions& options, SearchScratch& scratch,
                std::span<Hit> out) const;

  bool contains(uint32_t ordinal) const;
  /** The stored vector; the ordinal must be present. */
  std::span<const float> vector(uint32_t ordinal) const;
  size_t size() const { return live_; }
  MemoryUse memory() const;

 private:
  struct Candidate {
    float similarity;
    uint32_t slot;
  };
  struct Layers {
    std::vector<std::vector<uint32_t>> upper;  // neighbours at layers 1…
  };

  const float* at(uint32_t slot) const {
    return vectors_.data() + static_cast<size_t>(slot) * options_.dimension;
  }
  float similarity(const float* query, uint32_t slot) const;
  std::span<const uint32_t> neighbours(uint32_t slot, uint32_t layer) const;
  void setNeighbours(uint32_t slot, uint32_t layer, std::span<const uint32_t> chosen);
  uint32_t degreeAt(uint32_t layer) const { return layer == 0 ? options_.degree : options_.degree / 2; }
  uint32_t levelOf(uint32_t slot) const;
  Candidate descend(const float* query, Candidate entry, uint32_t from_layer, uint32_t to_layer) const;
  /** The ef nearest found at a layer, best first. With `accept`, only accepted slots are kept, while all
   *  are walked. */
  std::vector<Candidate> walk(const float* query, Candidate entry, uint32_t ef, uint32_t layer,
                              SearchScratch& scratch, const std::function<bool(uint32_t)>* accept) const;
  std::vector<uint32_t> prune(const std::vector<Candidate>& candidates, uint32_t degree) const;
  void connect(uint32_t from, uint32_t to, uint32_t layer);
  size_t scan(const float* query, const SearchOptions& options, std::span<Hit> out) const;

  IndexOptions options_;
  const Kernels& kernels_;
  std::vector<float> vectors_;      // slot-major
  std::vector<uint32_t> ordinals_;  // slot → ordinal
  std::vector<uint8_t> removed_;    // slot → 1 when removed
  std::vector<uint32_t> slots_;     // ordinal → slot + 1, 0 when absent
  std::vector<uint32_t> base_;      // layer 0: slot-major, 1 + degree values: count, neighbours
  std::vector<Layers> layers_;      // slot → layers above 0
  SearchScratch insert_scratch_;
  size_t live_ = 0;
  uint32_t entry_ = 0;
  uint32_t top_ = 0;
};

}  // namespace engram
