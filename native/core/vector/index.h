// Nearest neighbours by cosine: an exact scan, always there as the truth, and a navigable small-world graph
// (HNSW, Malkov & Yashunin 2018) whose recall is measured against it. In memory only; deterministic given
// the order of operations and the seed. One writer or many readers at a time: the caller locks.
//
// The way to search follows from how many vectors there are, the same for every reader and every run:
//   up to 2,000     all codes are scanned;
//   up to 4,000     sketches are scanned, and the codes of the best few hundred (from 256 dimensions on; with
//                   fewer a graph serves from 2,000 on, its walks being as short);
//   above           the graph is walked. It grows from the oldest vectors on before it is needed, one or two
//                   links per vector added; the newest that it does not hold yet, at most 2,000, are scanned.
//                   What an add() leaves to be linked is linked by settle(), or by the next change; a burst
//                   may be up to owe_up_to() links ahead. Whoever stores need not wait for them, and the
//                   graph is the same.
// Searching is a matter of cache lines, not of arithmetic (performance.md, "Roofline"): each step reads the
// least that can say who may be among the best, and only those few are ranked by their exact vectors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/bytes.h"
#include "vector/distance.h"
#include "vector/sketch.h"
#include "vector/small_world.h"

namespace engram {

using IndexOptions = WorldOptions;

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
  WalkScratch walk;
  SketchScratch sketch;
  std::vector<uint32_t> slots;
  std::vector<float> similarities;
  std::vector<Candidate> candidates;
  std::vector<Hit> ranked;
};

struct MemoryUse {
  size_t vectors_bytes;  // exact vectors and halves of codes, touched only to rank the best again
  size_t graph_bytes;    // what a search touches: blocks, factors, upper layers, sketches
};

class VectorIndex {
 public:
  static constexpr uint32_t kDefaultEf = 48;
  /** Up to this many vectors an approximate search scans all codes: no walk is faster. */
  static constexpr size_t kScanUpTo = 2'000;
  /** Up to this many it scans all sketches, where there are any. */
  static constexpr size_t kSketchUpTo = 4'000;
  /** The newest vectors that may wait for their links. */
  static constexpr size_t kTailMax = 2'000;

  /** Of image(). */
  static constexpr uint32_t kImageVersion = 2;

  explicit VectorIndex(const IndexOptions& options);

  /** Adds a unit vector of `dimension` values under an ordinal not present yet; searchable on return. */
  void add(uint32_t ordinal, std::span<const float> unit);
  /** How many links there are to settle. */
  size_t owed() const { return due() - std::min<size_t>(placed_, due()); }
  bool owes() const { return owed() > 0; }
  /** Does the part of the next link that only looks: see SmallWorld::prepare(). */
  void prepare(const Pause& pause);
  /** Links what was left to be linked, or the oldest `links_max` of it. */
  void settle(size_t links_max = SIZE_MAX);
  /** How many links may be left before an add() makes some itself; 0, the default: none but its own. */
  void owe_up_to(size_t links) { owed_max_ = links; }
  /** Memory that the next vectors will be written to: see Buffer::take_due(). */
  std::vector<MemoryRange> take_due();
  /** Takes the ordinal out of every answer, joins its neighbours to each other, and frees its slot. */
  void remove(uint32_t ordinal);
  /** Fills `out` (at least k long) best first, ties by ordinal; returns how many. `query` has unit length. */
  size_t search(std::span<const float> query, const SearchOptions& options, SearchScratch& scratch,
                std::span<Hit> out) const;

  /** The graph as bytes, without the vectors; empty where there is none yet. */
  Bytes image() const;
  /** Makes an empty index ready for the vectors of an image: each add() of an ordinal in it fills a place and
   *  links nothing. False when the image is not one of an index with these options; the index is empty then.
   */
  bool expect(View image);
  /** Whether no vector of the image is missing, and none came that was not in it. */
  bool complete() const { return awaiting_ == 0 && !strayed_; }

  bool contains(uint32_t ordinal) const { return ordinal < slots_.size() && slots_[ordinal] != 0; }
  /** The stored vector; the ordinal must be present. */
  std::span<const float> vector(uint32_t ordinal) const;
  /** Whether vectors are coded so finely, and have so many values, that codes may stand for them. */
  bool coded() const { return sketched(); }
  /** The stored code, where coded(); the ordinal must be present. */
  StoredCode code(uint32_t ordinal) const { return world_.blocks().stored(slots_[ordinal] - 1); }
  size_t size() const { return live_; }
  MemoryUse memory() const;

 private:
  static constexpr uint32_t kNone = Pool::kNone;
  static constexpr uint32_t kOrdinalsMax = 0x7FFF'FFFF;

  const float* exact(uint32_t slot) const {
    return reinterpret_cast<const float*>(vectors_.data()) + size_t{slot} * options_.dimension;
  }
  std::span<const float> exactVector(uint32_t slot) const { return {exact(slot), options_.dimension}; }
  uint32_t newSlot();
  /** Stores the vector and its code. */
  void place(uint32_t slot, std::span<const float> unit);
  /** Makes all sketches, around the mean there is. */
  void sketchAll();
  /** The rungs of the ladder that follow from the number of slots. */
  bool sketched() const { return world_.blocks().form() == CodeForm::kNibbles; }
  size_t scannedUpTo() const { return sketched() ? kSketchUpTo : kScanUpTo; }
  size_t tailMax() const { return sketched() ? kTailMax : kScanUpTo / 2; }
  /** How many of the oldest vectors are to be in the graph by now. */
  size_t due() const;
  void sketch(uint32_t slot);

  bool accepted(uint32_t slot, const Filter* filter) const {
    return ordinals_[slot] != kNone && (filter == nullptr || (*filter)(ordinals_[slot]));
  }
  double acceptedShare(const Filter* filter) const;
  size_t scanExact(std::span<const float> query, const SearchOptions& options, std::span<Hit> out) const;
  /** Leaves what the codes of the slots say in scratch.similarities. */
  void compare(std::span<const uint32_t> slots, SearchScratch& scratch) const;
  /** Offers the codes of scratch.slots to the pool. */
  void offer(SearchScratch& scratch) const;
  void scanCodes(uint32_t first, const Filter* filter, SearchScratch& scratch) const;
  /** Leaves what may be among the best in the pool; `onward`: a narrower gather() was just done. */
  void gather(std::span<const float> query, const SearchOptions& options, double share, uint32_t width,
              bool onward, SearchScratch& scratch) const;
  /** Whether all codes are compared, where so much passes the filter. */
  bool scansAll(double share) const;
  bool walks() const { return ordinals_.size() > scannedUpTo(); }
  uint32_t widthOfWalk(uint32_t width, double share) const;
  /** Whether the noise of the codes is such that those who were not kept may be among the k best. */
  bool undecided(uint32_t k, const SearchScratch& scratch) const;
  /** Where the k-th best is so similar, the noise of codes leaves in doubt who is as similar as this. */
  float doubtful(float kth) const;
  /** Leaves those of the pool that may be among the k best in scratch.candidates, best first. */
  void shortlist(const SearchOptions& options, SearchScratch& scratch) const;
  /** The same of all that pass the filter. */
  void shortlistAll(const SearchOptions& options, uint32_t width, SearchScratch& scratch) const;
  /** Ranks scratch.candidates: by whole codes those that the noise of half codes leaves in doubt, by exact
   *  vectors those that are still in doubt then. */
  size_t rank(std::span<const float> query, const SearchOptions& options, SearchScratch& scratch,
              std::span<Hit> out) const;

  IndexOptions options_;
  const Kernels* kernels_;
  SmallWorld world_;
  Buffer vectors_;                  // slot-major f32
  std::vector<uint32_t> ordinals_;  // slot → ordinal, kNone when it was removed
  std::vector<uint32_t> slots_;     // ordinal → slot + 1, 0 when absent
  std::vector<uint32_t> free_;      // removed slots to use again
  std::optional<Sketches> sketches_;
  size_t sketches_centred_ = 0;  // how many vectors their centre is the mean of
  std::vector<float> sketches_mean_;
  size_t live_ = 0;
  uint32_t placed_ = 0;  // slots [0, placed_) are in the graph or removed; the others are the tail
  size_t owed_max_ = 0;
  std::vector<bool> awaited_;  // slots of an image whose vectors have not come yet
  size_t awaiting_ = 0;
  bool strayed_ = false;  // a vector came that the image did not have
};

}  // namespace engram
