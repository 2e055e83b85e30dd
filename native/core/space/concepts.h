// The concepts of a space: what episodes have in common. A concept is its members: centroid, coherence and
// the strength of each binding follow from their vectors, so nothing of it can disagree with them. Known from
// both sides (concept → members, episode → concept), with an index over the centroids. One writer or many
// readers at a time: the caller locks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "vector/index.h"

namespace engram {

/** An episode's part in a concept. */
struct Binding {
  uint32_t episode;    // ordinal
  float strength;      // cosine with the centroid, [0, 1]
  float contribution;  // share of the centroid it makes up; those of a concept sum to 1
};

struct Concept {
  bool live = false;
  double formed_at_ms = 0;
  double at_ms = 0;               // mean time of its members
  float coherence = 0;            // mean pairwise cosine of its members
  float strength = 0;             // grows with every cycle that confirms it, [0, 1]
  std::vector<Binding> bindings;  // by ordinal
  std::vector<float> centroid;    // unit, f32[d]; empty where the members cancel out

  size_t size() const { return bindings.size(); }
  /** Length of the sum of the members' unit vectors. */
  double sum_length() const;
};

/** When an episode happened, ms. */
using TimeOf = std::function<double(uint32_t episode)>;

class Concepts {
 public:
  static constexpr uint32_t kNone = 0xFFFF'FFFF;

  explicit Concepts(uint32_t dimension);

  /** Binds episodes to a concept, which is formed when it is not there yet; an episode bound elsewhere moves.
   */
  void bind(uint32_t number, double at_ms, std::span<const uint32_t> episodes);
  void dissolve(uint32_t number);
  /** Takes an episode out of its concept. */
  void release(uint32_t episode);
  /** Something about a bound episode changed, but for its vector. */
  void refresh(uint32_t episode);
  /** Makes centroids follow their members: call it after any of these, when the vectors are as they will be.
   * A concept that lost its last member is gone then. */
  void settle(const VectorIndex& vectors, const TimeOf& at_ms);
  /** As a snapshot holds it, members ascending. False when it cannot be. */
  bool restore(uint32_t number, double formed_at_ms, float strength, std::span<const uint32_t> episodes);

  /** The concept an episode is bound to; kNone when there is none. */
  uint32_t of(uint32_t episode) const { return episode < of_.size() ? of_[episode] : kNone; }
  const Concept& operator[](uint32_t number) const { return concepts_[number]; }
  /** The binding of an episode to its concept; it must be bound. */
  const Binding& binding(uint32_t episode) const;
  /** All numbers ever given are below this one. */
  uint32_t end() const { return static_cast<uint32_t>(concepts_.size()); }
  bool live(uint32_t number) const { return number < concepts_.size() && concepts_[number].live; }
  size_t size() const { return live_; }
  size_t bindings() const { return bindings_; }
  /** Numbers and cosines of the nearest centroids, best first. `query` has unit length. */
  size_t nearest(std::span<const float> query, uint32_t k, SearchScratch& scratch, std::span<Hit> out) const;
  const VectorIndex& index() const { return index_; }
  /** As of the index of episodes: VectorIndex::owe_up_to(), owes(), settle(). */
  void owe_up_to(size_t links) { index_.owe_up_to(links); }
  bool owes() const { return index_.owes(); }
  void prepare_link(const Pause& pause) { index_.prepare(pause); }
  void link(size_t links_max) { index_.settle(links_max); }
  void reserve_numbers(uint32_t end);

  /** The first thing that does not agree with another. */
  std::optional<std::string> disagreement(const VectorIndex& vectors) const;

 private:
  void follow(uint32_t number, const VectorIndex& vectors, const TimeOf& at_ms);
  void end_life(uint32_t number);

  const uint32_t dimension_;
  std::vector<Concept> concepts_;  // by number
  std::vector<uint32_t> of_;       // episode → concept
  std::vector<uint32_t> changed_;  // to settle
  VectorIndex index_;
  size_t live_ = 0;
  size_t bindings_ = 0;
};

}  // namespace engram
