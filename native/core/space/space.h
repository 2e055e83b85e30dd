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
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/background_task.h"
#include "base/chunked.h"
#include "graph/graph.h"
#include "log/log.h"
#include "memory/completion.h"
#include "memory/recognition.h"
#include "space/answer.h"
#include "space/attribute_index.h"
#include "space/attributes.h"
#include "space/concepts.h"
#include "space/consolidation.h"
#include "space/filter.h"
#include "space/id_index.h"
#include "space/idempotency.h"
#include "space/metrics.h"
#include "space/operation.h"
#include "space/settings.h"
#include "space/watch.h"
#include "vector/index.h"

namespace engram {

class SnapshotWriter;

enum class Durability : uint8_t {
  kFsync,  // durable by an fdatasync when the call returns
  kGroup,  // the same promise, the fdatasync shared with whoever waits
  kAsync,  // in the log, durable at the next sync
};

/** How a write is done. Any Durability by itself will do where one is asked for. */
struct WriteOptions {
  WriteOptions(Durability promise = Durability::kGroup, double now = 0, View idempotency_key = {})  // NOLINT
      : durability(promise), now_ms(now), key(idempotency_key) {}

  Durability durability;
  /** The writer's time, ms since 1970, kept in the log for restore to a point in time; 0: not told. */
  double now_ms;
  /** 1 to 255 bytes of text that the writer draws for this request: it is then done once, and a repetition
   * gets the first answer. Empty: none. */
  View key;
};

struct Episode {
  std::string id;
  std::vector<float> embedding;  // as stored; empty for a node of the graph only
  double at_ms = 0;
  std::string content;
  Attributes attributes;
  float confidence = 1;
  float strength = 1;  // lowered by weakening
  uint32_t access_count = 0;
  double last_access_ms = 0;  // 0: never
  Traces traces = {};         // of the spacing-aware decay
};

struct Edge {
  std::string to;
  std::string relation;
  float weight = 1;
  double at_ms = 0;
};

/** The files of a space, as far as they are durable. */
struct SpaceFiles {
  Disk& disk;
  std::string directory;
  SpaceUuid uuid;
  SpaceSettings settings;
  ChainPosition durable;
};

/** A place in the order of times; it stays one when its episode is forgotten. */
struct TimeCursor {
  double at_ms = 0;
  uint32_t ordinal = 0;
};

struct TimePage {
  std::vector<Episode> episodes;
  std::optional<TimeCursor> next;  // where the next page begins; nothing at the end
};

struct RecallOptions {
  uint32_t k = 10;
  uint32_t ef = 0;  // 0: the index's default
  bool exact = false;
  RecallFilter filter = {};
};

struct SpaceStats {
  uint64_t episodes;
  uint64_t vectors;
  uint64_t edges;
  uint64_t concepts;
  uint64_t bindings;
  uint64_t cycles;    // of consolidation
  uint64_t pending;   // episodes stored since, not looked at by one yet
  uint64_t unlinked;  // vectors that a search scans until they are linked, which is on its way
  uint64_t vector_bytes;
  uint64_t index_bytes;
  uint64_t idempotency_keys;
  LogStats log;
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
  Result<Sequence> store(const std::vector<EpisodeFields>& episodes, const WriteOptions& options);
  /** Idempotent: an edge that is there gets the weight. Both ends must exist. */
  Result<Sequence> link(const LinkOperation& edges, const WriteOptions& options);
  Result<Sequence> unlink(const UnlinkOperation& edges, const WriteOptions& options);
  /** Deletes episodes with their vectors and edges, or weakens them: strength × factor, 0 < factor < 1.
   * Unknown ids are no error. */
  Result<Sequence> forget(const std::vector<View>& ids, const WriteOptions& options,
                          ForgetMode mode = ForgetMode::kDelete, float factor = 0.5F);

  /** An access that counts: raises access count and stability, and sets the last access. Unknown ids are no
   * error.
   */
  Result<Sequence> touch(const std::vector<View>& ids, double at_ms, const WriteOptions& options);
  /** How the space remembers from now on: decay and calibration, kept in its log. */
  Result<Sequence> configure(const MemorySettings& settings, const WriteOptions& options);
  MemorySettings memory_settings() const;

  /** One cycle of consolidation at `now_ms`: forms, extends and ends concepts from what is new since the last
   * one. Runs beside reads and writes: it computes on copies, and commits one concept per hold of the lock,
   * each in one record. An episode that was changed meanwhile is left out. On an error what was committed
   * stays. */
  Result<ConsolidationReport> consolidate(double now_ms, const ConsolidationOptions& options,
                                          Durability durability);
  std::optional<ConceptView> find_concept(uint32_t number) const;
  /** Up to `limit` live concepts from number `first` on. */
  std::vector<ConceptView> scan_concepts(uint32_t first, size_t limit) const;
  /** The concept an episode is bound to. */
  std::optional<uint32_t> concept_of(View id) const;

  std::optional<Episode> get(View id) const;
  /** Up to `limit` episodes in the order of their ids, beginning behind `after` (empty: at the first). */
  std::vector<Episode> scan(View after, size_t limit) const;
  /** Up to `limit` episodes of a span of time (ms since 1970, both included), oldest first, ties by ordinal,
   *  beginning behind `after`, the last one of the page before. */
  TimePage scan_time(double from_ms, double until_ms, const std::optional<TimeCursor>& after,
                     size_t limit) const;
  /** The changes from sequence `first` on; the space must outlive the watch. Errors: Code::kCompacted with
   * the first sequence that is left, Code::kInvalidArgument for one that is still to come. */
  Result<std::unique_ptr<Watch>> watch(Sequence first);
  /** Edges that leave an episode, by relation and target. */
  std::vector<Edge> edges(View id) const;
  /** Whether such a recall can be asked for: what is wrong with the options, if something is. */
  static Status check(const RecallOptions& options);
  /** Hits best first. `query` need not have unit length. */
  Result<std::vector<Hit>> recall(std::span<const float> query, const RecallOptions& options) const;
  /** Without a vector: the newest episodes that meet options.filter, ties by ordinal. Their similarity is 1.
   */
  Result<std::vector<Hit>> recall(const RecallOptions& options) const;
  /** The whole answer to a cue of any kind; see answer.h. Reading never writes: to count the access, touch().
   */
  Result<Answer> answer(const Cue& cue, const AnswerOptions& options) const;
  /** Fills a partial or noisy cue; empty: no answer. `known` has one entry per value, 0 where the cue is
   * masked; empty: all are known, though maybe noisy. Rows of the codes index `attractors`. */
  Result<Completed> complete(std::span<const float> cue, std::span<const uint8_t> known,
                             const CompletionOptions& options) const;
  /** Old or new, without content. */
  Result<Recognition> recognise(std::span<const float> cue, const RecognitionSettings& settings) const;
  Result<SpreadResult> spread(const std::vector<std::pair<View, float>>& seeds,
                              const SpreadOptions& options) const;
  Result<std::vector<uint32_t>> reach(View id, uint32_t hops, Direction direction,
                                      std::optional<View> relation) const;
  /** Ids of ordinals from an answer; empty where the episode is gone since. */
  std::vector<std::string> ids(std::span<const uint32_t> ordinals) const;

  SpaceStats stats() const;
  /** Latencies of each operation by name, ns; "sync" is the disk's own. */
  std::vector<std::pair<std::string_view, HistogramCounts>> metrics() const;
  /** Why it takes no writes: damage, a failed sync, or that it is closed. */
  Status writable() const { return log_->writable(); }
  /** SHA-free digest of the whole state in canonical order: equal states, equal digests. */
  uint64_t digest() const;
  Status sync();
  /** Writes the whole state beside the log, durably, and drops the log it replaces. Readers go on meanwhile.
   */
  Status snapshot();
  /** Runs `work` on the files while no snapshot replaces any; all that was acknowledged is in them. Its time
   * counts as that of `operation`. */
  Status hold(Measured operation, const std::function<Status(const SpaceFiles&)>& work);
  /** Compares everything in memory with everything else: ids, vectors, index and graph must agree. The first
   *  disagreement is a Code::kInternal error. */
  Status verify() const;
  /** Reads the snapshot and every record of the log back from the disk. Code::kDamaged names what is not
   * sound. */
  Status verify_files();
  Status close();

 private:
  static constexpr uint32_t kNoNode = IdIndex::kNone;
  /** Links that a burst of stores may be ahead of: so many vectors are scanned by each search meanwhile,
   * which takes some ten microseconds; and whoever removes one waits for them, some hundred milliseconds. */
  static constexpr size_t kLinksOwedMax = 1'000;
  /** Links made in one hold of the writers' lock: all others wait for it, some ten microseconds each, and a
   * millisecond where landmarks are centred anew. What is to be linked was looked for before, beside readers.
   */
  static constexpr size_t kLinksPerHold = 1;
  /** Ids that a scan brings into order in one hold of the readers' lock: writers wait for it, some
   * milliseconds. */
  static constexpr size_t kIdsOrderedPerHold = 1'024;
  /** Ids on their way from memory while one is looked up. */
  static constexpr size_t kIdsAhead = 8;

  struct Node {
    std::string id;
    double at_ms = 0;
    std::string content;
    Bytes attributes;
    Bytes embedding;
    float confidence = 1;
    float strength = 1;
    bool live = false;
    uint32_t access_count = 0;
    double last_access_ms = 0;
    Traces traces = {};
    uint64_t sequence = 0;  // of the record that gave it its vector
  };
  friend class Cycle;      // of consolidation
  friend class Answering;  // of one cue

  Space(Disk& disk, std::string directory, const SpaceSettings& settings, const SpaceUuid& uuid,
        bool background);

  Status possible(const Operation& operation) const;
  /** Whether the episode is there as it is. */
  bool holds(const EpisodeFields& episode) const;
  StoreOperation changes(const std::vector<EpisodeFields>& episodes) const;
  Result<ChainPosition> load_snapshot(const std::string& path);
  Status restore(const StateOperation& state);
  Status restore(const EdgesOperation& edges);
  Bytes encode_snapshot(const ChainPosition& position, Bytes room) const;
  Episode episode_of(const Node& node) const;
  template <typename Request, typename Work>
  Result<Sequence> write(const WriteOptions& options, Request request, Work work);
  /** Writes the operation to the log and applies it. `sync_meanwhile`: the disk begins with it before it is
   * applied. */
  Result<Sequence> commit(const Operation& operation, const RecordTag& tag, bool sync_meanwhile = false);
  Status restore(const KeysOperation& keys);
  std::vector<Hit> search(std::span<const float> cue, const RecallOptions& options) const;
  void apply(const Operation& operation, Sequence sequence);
  void apply(const StoreOperation& operation, Sequence sequence);
  void apply(const LinkOperation& operation);
  void apply(const UnlinkOperation& operation);
  void apply(const ForgetOperation& operation);
  void apply(const TouchOperation& operation);
  void apply(const BindOperation& operation);
  void apply(const DissolveOperation& operation);
  void apply(const CycleOperation& operation);
  void apply(const MemoryOperation& operation);
  Status restore(const ConceptsOperation& concepts);
  Status restore(const CyclesOperation& cycles);
  Status restore(const StabilityOperation& stability);
  Status restore(const TracesOperation& traces);
  void encode_memory(SnapshotWriter& writer) const;
  void settle_concepts();
  /** Whether episodes or concepts have links that are left to be made. */
  bool owes() const { return index_.owes() || concepts_.owes(); }
  /** Makes a few of the links that stores left, and the next memory ready; whether some are left. */
  bool link_some();
  /** Makes all of them; whoever writes goes first. */
  void keep_up();
  AccessState access_of(const Node& node) const;
  ConceptView view_of(uint32_t number) const;
  uint32_t ordinalOf(View id) const;
  /** The id of an ordinal, for the index of ids. */
  auto id_of() const {
    return [this](uint32_t ordinal) { return View(nodes_[ordinal].id); };
  }
  uint16_t relationOf(View relation);

  Disk& disk_;
  const std::string directory_;
  const SpaceSettings settings_;
  const SpaceUuid uuid_;
  std::unique_ptr<Log> log_;
  std::mutex snapshot_mutex_;        // one snapshot at a time
  size_t snapshot_bytes_ = 0;        // of the last one
  mutable std::shared_mutex mutex_;  // state below: many readers or one writer
  mutable Metrics metrics_;          // locks itself
  Chunked<Node> nodes_;
  IdIndex ids_;
  std::map<std::string, uint16_t, std::less<>> relations_;
  VectorIndex index_;
  AttributeIndex attributes_;
  IdempotencyKeys keys_;
  Graph graph_;
  Concepts concepts_;
  MemorySettings memory_;
  CyclesOperation cycles_;
  std::vector<uint32_t>
      fresh_;              // episodes with a vector, stored since the last cycle; some may be gone since
  std::mutex link_mutex_;  // one looks for links at a time
  std::mutex consolidate_mutex_;  // one cycle at a time
  const bool background_;
  std::atomic<uint32_t> writers_ = 0;  // that have the lock or want it; keep_up() lets them go first
  BackgroundTask upkeep_{[this] { keep_up(); }};  // last: gone before what it works on
};

}  // namespace engram
