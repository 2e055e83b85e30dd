// The whole state as a snapshot, written beside the log and read back.
#include <algorithm>
#include <cmath>
#include <utility>

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
  snapshot_bytes_ = bytes->size();
  bool graph = false;
  const auto header =
      read_snapshot(*bytes, path, uuid_, settings_.dimension, [&](const Operation& operation) -> Status {
        if (const auto* state = std::get_if<StateOperation>(&operation)) return restore(*state);
        if (const auto* edges = std::get_if<EdgesOperation>(&operation)) return restore(*edges);
        if (const auto* keys = std::get_if<KeysOperation>(&operation)) return restore(*keys);
        if (const auto* concepts = std::get_if<ConceptsOperation>(&operation)) return restore(*concepts);
        if (const auto* cycles = std::get_if<CyclesOperation>(&operation)) return restore(*cycles);
        if (const auto* stability = std::get_if<StabilityOperation>(&operation)) return restore(*stability);
        if (const auto* traces = std::get_if<TracesOperation>(&operation)) return restore(*traces);
        if (const auto* memory = std::get_if<MemoryOperation>(&operation)) {
          ENGRAM_TRY(possible(*memory));
          apply(*memory);
          return {};
        }
        if (const auto* index = std::get_if<IndexOperation>(&operation)) {
          if (std::exchange(graph, true))
            return Error{Code::kDamaged, "the snapshot holds two vector graphs",
                         "restore the space from a backup"};
          if (index_.size() == 0) index_.expect(index->image);  // one that does not fit is linked anew
          return {};
        }
        return Error{Code::kDamaged, "the snapshot holds an operation that belongs in a log",
                     "restore the space from a backup"};
      });
  if (!header && header.error().code == Code::kInvalidArgument)
    return Error{Code::kDamaged, path + " cannot be: " + header.error().message,
                 "restore the space from a backup"};
  ENGRAM_TRY(header);
  if (!index_.complete())
    return Error{Code::kDamaged, path + ": its vector graph is of other vectors than its episodes",
                 "restore the space from a backup"};
  for (uint32_t ordinal = 0; ordinal < nodes_.size(); ++ordinal)
    if (index_.contains(ordinal) && nodes_[ordinal].sequence > cycles_.last.through)
      fresh_.push_back(ordinal);
  return header->position;
}

Status Space::restore(const StateOperation& state) {
  for (const EpisodeState& one : state.episodes) {
    ENGRAM_TRY(check_episode(one.fields, settings_.dimension));
    const bool taken = one.ordinal < nodes_.size() && nodes_[one.ordinal].live;
    if (one.ordinal >= kNodesMax || taken ||
        ids_.find_or_add(one.fields.id, one.ordinal, id_of()) != one.ordinal)
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
                           true,
                           one.access_count,
                           one.last_access_ms,
                           {},
                           one.sequence};
    attributes_.add(one.ordinal, one.fields.at_ms, one.fields.attributes);
    if (!one.fields.embedding.empty()) index_.add(one.ordinal, unit(floats(one.fields.embedding)));
  }
  return {};
}

Status Space::restore(const EdgesOperation& edges) {
  ENGRAM_TRY(check_relation(edges.relation));
  const uint16_t relation = relationOf(edges.relation);
  for (const EdgeState& edge : edges.edges) {
    for (const uint32_t end : {edge.from, edge.to})
      if (end >= nodes_.size() || !nodes_[end].live)
        return Error{Code::kDamaged, "the snapshot holds an edge to no episode",
                     "restore the space from a backup"};
    ENGRAM_TRY(check_weight(edge.weight, nodes_[edge.from].id, nodes_[edge.to].id));
    ENGRAM_TRY(check_time(edge.at_ms, "an edge"));
    graph_.link(edge.from, edge.to, relation, edge.weight, edge.at_ms);
  }
  return {};
}

Status Space::restore(const KeysOperation& keys) {
  for (const KeyState& key : keys.keys) keys_.remember({0, key.key, key.fingerprint}, key.sequence);
  return {};
}

Status Space::restore(const ConceptsOperation& concepts) {
  for (const ConceptState& one : concepts.concepts) {
    // A graph names its vectors before their episodes come, and all have come before concepts do.
    const bool whole =
        index_.complete() && std::all_of(one.members.begin(), one.members.end(),
                                         [this](uint32_t ordinal) { return index_.contains(ordinal); });
    if (!whole || !concepts_.restore(one.number, one.formed_at_ms, one.strength, one.members))
      return Error{Code::kDamaged, "the snapshot holds a concept that cannot be",
                   "restore the space from a backup"};
  }
  settle_concepts();
  return {};
}

Status Space::restore(const CyclesOperation& cycles) {
  if (cycles.numbers >= MemoryRef::kConceptBit)
    return Error{Code::kDamaged, "the snapshot holds too many concepts", "restore the space from a backup"};
  concepts_.reserve_numbers(cycles.numbers);
  cycles_ = cycles;
  return {};
}

/** Of an older build, which kept no more of an access that it might not have found. */
Status Space::restore(const StabilityOperation& stability) {
  TracesOperation traces;
  for (const StabilityState& one : stability.episodes)
    traces.episodes.push_back({one.ordinal, {.stability = one.stability}});
  return restore(traces);
}

Status Space::restore(const TracesOperation& traces) {
  const auto stable = [](float stability) { return stability >= 1 && stability <= kStabilityMax; };
  for (const auto& [ordinal, of] : traces.episodes) {
    if (ordinal >= nodes_.size() || !nodes_[ordinal].live || !stable(of.stability) ||
        !stable(of.older_stability) || !(of.found >= 0 && of.found <= 1) || !std::isfinite(of.older_since_ms))
      return Error{Code::kDamaged, "the snapshot holds traces of no episode, or such as none has",
                   "restore the space from a backup"};
    nodes_[ordinal].traces = of;
  }
  return {};
}

Bytes Space::encode_snapshot(const ChainPosition& position, Bytes room) const {
  constexpr size_t kEpisodesPerSection = 1'000;
  constexpr size_t kEdgesPerSection = 10'000;
  SnapshotWriter writer({uuid_, settings_.dimension, position}, std::move(room));
  if (const Bytes image = index_.image(); !image.empty()) writer.section(IndexOperation{image});
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
         .strength = node.strength,
         .access_count = node.access_count,
         .last_access_ms = node.last_access_ms,
         .sequence = mutant(Mutant::kSnapshotWithoutFresh) ? 0 : node.sequence});
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
  if (!keys.keys.empty() && !mutant(Mutant::kSnapshotWithoutKeys)) writer.section(keys);
  encode_memory(writer);
  return writer.finish(episodes, edges);
}

/** The second half of memory: settings, concepts with their members, and where consolidation stands. */
void Space::encode_memory(SnapshotWriter& writer) const {
  constexpr size_t kConceptsPerSection = 1'000;
  writer.section(MemoryOperation{mutant(Mutant::kSnapshotWithoutDecay) ? DecaySettings{} : memory_.decay,
                                 memory_.calibration.knots(), memory_.completions.knots()});
  CyclesOperation cycles = cycles_;
  cycles.numbers = concepts_.end();
  writer.section(cycles);
  ConceptsOperation concepts;
  for (uint32_t number = 0; number < concepts_.end(); ++number) {
    if (!concepts_.live(number)) continue;
    const Concept& one = concepts_[number];
    ConceptState state{number, one.formed_at_ms, one.strength, {}};
    for (const Binding& binding : one.bindings) state.members.push_back(binding.episode);
    concepts.concepts.push_back(std::move(state));
    if (concepts.concepts.size() < kConceptsPerSection) continue;
    writer.section(concepts);
    concepts.concepts.clear();
  }
  if (!concepts.concepts.empty()) writer.section(concepts);
  TracesOperation traces;
  for (uint32_t ordinal = 0; ordinal < nodes_.size(); ++ordinal)
    if (nodes_[ordinal].access_count > 0) traces.episodes.push_back({ordinal, nodes_[ordinal].traces});
  if (!traces.episodes.empty() && !mutant(Mutant::kSnapshotWithoutStability)) writer.section(traces);
}

Status Space::snapshot() {
  const Timed timed(metrics_.of(Measured::kSnapshot));
  const std::lock_guard alone(snapshot_mutex_);
  // What is linked in it need not be linked again; what stores add meanwhile is not waited for.
  for (size_t links = 0; links < kLinksOwedMax && link_some(); links += kLinksPerHold) {
  }
  // Writers wait while it is encoded, but not while the system finds memory for it: as much as the last one
  // and what was written since, and a little for links.
  Bytes bytes(snapshot_bytes_ + log_->stats().record_bytes / 8 * 9, '\0');
  ChainPosition position;
  std::optional<Graph> compact;
  {
    const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
    ENGRAM_TRY(log_->rotate());  // syncs: what the snapshot holds is durable by the log, too
    position = log_->position();
    ChainPosition claimed = position;
    if (mutant(Mutant::kSnapshotOffByOne)) ++claimed.sequence;
    bytes = encode_snapshot(claimed, std::move(bytes));
    if (graph_.scattered()) compact = graph_.compacted();
  }
  if (compact) {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    if (log_->position().sequence == position.sequence) graph_ = std::move(*compact);
  }
  if (mutant(Mutant::kTruncateBeforeSnapshot)) ENGRAM_TRY(log_->remove_covered(position.sequence));
  ENGRAM_TRY(write_file_durably(disk_, join_path(directory_, kSnapshotName), bytes));
  snapshot_bytes_ = bytes.size();
  return log_->remove_covered(position.sequence);
}

Status Space::hold(Measured operation, const std::function<Status(const SpaceFiles&)>& work) {
  const Timed timed(metrics_.of(operation));
  const std::lock_guard alone(snapshot_mutex_);
  const ChainPosition position = log_->position();
  if (!mutant(Mutant::kBackupBeforeSync)) ENGRAM_TRY(log_->sync_to(position.sequence));
  return work({disk_, directory_, uuid_, settings_, position});
}

}  // namespace engram
