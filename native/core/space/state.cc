// The whole state as a snapshot, written beside the log and read back.
#include "base/limits.h"
#include "base/mutant.h"
#include "base/phases.h"
#include "base/utf8.h"
#include "space/input.h"
#include "space/snapshot.h"
#include "space/space.h"

namespace engram {

/** The state as of the snapshot, and where the log goes on; the beginning where there is none. */
Result<ChainPosition> Space::load_snapshot(const std::string& path) {
  const auto bytes = read_file(disk_, path);
  if (!bytes && bytes.error().code == Code::kNotFound) return ChainPosition{0, chain_start(uuid_), 0};
  ENGRAM_TRY(bytes);
  const auto header =
      read_snapshot(*bytes, path, uuid_, settings_.dimension, [this](const Operation& operation) -> Status {
        if (const auto* state = std::get_if<StateOperation>(&operation)) return restore(*state);
        if (const auto* edges = std::get_if<EdgesOperation>(&operation)) return restore(*edges);
        if (const auto* keys = std::get_if<KeysOperation>(&operation)) return restore(*keys);
        return Error{Code::kDamaged, "the snapshot holds an operation that belongs in a log",
                     "restore the space from a backup"};
      });
  ENGRAM_TRY(header);
  return header->position;
}

Status Space::restore(const StateOperation& state) {
  for (const EpisodeState& one : state.episodes) {
    ENGRAM_TRY(check_episode(one.fields, settings_.dimension));
    if (one.ordinal >= kNodesMax || ordinalOf(one.fields.id) != kNoNode)
      return Error{Code::kDamaged, "the snapshot holds " + quote_text(one.fields.id) + " twice",
                   "restore the space from a backup"};
    if (nodes_.size() <= one.ordinal) nodes_.resize(size_t{one.ordinal} + 1);
    nodes_[one.ordinal] = {std::string(one.fields.id),
                           one.fields.at_ms,
                           std::string(one.fields.content),
                           Bytes(one.fields.attributes),
                           Bytes(one.fields.embedding),
                           one.fields.confidence,
                           one.strength,
                           true};
    ordinals_.emplace(std::string(one.fields.id), one.ordinal);
    attributes_.add(one.ordinal, one.fields.at_ms, one.fields.attributes);
    if (!one.fields.embedding.empty()) index_.add(one.ordinal, unit(floats(one.fields.embedding)));
  }
  return {};
}

Status Space::restore(const EdgesOperation& edges) {
  const uint16_t relation = relationOf(edges.relation);
  for (const EdgeState& edge : edges.edges) {
    for (const uint32_t end : {edge.from, edge.to})
      if (end >= nodes_.size() || !nodes_[end].live)
        return Error{Code::kDamaged, "the snapshot holds an edge to no episode",
                     "restore the space from a backup"};
    graph_.link(edge.from, edge.to, relation, edge.weight, edge.at_ms);
  }
  return {};
}

Status Space::restore(const KeysOperation& keys) {
  for (const KeyState& key : keys.keys) keys_.remember({0, key.key, key.fingerprint}, key.sequence);
  return {};
}

Bytes Space::encode_snapshot(const ChainPosition& position) const {
  constexpr size_t kEpisodesPerSection = 1'000;
  constexpr size_t kEdgesPerSection = 10'000;
  SnapshotWriter writer({uuid_, settings_.dimension, position});
  uint64_t episodes = 0;
  StateOperation state;
  const auto flush_state = [&] {
    if (!state.episodes.empty()) writer.section(state);
    state.episodes.clear();
  };
  for (uint32_t ordinal = 0; ordinal < nodes_.size(); ++ordinal) {
    const Node& node = nodes_[ordinal];
    if (!node.live) continue;
    ++episodes;
    state.episodes.push_back(
        {.fields = {node.id, node.embedding, node.at_ms, node.content, node.attributes, node.confidence},
         .ordinal = ordinal,
         .strength = node.strength});
    if (state.episodes.size() == kEpisodesPerSection) flush_state();
  }
  flush_state();
  uint64_t edges = 0;
  for (const auto& [name, relation] : relations_) {
    EdgesOperation some{name, {}};
    const auto flush_edges = [&] {
      if (!some.edges.empty()) writer.section(some);
      some.edges.clear();
    };
    for (uint32_t ordinal = 0; ordinal < nodes_.size(); ++ordinal)
      for (const Arc& arc : graph_.out(ordinal)) {
        if (arc.relation != relation) continue;
        ++edges;
        some.edges.push_back({ordinal, arc.target, arc.weight, arc.at_ms});
        if (some.edges.size() == kEdgesPerSection) flush_edges();
      }
    flush_edges();
  }
  KeysOperation keys;
  keys_.for_each([&](View key, const IdempotencyKeys::Answer& answer) {
    keys.keys.push_back({key, answer.fingerprint, answer.sequence});
  });
  if (!keys.keys.empty()) writer.section(keys);
  return writer.finish(episodes, edges);
}

Status Space::snapshot() {
  const Timed timed(metrics_.of(Measured::kSnapshot));
  const std::lock_guard alone(snapshot_mutex_);
  Bytes bytes;
  ChainPosition position;
  std::optional<Graph> compact;
  {
    const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
    ENGRAM_TRY(log_->rotate());  // syncs: what the snapshot holds is durable by the log, too
    position = log_->position();
    ChainPosition claimed = position;
    if (mutant(Mutant::kSnapshotOffByOne)) ++claimed.sequence;
    bytes = encode_snapshot(claimed);
    if (graph_.scattered()) compact = graph_.compacted();
  }
  if (compact) {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    if (log_->position().sequence == position.sequence) graph_ = std::move(*compact);
  }
  if (mutant(Mutant::kTruncateBeforeSnapshot)) ENGRAM_TRY(log_->remove_covered(position.sequence));
  ENGRAM_TRY(write_file_durably(disk_, join_path(directory_, kSnapshotName), bytes));
  return log_->remove_covered(position.sequence);
}

Status Space::hold(const std::function<Status(const SpaceFiles&)>& work) {
  const Timed timed(metrics_.of(Measured::kBackup));
  const std::lock_guard alone(snapshot_mutex_);
  const ChainPosition position = log_->position();
  if (!mutant(Mutant::kBackupBeforeSync)) ENGRAM_TRY(log_->sync_to(position.sequence));
  return work({disk_, directory_, uuid_, settings_, position});
}

}  // namespace engram
