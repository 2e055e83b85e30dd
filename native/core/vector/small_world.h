// A navigable small-world graph (HNSW, Malkov & Yashunin 2018) over the codes of blocks: vectors are linked
// one by one, unlinked with repair, and walked towards a query, from the nearest landmarks on where vectors
// have so many values that signs tell who is near, else down its layers. Deterministic given the order of
// operations and the seed. One writer or many readers at a time: the caller locks.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "vector/blocks.h"
#include "vector/landmarks.h"
#include "vector/pool.h"

namespace engram {

struct WorldOptions {
  uint32_t dimension = 0;
  uint32_t degree = 32;           // neighbours at layer 0, a multiple of 16; half of it above
  uint32_t ef_construction = 96;  // candidates kept while linking
  uint64_t seed = 1;
};

/** Called between the steps of a walk by whoever lets others go first. */
using Pause = std::function<void()>;

/** A walk's own memory, reused from call to call by one thread. */
struct WalkScratch {
  std::vector<uint64_t> visited;    // one bit per slot, all zero between walks
  std::vector<uint32_t> seen;       // slots that were met, in that order
  std::vector<float> similarities;  // of `seen`
  size_t met = 0;                   // so many of both; they have room for more
  std::vector<uint32_t> expanded;   // slots whose neighbours were met
  std::vector<uint32_t> entries;    // slots that a walk begins with, each once
  LandmarkScratch landmarks;
  Pool pool;
  CodeQuery query;
  /** Called every few steps, where there is one; false ends the walk, which is worth nothing then. */
  std::function<bool()> pause = nullptr;

  void reserve(size_t slots) {
    if (seen.size() >= slots) return;
    seen.resize(2 * slots);
    similarities.resize(2 * slots);
  }
};

class SmallWorld {
 public:
  static constexpr uint32_t kNone = Pool::kNone;

  explicit SmallWorld(const WorldOptions& options);

  /** Makes room for slots [0, slots); the new ones are not linked. */
  void grow(size_t slots);
  void take_due(std::vector<MemoryRange>& due) { blocks_.take_due(due); }
  /** Gives the slot its code; if it is linked, by read(). */
  void put(uint32_t slot, std::span<const float> unit);
  /** Links a slot that has its code. */
  void link(uint32_t slot);
  /** Does the part of link() that only looks: beside readers, though not by two at a time; and beside no
   * writer but in a pause. link() goes on from there, unless a link or unlink() came between. */
  void prepare(uint32_t slot, const Pause& pause);
  /** Takes the slot out, joins its neighbours to each other, and clears its code. */
  void unlink(uint32_t slot);
  /** Clears the code of a slot that is not linked. */
  void clear(uint32_t slot) { blocks_.clear(slot); }
  bool linked(uint32_t slot) const { return linked_[slot] != 0; }

  /** Leaves the `width` nearest that a walk from the entry to scratch.query finds in scratch.pool. */
  void walk(uint32_t width, WalkScratch& scratch) const;
  /** Goes on from the last walk() with the same query: the pool is then as if it had been that wide from the
   * start. A walk takes the best first, so that a wider one begins with all the steps of a narrower. */
  void widen(uint32_t width, WalkScratch& scratch) const;

  /** Who neighbours whom, by slot. */
  void write(Writer& writer) const;
  /** Takes over what write() wrote, for the slots that are linked; their codes follow. False when it cannot
   * be.
   */
  bool read(Reader& reader, const std::vector<bool>& linked_slots);

  const Blocks& blocks() const { return blocks_; }
  /** Bytes of upper layers and of what is known about each slot. */
  size_t linkBytes() const;

 private:
  uint32_t levelOf(uint32_t slot) const;
  uint32_t degreeAt(uint32_t layer) const { return layer == 0 ? options_.degree : options_.degree / 2; }
  std::span<const uint32_t> neighbours(uint32_t slot, uint32_t layer) const;
  void setNeighbours(uint32_t slot, uint32_t layer, std::span<const uint32_t> chosen);
  size_t upperAt(uint32_t slot, uint32_t layer) const {
    return upper_at_[slot] + size_t{layer - 1} * (options_.degree / 2 + 1);
  }

  Candidate start(WalkScratch& scratch) const;
  /** The nearest to the query that greedy steps reach through layers above `to_layer`. */
  Candidate descend(Candidate entry, uint32_t to_layer, WalkScratch& scratch) const;
  /** Has a walk of layer 0 begin at the nearest landmarks; false, and nothing done, where there are none. */
  bool enterAtLandmarks(WalkScratch& scratch) const;
  /** Where it was to begin, and there. */
  void enterAtLandmarksToo(WalkScratch& scratch) const;
  /** Has a walk of the layer begin where greedy steps through those above it end. */
  void enterAbove(uint32_t layer, WalkScratch& scratch) const;
  /** From scratch.entries: leaves the `width` nearest in scratch.pool, and all that it met in scratch.seen;
   * returns how many. */
  size_t walkLayer(uint32_t width, uint32_t layer, WalkScratch& scratch) const;
  /** Expands all in the pool, and whoever gets into it. */
  void expandAll(uint32_t layer, WalkScratch& scratch) const;
  /** Leaves those of the others that are linked in candidates_, the nearest to the slot first. */
  void rank(uint32_t slot, std::span<const uint32_t> others);
  /** Adds to `chosen` those of the candidates, sorted best first, that are worth an edge beside it. Those
   * that an earlier prune for the same slot left side by side, `together`, need not be compared again. */
  void prune(std::span<const Candidate> candidates, uint32_t degree, std::span<const uint32_t> together,
             std::vector<uint32_t>& chosen);
  void join(uint32_t one, uint32_t other, uint32_t layer);
  void connect(uint32_t from, uint32_t to, uint32_t layer);
  /** Gives `slot` the best of its neighbours and one more. */
  void rewire(uint32_t slot, uint32_t layer, uint32_t more);
  /** setNeighbours() with what prune() chose. */
  void setPruned(uint32_t slot, uint32_t layer, std::span<const uint32_t> chosen);
  void repair(uint32_t slot, uint32_t layer);
  void prepare(uint32_t slot, WalkScratch& scratch);
  bool prepared(uint32_t slot) const { return prepared_for_ == slot && prepared_at_ == changes_; }
  void chooseEntry();
  /** Whether codes are such that their signs tell who is near. */
  bool landmarked() const { return blocks_.form() == CodeForm::kNibbles; }
  /** Draws the landmarks among slots [0, slots). */
  void cover(uint32_t slots);
  /** Gives a linked slot its bits, if it is a landmark. */
  void mark(uint32_t slot);
  /** The same when it is linked; now and then all get theirs anew. */
  void markLinked(uint32_t slot);
  void centre_landmarks();

  WorldOptions options_;
  Blocks blocks_;
  Landmarks landmarks_;
  uint32_t covered_ = 0;         // landmarks are drawn among as many slots
  uint32_t marked_ = 0;          // so many landmarks were linked since they were centred
  std::vector<uint8_t> levels_;  // slot → its highest layer
  std::vector<uint8_t> linked_;  // slot → 1 when it is linked
  /** Slot → how many of its first neighbours at layer 0 one prune chose, of the codes they have now; 0 where
   * that is not known, which costs time and changes nothing. */
  std::vector<uint8_t> pruned_;
  std::vector<uint32_t> upper_at_;  // slot → its first place in upper_
  std::vector<uint32_t> upper_;     // per slot and layer above 0: how many, then degree / 2 neighbours
  uint32_t entry_ = kNone;
  uint32_t top_ = 0;

  /** Links and unlinks so far; what prepare() found, for which slot, and when: by layer, from 0 up. */
  uint64_t changes_ = 0;
  uint32_t prepared_for_ = kNone;
  uint64_t prepared_at_ = 0;
  std::vector<std::vector<uint32_t>> prepared_;

  // Memory of the writer.
  WalkScratch insert_;
  WalkScratch ahead_;  // of prepare(), which a writer may overtake
  CodeQuery asking_;
  std::vector<Candidate> candidates_;
  std::vector<Candidate> found_;
  std::vector<uint32_t> grown_;
  std::vector<uint32_t> rewired_;
  std::vector<uint32_t> apart_;
  std::vector<float> similarities_;
};

}  // namespace engram
