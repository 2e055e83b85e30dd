// The arcs of every node in one direction. Each node has one slab of an arena, with room for a power of two
// of arcs, sorted by target and relation: the same edges lie the same way whatever their history, and a
// node's arcs come in one stream of cache lines. What every walk reads, 8 bytes per arc, lies apart from what
// only some read:
//
//   hot arena   | slab: targets u32 × room, weights f32 × room | slab … |
//   relations   | u16 × room                                   | …      |
//   times       | f64 × room                                   | …      |   only where asked for
//
// Weights stay f32, as they were given: sixteen bits would halve nothing that a walk waits for (a slab of
// eight arcs is one cache line) and change answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "base/buffer.h"

namespace engram {

struct Arc {
  uint32_t target;
  float weight;  // [-1, 1]; negative inhibits
  uint16_t relation;
  double at_ms = 0;  // of arcs that leave a node; those that come in do not keep it
};

/** The arcs of one node, by target and relation. Valid until the graph changes. */
class Arcs {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Arc;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Arc;

    Iterator(const Arcs* arcs, size_t at) : arcs_(arcs), at_(at) {}
    Arc operator*() const { return (*arcs_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Arcs* arcs_;
    size_t at_;
  };

  Arcs() = default;
  Arcs(const uint32_t* targets, const float* weights, const uint16_t* relations, const double* times,
       size_t count)
      : targets_(targets), weights_(weights), relations_(relations), times_(times), count_(count) {}

  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Arc operator[](size_t at) const {
    return {targets_[at], weights_[at], relations_[at], times_ == nullptr ? 0 : times_[at]};
  }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, count_}; }

  std::span<const uint32_t> targets() const { return {targets_, count_}; }
  std::span<const float> weights() const { return {weights_, count_}; }
  std::span<const uint16_t> relations() const { return {relations_, count_}; }

 private:
  const uint32_t* targets_ = nullptr;
  const float* weights_ = nullptr;
  const uint16_t* relations_ = nullptr;
  const double* times_ = nullptr;
  size_t count_ = 0;
};

/** Nodes whose arcs are asked for before their turn: the way to memory is about as long. */
inline constexpr size_t kPrefetchAhead = 6;

class Adjacency {
 public:
  explicit Adjacency(bool timed) : timed_(timed) {}

  /** Adds the arc, or gives the one to the same target by the same relation its weight and time. True when it
   * is new. O(arcs of the node). */
  bool put(uint32_t node, const Arc& arc);
  /** True when it was there. */
  bool erase(uint32_t node, uint32_t target, uint16_t relation);
  /** Drops all arcs of the node. */
  void clear(uint32_t node);

  uint32_t nodes() const { return static_cast<uint32_t>(slabs_.size()); }
  uint32_t count(uint32_t node) const { return node < slabs_.size() ? slabs_[node].count : 0; }
  Arcs arcs(uint32_t node) const;
  /** Asks for the arcs of a node ahead of their use. */
  void prefetch(uint32_t node) const;

  /** The same arcs with slabs in node order and no larger than they must be: sweeps become sequential. */
  Adjacency compacted() const;
  /** Slabs that have moved since the arcs were last in node order. */
  size_t scattered() const { return scattered_; }
  size_t bytes() const;

 private:
  // Capacity is kRoomMin << (rank - 1); rank 0 has no slab.
  static constexpr uint32_t kRoomMin = 4;
  static constexpr uint32_t kRanks = 26;  // up to 2^27 arcs of one node
  static constexpr size_t kArcBytes = sizeof(uint32_t) + sizeof(float);

  struct Slab {
    uint32_t place = 0;  // in units of kRoomMin arcs
    uint32_t count : 27 = 0;
    uint32_t rank : 5 = 0;
  };
  static_assert(sizeof(Slab) == 8, "eight to a cache line");

  /** Where the fields of a slab lie. */
  struct Fields {
    uint32_t* targets;
    float* weights;
    uint16_t* relations;
    double* times;  // null where there are none
  };

  /** The smallest rank with room for `count` arcs. */
  static uint32_t tightRank(uint32_t count);
  static uint32_t room(uint32_t rank) { return rank == 0 ? 0 : kRoomMin << (rank - 1); }
  Fields fields(const Slab& slab);
  /** First arc of the slab that is not before (target, relation). */
  static uint32_t position(const Fields& fields, uint32_t count, uint32_t target, uint16_t relation);
  uint32_t allocate(uint32_t rank);
  void reserve(size_t units);
  void free(Slab& slab);
  void resize(Slab& slab, uint32_t rank);

  bool timed_;
  std::vector<Slab> slabs_;  // node → slab
  Buffer hot_;
  Buffer relations_;
  Buffer times_;
  uint32_t end_ = 0;  // of what was ever allocated, in units of kRoomMin arcs
  std::array<std::vector<uint32_t>, kRanks + 1> free_;
  size_t scattered_ = 0;
};

}  // namespace engram
