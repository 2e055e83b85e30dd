// A space's contents in memory: what replaying its log gives. No disk, no clock, no locks: apply() is the
// whole story of how contents change, for a live write and for recovery alike, which is what makes the two
// agree. The caller excludes readers while it applies.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "graph/graph.h"
#include "log/record.h"
#include "space/edge_table.h"
#include "space/id_table.h"
#include "space/operation.h"
#include "vector/index.h"

namespace engram {

/** One episode; its embedding is in the index, its edges in the graph. */
struct Episode {
  Bytes id;
  Bytes content;
  Bytes attributes;  // canonical encoding
  double at_ms = 0;
  double last_access_ms = 0;  // 0: never
  Sequence sequence = 0;      // of the operation that stored it last
  float confidence = 1;
  float strength = 1;
  uint32_t access_count = 0;
  bool live = false;
};

class State {
 public:
  explicit State(uint32_t dimension);

  /**
   * Applies an operation that was checked, or read from a log. An Error means that the operation cannot
   * follow this state: on recovery that is damage. Nothing is changed then, but by a snapshot's own
   * operations.
   */
  Status apply(const Operation& operation, Sequence sequence);

  /**
   * While replaying, embeddings are put aside; this ends it and indexes those that are still there, so that
   * opening does not index what was replaced or forgotten.
   */
  void begin_replay() { replaying_ = true; }
  void end_replay();

  uint32_t dimension() const { return dimension_; }
  size_t size() const { return ids_.size(); }
  size_t edge_count() const { return edge_times_.size(); }
  size_t weakened() const { return weakened_; }
  /** One past the highest ordinal in use. */
  Ordinal ordinals() const { return static_cast<Ordinal>(episodes_.size()); }

  Ordinal find(View id) const { return ids_.find(id); }
  /** The ordinal may be free: see Episode::live. */
  const Episode& episode(Ordinal ordinal) const { return episodes_[ordinal]; }
  bool live(Ordinal ordinal) const { return ordinal < episodes_.size() && episodes_[ordinal].live; }
  /** Empty when the episode has none. */
  std::span<const float> embedding(Ordinal ordinal) const;
  bool has_same(Ordinal ordinal, const EpisodeFields& fields) const;

  /** The number of a relation, -1 when nothing was ever linked by it. */
  int32_t find_relation(View name) const;
  size_t relation_count() const { return relations_.size(); }
  const Bytes& relation_name(uint16_t relation) const { return relations_[relation]; }
  std::optional<double> edge_time(const EdgeKey& key) const { return edge_times_.find(key); }

  const VectorIndex& index() const { return index_; }
  const Graph& graph() const { return graph_; }

  /** Operations that rebuild this state, ordinals included, handed over one by one; the views are valid
   * during the call. */
  void dump(const std::function<void(const Operation&)>& sink) const;

  /**
   * The contents in one canonical form, independent of ordinals and of the order of arrival: episodes by id,
   * then edges by their ends and relation. Two spaces are equal exactly when these bytes are.
   */
  void canonical(const std::function<void(View)>& sink) const;

  /** Every invariant that ties ids, episodes, index, graph and edge times; names the first that is broken. */
  Status check_invariants() const;

  /** Bytes held for ids, contents, attributes and tables, without index and graph. */
  size_t bytes() const;

 private:
  struct IdOf {
    const std::deque<Episode>* episodes;
    std::string_view operator()(Ordinal ordinal) const { return (*episodes)[ordinal].id; }
  };

  Status apply_one(const StoreOperation& operation, Sequence sequence);
  Status apply_one(const LinkOperation& operation, Sequence sequence);
  Status apply_one(const UnlinkOperation& operation, Sequence sequence);
  Status apply_one(const ForgetOperation& operation, Sequence sequence);
  Status apply_one(const TouchOperation& operation, Sequence sequence);
  Status apply_one(const StateOperation& operation, Sequence sequence);
  Status apply_one(const EdgesOperation& operation, Sequence sequence);
  Status apply_one(const EndOperation& operation, Sequence sequence);

  Ordinal take_ordinal();
  uint16_t intern_relation(View name);
  void set_embedding(Ordinal ordinal, View raw);
  void set_strength(Episode& episode, float strength);
  void erase(Ordinal ordinal);

  const uint32_t dimension_;
  std::deque<Episode> episodes_;  // by ordinal; a deque never moves what is in it
  std::vector<Ordinal> free_;     // the last one is used first
  IdTable<IdOf> ids_;
  std::vector<Bytes> relations_;
  std::map<Bytes, uint16_t, std::less<>> relation_numbers_;
  VectorIndex index_;
  Graph graph_;
  EdgeTable edge_times_;
  size_t weakened_ = 0;  // episodes with a strength below 1
  bool replaying_ = false;
  std::unordered_map<Ordinal, std::vector<float>> aside_;  // embeddings not indexed yet
  std::vector<float> scratch_;
};

}  // namespace engram
