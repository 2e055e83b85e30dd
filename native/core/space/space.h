// A space: one durable set of episodes with its own directory, log, index and graph. Nothing crosses spaces.
//
//   ENGRAM_TRY(Space::create(disk, directory, {.dimension = 384}, uuid));
//   auto space = Space::open(disk, directory);
//   auto sequence = (*space)->store(episodes, Durability::kGroup);   // acknowledged: durable and searchable
//   auto hits = (*space)->recall(query, {.k = 10});
//
// Any number of threads may call it. Writes are ordered by one writer's lock; the wait for the disk is
// outside of it, so that many writers share one fdatasync.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "log/log.h"
#include "space/attributes.h"
#include "space/operation.h"
#include "space/settings.h"
#include "vector/index.h"

namespace engram {

enum class Durability : uint8_t {
  kFsync,  // durable by an fdatasync when the call returns
  kGroup,  // the same promise, the fdatasync shared with whoever waits
  kAsync,  // in the log, durable at the next sync
};

struct Episode {
  std::string id;
  std::vector<float> embedding;  // as stored; empty for a node of the graph only
  double at_ms = 0;
  std::string content;
  Attributes attributes;
  float confidence = 1;
  float strength = 1;
};

struct Edge {
  std::string to;
  std::string relation;
  float weight = 1;
  double at_ms = 0;
};

struct RecallOptions {
  uint32_t k = 10;
  uint32_t ef = 0;  // 0: the index's default
  bool exact = false;
};

struct SpaceStats {
  uint64_t episodes;
  uint64_t vectors;
  uint64_t edges;
  uint64_t log_bytes;
  uint64_t log_syncs;
  uint64_t vector_bytes;
  uint64_t index_bytes;
  uint64_t sequence;
  uint64_t durable;
  uint64_t cut_bytes;  // of an unfinished write, cut off when the space was opened
};

class Space {
 public:
  /** Makes a new space in an existing, empty directory. */
  static Status create(Disk& disk, const std::string& directory, const SpaceSettings& settings,
                       const SpaceUuid& uuid);
  /** Replays the log. A space with damage in the middle of its log opens read-only: damage() says why. */
  static Result<std::unique_ptr<Space>> open(Disk& disk, const std::string& directory,
                                             const LogOptions& options = {});

  uint32_t dimension() const { return settings_.dimension; }
  std::optional<Error> damage() const { return log_->damage(); }

  /** All or nothing. An id that is there is replaced; the same episode again changes nothing. */
  Result<Sequence> store(const std::vector<EpisodeFields>& episodes, Durability durability);
  /** Idempotent: an edge that is there gets the weight. Both ends must exist. */
  Result<Sequence> link(const LinkOperation& edges, Durability durability);
  Result<Sequence> unlink(const UnlinkOperation& edges, Durability durability);
  /** Deletes episodes with their vectors and edges, or weakens them: strength × factor, 0 < factor < 1.
   * Unknown ids are no error. */
  Result<Sequence> forget(const std::vector<View>& ids, Durability durability,
                          ForgetMode mode = ForgetMode::kDelete, float factor = 0.5F);

  std::optional<Episode> get(View id) const;
  /** Up to `limit` episodes in the order of their ids, beginning behind `after` (empty: at the first). */
  std::vector<Episode> scan(View after, size_t limit) const;
  /** Edges that leave an episode, by relation and target. */
  std::vector<Edge> edges(View id) const;
  /** Hits best first. `query` need not have unit length. */
  Result<std::vector<Hit>> recall(std::span<const float> query, const RecallOptions& options) const;
  Result<SpreadResult> spread(const std::vector<std::pair<View, float>>& seeds,
                              const SpreadOptions& options) const;
  Result<std::vector<uint32_t>> reach(View id, uint32_t hops, Direction direction,
                                      std::optional<View> relation) const;
  /** Ids of ordinals from an answer; empty where the episode is gone since. */
  std::vector<std::string> ids(std::span<const uint32_t> ordinals) const;

  SpaceStats stats() const;
  /** SHA-free digest of the whole state in canonical order: equal states, equal digests. */
  uint64_t digest() const;
  Status sync();
  /** Writes the whole state beside the log, durably, and drops the log it replaces. Readers go on meanwhile.
   */
  Status snapshot();
  /** Compares everything in memory with everything else: ids, vectors, index and graph must agree. The first
   *  disagreement is a Code::kInternal error. */
  Status verify() const;
  Status close();

 private:
  static constexpr uint32_t kNoNode = 0xFFFF'FFFF;

  struct Node {
    std::string id;
    double at_ms = 0;
    std::string content;
    Bytes attributes;
    Bytes embedding;
    float confidence = 1;
    float strength = 1;
    bool live = false;
  };

  Space(Disk& disk, std::string directory, const SpaceSettings& settings, const SpaceUuid& uuid);

  Status possible(const Operation& operation) const;
  Result<ChainPosition> load_snapshot(const std::string& path);
  Status restore(const StateOperation& state);
  Status restore(const EdgesOperation& edges);
  Bytes encode_snapshot(const ChainPosition& position) const;
  Episode episode_of(const Node& node) const;
  Result<Sequence> commit(const Operation& operation);
  void apply(const Operation& operation);
  void apply(const StoreOperation& operation);
  void apply(const LinkOperation& operation);
  void apply(const UnlinkOperation& operation);
  void apply(const ForgetOperation& operation);
  uint32_t ordinalOf(View id) const;
  uint16_t relationOf(View relation);

  Disk& disk_;
  const std::string directory_;
  const SpaceSettings settings_;
  const SpaceUuid uuid_;
  std::unique_ptr<Log> log_;
  std::mutex snapshot_mutex_;        // one snapshot at a time
  mutable std::shared_mutex mutex_;  // state below: many readers or one writer
  std::vector<Node> nodes_;
  std::map<std::string, uint32_t, std::less<>> ordinals_;
  std::map<std::string, uint16_t, std::less<>> relations_;
  VectorIndex index_;
  Graph graph_;
};

}  // namespace engram
