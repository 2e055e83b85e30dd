// Nearest neighbours by cosine: an exact scan, always there as the truth, and a navigable small-world graph
// (HNSW, Malkov & Yashunin 2018) whose recall is measured against it. In memory only; deterministic given
// the order of operations and the seed. One writer or many readers at a time: the caller locks.
//
// Searching a graph is a matter of cache lines, not of arithmetic (performance.md, "Roofline"). So each
// vector has one block that holds its neighbours' numbers and its own code of one byte per value, 512 bytes
// at 384 dimensions; walks read blocks only, and the few best are ranked again by the exact vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "vector/code.h"
#include "vector/distance.h"
#include "vector/pool.h"

namespace engram {

struct IndexOptions {
  uint32_t dimension = 0;
  uint32_t degree = 32;           // neighbours at layer 0, a multiple of 16; half of it above
  uint32_t ef_construction = 96;  // candidates kept while inserting
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
  std::vector<uint64_t> visited;  // one bit per slot
  Pool pool;
  CodeQuery query;
  std::vector<Hit> ranked;
};

struct MemoryUse {
  size_t vectors_bytes;  // exact vectors, touched only to rank the best again
  size_t graph_bytes;    // what a walk touches: blocks, scales, upper layers
};

class VectorIndex {
 public:
  static constexpr uint32_t kDefaultEf = 48;
  /** Up to this many vectors an approximate search scans all codes: no walk is faster. */
  static constexpr size_t kScanUpTo = 2'000;

  explicit VectorIndex(IndexOptions options);

  /** Adds a unit vector of `dimension` values under an ordinal not present yet; searchable on return. */
  void add(uint32_t ordinal, std::span<const float> unit);
  /** Takes the ordinal out of every answer, joins its neighbours to each other, and frees its slot. */
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
  static constexpr uint32_t kNone = Pool::kNone;

  struct Layers {
    std::vector<std::vector<uint32_t>> upper;  // neighbours at layers 1…
  };

  std::byte* block(uint32_t slot) { return blocks_.data() + static_cast<size_t>(slot) * block_bytes_; }
  const std::byte* block(uint32_t slot) const {
    return blocks_.data() + static_cast<size_t>(slot) * block_bytes_;
  }
  const uint8_t* code(uint32_t slot) const {
    return reinterpret_cast<const uint8_t*>(block(slot) + ids_bytes_);
  }
  const float* exact(uint32_t slot) const {
    return reinterpret_cast<const float*>(vectors_.data()) + static_cast<size_t>(slot) * options_.dimension;
  }
  float similarity(const CodeQuery& query, uint32_t slot) const {
    return similarityOf(kernels_, query, code(slot), scales_[slot]);
  }
  bool removed(uint32_t slot) const { return ordinals_[slot] == kNone; }
  void prefetchCode(uint32_t slot) const;
  std::span<const uint32_t> neighbours(uint32_t slot, uint32_t layer) const;
  void setNeighbours(uint32_t slot, uint32_t layer, std::span<const uint32_t> chosen);
  uint32_t degreeAt(uint32_t layer) const { return layer == 0 ? options_.degree : options_.degree / 2; }
  uint32_t levelOf(uint32_t slot) const;
  uint32_t newSlot();

  Candidate descend(const CodeQuery& query, Candidate entry, uint32_t from_layer, uint32_t to_layer) const;
  /** Leaves the `width` nearest found at a layer in scratch.pool. */
  void walk(Candidate entry, uint32_t width, uint32_t layer, SearchScratch& scratch) const;
  /** Of candidates sorted best first, those worth an edge. */
  void prune(std::span<const Candidate> candidates, uint32_t degree, std::vector<uint32_t>& chosen);
  void connect(uint32_t from, uint32_t to, uint32_t layer);
  /** Gives `slot` the best of its own neighbours and the candidates. */
  void rewire(uint32_t slot, uint32_t layer, std::span<const uint32_t> candidates);
  void repair(uint32_t slot, uint32_t layer);

  bool accepted(uint32_t slot, const Filter* filter) const {
    return !removed(slot) && (filter == nullptr || (*filter)(ordinals_[slot]));
  }
  double acceptedShare(const Filter* filter) const;
  size_t scanExact(std::span<const float> query, const SearchOptions& options, std::span<Hit> out) const;
  void scanCodes(const SearchOptions& options, uint32_t width, SearchScratch& scratch) const;
  /** Ranks what is in the pool by the exact vectors. */
  size_t rerank(std::span<const float> query, const SearchOptions& options, size_t most,
                SearchScratch& scratch, std::span<Hit> out) const;

  IndexOptions options_;
  const Kernels& kernels_;
  size_t ids_bytes_;
  size_t block_bytes_;
  Buffer blocks_;                   // slot-major: ids of layer 0 (kNone where there is none), code
  Buffer vectors_;                  // slot-major f32
  std::vector<float> scales_;       // of the codes
  std::vector<uint32_t> ordinals_;  // slot → ordinal, kNone when it was removed
  std::vector<uint32_t> slots_;     // ordinal → slot + 1, 0 when absent
  std::vector<Layers> layers_;      // slot → layers above 0
  std::vector<uint32_t> free_;      // removed slots to use again
  size_t live_ = 0;
  uint32_t entry_ = 0;
  uint32_t top_ = 0;

  // Memory of the writer.
  SearchScratch insert_;
  CodeQuery from_;
  std::vector<CodeQuery> chosen_queries_;
  std::vector<Candidate> candidates_;
};

}  // namespace engram
