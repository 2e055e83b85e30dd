// The weighted graph: typed, directed edges between ordinals, indexed both ways; bounded spreading
// activation (Collins & Loftus 1975, with the fan effect of Anderson 1974) and traversal. In memory only.
// Answers follow from the edges alone, bit for bit, not from the order they came in. One writer or many
// readers at a time: the caller locks.
//
//   Graph graph;
//   graph.link(0, 1, kCites, 0.8F, now_ms);
//   GraphScratch scratch;   // one per thread, used again and again
//   const auto spread = graph.activate({{{0, 1.0F}}}, {.limit = 10}, scratch);
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/adjacency.h"

namespace engram {

enum class Fan : uint8_t { kNone, kLinear, kSquareRoot };

struct Activation {
  uint32_t ordinal;
  float value;
};

struct SpreadOptions {
  uint32_t depth = 4;               // at most Graph::kMaxDepth
  float cutoff = 0.01F;             // what would arrive below it does not leave
  float decay = 0.7F;               // a step at depth d is multiplied by e^(-decay·d)
  float revisit = 0.93F;            // what reaches a node again, in a later step, is multiplied by it
  Fan fan = Fan::kLinear;           // what leaves a node is shared among its edges
  uint32_t arc_budget = 1'000'000;  // arcs walked at most, the strongest sources' first: bounds the latency
  uint32_t limit = 0;               // how many of the strongest are returned; 0: all
};

struct SpreadResult {
  // Ranked by what arrived in all, ties by ordinal; each told as at most 1 (-1). Seeds included.
  std::vector<Activation> active;
  bool truncated = false;  // the budget ended it
};

/** A SpreadResult in the scratch's memory: valid until the scratch is used again. */
struct SpreadView {
  std::span<const Activation> active;
  bool truncated;
};

enum class Direction : uint8_t { kOut, kIn, kBoth };

struct ReachOptions {
  uint32_t hops = 1;
  Direction direction = Direction::kOut;
  int32_t relation = -1;  // -1: any
};

/** A traversal's own memory, reused from call to call by one thread: no call allocates once it has grown. */
struct GraphScratch {
  /** Which entry a node has, where `call` is the present one's number. */
  struct Mark {
    uint32_t call;
    uint32_t entry;
  };
  /** A node that was reached. */
  struct Entry {
    uint32_t ordinal;
    float total;     // of the steps done
    float arriving;  // in step `step`
    uint32_t step;
  };
  std::vector<Mark> marks;  // by ordinal
  uint32_t call = 0;
  std::vector<Entry> entries;        // in order of discovery
  std::vector<Activation> frontier;  // what arrived in the last step, to be passed on
  std::vector<uint32_t> next;        // entries that something arrives at in this one
  std::vector<Activation> active;
  std::vector<uint64_t> visited;  // a bit per ordinal; all clear between calls
  std::vector<uint32_t> found;
  uint64_t arcs = 0;  // that the last call looked at
};

class Graph {
 public:
  static constexpr uint32_t kMaxDepth = 6;

  /** Adds the edge, or sets its weight and time when (from, to, relation) is there. True when it is new. */
  bool link(uint32_t from, uint32_t to, uint16_t relation, float weight, double at_ms = 0);
  /** True when the edge was there. */
  bool unlink(uint32_t from, uint32_t to, uint16_t relation);
  /** Removes every edge that touches the node. */
  void removeNode(uint32_t node);

  Arcs out(uint32_t node) const { return out_.arcs(node); }
  Arcs in(uint32_t node) const { return in_.arcs(node); }
  size_t edges() const { return edges_; }
  size_t bytes() const { return out_.bytes() + in_.bytes(); }

  /** The same graph laid out in node order. */
  Graph compacted() const;
  /** Whether enough has moved since for that to pay. */
  bool scattered() const;

  /** Seeds' activation, passed along edges that leave, step by step: a node passes on what arrived in the
   * last step × weight × e^(-decay·depth), shared among its edges; values end within [-1, 1]. */
  SpreadView activate(std::span<const Activation> seeds, const SpreadOptions& options,
                      GraphScratch& scratch) const;
  /** As activate, in memory of its own. */
  SpreadResult spread(std::span<const Activation> seeds, const SpreadOptions& options,
                      GraphScratch& scratch) const;
  /** Distinct nodes 1…hops edges from the seed, without it, in order of discovery; in the scratch's memory.
   */
  std::span<const uint32_t> reach(uint32_t seed, const ReachOptions& options, GraphScratch& scratch) const;

 private:
  Adjacency out_{true};
  Adjacency in_{false};
  size_t edges_ = 0;
};

}  // namespace engram
