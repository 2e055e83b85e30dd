#include "space/state.h"

#include <algorithm>
#include <numeric>

#include "base/limits.h"
#include "base/utf8.h"

namespace engram {
namespace {

constexpr uint64_t kIndexSeed = 1;
constexpr size_t kDumpChunkItems = 1024;

Error impossible(Sequence sequence, const std::string& what) {
  return {Code::kDamaged, "record " + std::to_string(sequence) + " " + what,
          "restore the space from a snapshot or backup"};
}

View raw_view(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

State::State(uint32_t dimension)
    : dimension_(dimension),
      ids_(IdOf{&episodes_}),
      index_(IndexOptions{.dimension = dimension, .seed = kIndexSeed}),
      scratch_(dimension) {}

Status State::apply(const Operation& operation, Sequence sequence) {
  return std::visit([&](const auto& one) { return apply_one(one, sequence); }, operation);
}

std::span<const float> State::embedding(Ordinal ordinal) const {
  if (replaying_) {
    const auto found = aside_.find(ordinal);
    return found == aside_.end() ? std::span<const float>() : found->second;
  }
  return index_.contains(ordinal) ? index_.vector(ordinal) : std::span<const float>();
}

bool State::has_same(Ordinal ordinal, const EpisodeFields& fields) const {
  const Episode& episode = episodes_[ordinal];
  return episode.at_ms == fields.at_ms && episode.confidence == fields.confidence &&
         episode.content == fields.content && episode.attributes == fields.attributes &&
         raw_view(embedding(ordinal)) == fields.embedding;
}

int32_t State::find_relation(View name) const {
  const auto found = relation_numbers_.find(name);
  return found == relation_numbers_.end() ? -1 : found->second;
}

uint16_t State::intern_relation(View name) {
  if (const int32_t known = find_relation(name); known >= 0) return static_cast<uint16_t>(known);
  const auto number = static_cast<uint16_t>(relations_.size());
  relations_.emplace_back(name);
  relation_numbers_.emplace(Bytes(name), number);
  return number;
}

Ordinal State::take_ordinal() {
  if (free_.empty()) {
    episodes_.emplace_back();
    return static_cast<Ordinal>(episodes_.size() - 1);
  }
  const Ordinal ordinal = free_.back();
  free_.pop_back();
  return ordinal;
}

void State::set_embedding(Ordinal ordinal, View raw) {
  if (replaying_) {
    if (raw.empty()) {
      aside_.erase(ordinal);
    } else {
      std::vector<float>& values = aside_[ordinal];
      values.resize(dimension_);
      std::memcpy(values.data(), raw.data(), raw.size());
    }
    return;
  }
  if (raw_view(embedding(ordinal)) == raw) return;
  index_.remove(ordinal);
  if (raw.empty()) return;
  std::memcpy(scratch_.data(), raw.data(), raw.size());
  index_.add(ordinal, scratch_);
}

void State::end_replay() {
  replaying_ = false;
  std::vector<Ordinal> ordinals;
  for (const auto& [ordinal, values] : aside_) ordinals.push_back(ordinal);
  std::sort(ordinals.begin(), ordinals.end());
  for (const Ordinal ordinal : ordinals) index_.add(ordinal, aside_[ordinal]);
  aside_ = {};
}

void State::set_strength(Episode& episode, float strength) {
  if (episode.strength < 1) --weakened_;
  episode.strength = strength;
  if (episode.strength < 1) ++weakened_;
}

void State::erase(Ordinal ordinal) {
  Episode& episode = episodes_[ordinal];
  for (const Arc& arc : graph_.out(ordinal)) edge_times_.erase({ordinal, arc.target, arc.relation});
  for (const Arc& arc : graph_.in(ordinal))
    if (arc.target != ordinal) edge_times_.erase({arc.target, ordinal, arc.relation});
  graph_.removeNode(ordinal);
  set_embedding(ordinal, {});
  set_strength(episode, 1);
  ids_.erase(episode.id);
  episode = Episode{};
  free_.push_back(ordinal);
}

Status State::apply_one(const StoreOperation& operation, Sequence sequence) {
  for (const EpisodeFields& fields : operation.episodes) {
    Ordinal ordinal = ids_.find(fields.id);
    const bool is_new = ordinal == kNoOrdinal;
    if (is_new) ordinal = take_ordinal();
    Episode& episode = episodes_[ordinal];
    episode.content = fields.content;
    episode.attributes = fields.attributes;
    episode.at_ms = fields.at_ms;
    episode.confidence = fields.confidence;
    episode.sequence = sequence;
    if (is_new) {
      episode.id = fields.id;
      episode.live = true;
      ids_.insert(ordinal);
    }
    set_embedding(ordinal, fields.embedding);
  }
  return {};
}

Status State::apply_one(const LinkOperation& operation, Sequence sequence) {
  for (const EdgeFields& edge : operation.edges)
    for (const View id : {edge.from, edge.to})
      if (ids_.find(id) == kNoOrdinal) return impossible(sequence, "links the unknown id " + quote_text(id));
  const uint16_t relation = intern_relation(operation.relation);
  for (const EdgeFields& edge : operation.edges) {
    const EdgeKey key{ids_.find(edge.from), ids_.find(edge.to), relation};
    graph_.link(key.from, key.to, relation, edge.weight);
    edge_times_.set(key, operation.at_ms);
  }
  return {};
}

Status State::apply_one(const UnlinkOperation& operation, Sequence) {
  const int32_t relation = find_relation(operation.relation);
  if (relation < 0) return {};
  for (const EdgeFields& edge : operation.edges) {
    const EdgeKey key{ids_.find(edge.from), ids_.find(edge.to), static_cast<uint16_t>(relation)};
    if (key.from == kNoOrdinal || key.to == kNoOrdinal) continue;
    if (graph_.unlink(key.from, key.to, key.relation)) edge_times_.erase(key);
  }
  return {};
}

Status State::apply_one(const ForgetOperation& operation, Sequence) {
  for (const View id : operation.ids) {
    const Ordinal ordinal = ids_.find(id);
    if (ordinal == kNoOrdinal) continue;
    if (operation.mode == ForgetMode::kDelete)
      erase(ordinal);
    else
      set_strength(episodes_[ordinal], episodes_[ordinal].strength * operation.factor);
  }
  return {};
}

Status State::apply_one(const TouchOperation& operation, Sequence) {
  for (const View id : operation.ids) {
    const Ordinal ordinal = ids_.find(id);
    if (ordinal == kNoOrdinal) continue;
    Episode& episode = episodes_[ordinal];
    ++episode.access_count;
    episode.last_access_ms = std::max(episode.last_access_ms, operation.at_ms);
  }
  return {};
}

Status State::apply_one(const StateOperation& operation, Sequence sequence) {
  for (const EpisodeState& state : operation.episodes) {
    if (state.ordinal >= kNodesMax || live(state.ordinal) || ids_.find(state.fields.id) != kNoOrdinal)
      return impossible(sequence, "of the snapshot repeats the episode " + quote_text(state.fields.id));
    while (episodes_.size() <= state.ordinal) episodes_.emplace_back();
    Episode& episode = episodes_[state.ordinal];
    episode.id = state.fields.id;
    episode.content = state.fields.content;
    episode.attributes = state.fields.attributes;
    episode.at_ms = state.fields.at_ms;
    episode.last_access_ms = state.last_access_ms;
    episode.sequence = state.sequence;
    episode.confidence = state.fields.confidence;
    episode.access_count = state.access_count;
    episode.live = true;
    set_strength(episode, state.strength);
    ids_.insert(state.ordinal);
    set_embedding(state.ordinal, state.fields.embedding);
  }
  return {};
}

Status State::apply_one(const EdgesOperation& operation, Sequence sequence) {
  const uint16_t relation = intern_relation(operation.relation);
  for (const EdgeState& edge : operation.edges) {
    if (!live(edge.from) || !live(edge.to))
      return impossible(sequence, "of the snapshot links a missing episode");
    graph_.link(edge.from, edge.to, relation, edge.weight);
    edge_times_.set({edge.from, edge.to, relation}, edge.at_ms);
  }
  return {};
}

Status State::apply_one(const EndOperation& operation, Sequence sequence) {
  for (const Ordinal ordinal : operation.free_ordinals) {
    if (ordinal >= kNodesMax || live(ordinal))
      return impossible(sequence, "of the snapshot frees an ordinal in use");
    while (episodes_.size() <= ordinal) episodes_.emplace_back();
  }
  free_ = operation.free_ordinals;
  if (size() != operation.episodes || edge_count() != operation.edges ||
      size() + free_.size() != episodes_.size())
    return impossible(sequence, "ends a snapshot with other counts than it holds");
  return {};
}

void State::dump(const std::function<void(const Operation&)>& sink) const {
  StateOperation episodes;
  const auto flush_episodes = [&] {
    if (!episodes.episodes.empty()) sink(episodes);
    episodes.episodes.clear();
  };
  for (Ordinal ordinal = 0; ordinal < episodes_.size(); ++ordinal) {
    const Episode& episode = episodes_[ordinal];
    if (!episode.live) continue;
    episodes.episodes.push_back({{episode.id, raw_view(embedding(ordinal)), episode.at_ms, episode.content,
                                  episode.attributes, episode.confidence},
                                 ordinal,
                                 episode.strength,
                                 episode.access_count,
                                 episode.last_access_ms,
                                 episode.sequence});
    if (episodes.episodes.size() == kDumpChunkItems) flush_episodes();
  }
  flush_episodes();

  std::vector<EdgesOperation> relations(relations_.size());
  for (size_t r = 0; r < relations.size(); ++r) relations[r].relation = relations_[r];
  for (Ordinal ordinal = 0; ordinal < episodes_.size(); ++ordinal)
    for (const Arc& arc : graph_.out(ordinal)) {
      EdgesOperation& edges = relations[arc.relation];
      const auto at_ms = edge_times_.find({ordinal, arc.target, arc.relation});
      edges.edges.push_back({ordinal, arc.target, arc.weight, at_ms.value_or(0)});
      if (edges.edges.size() == kDumpChunkItems) {
        sink(edges);
        edges.edges.clear();
      }
    }
  for (const EdgesOperation& edges : relations)
    if (!edges.edges.empty()) sink(edges);
  sink(EndOperation{size(), edge_count(), free_});
}

void State::canonical(const std::function<void(View)>& sink) const {
  std::vector<Ordinal> order;
  order.reserve(size());
  for (Ordinal ordinal = 0; ordinal < episodes_.size(); ++ordinal)
    if (episodes_[ordinal].live) order.push_back(ordinal);
  std::sort(order.begin(), order.end(),
            [&](Ordinal a, Ordinal b) { return episodes_[a].id < episodes_[b].id; });

  Bytes line;
  Writer writer(line);
  const auto flush = [&] {
    sink(line);
    line.clear();
  };
  for (const Ordinal ordinal : order) {
    const Episode& episode = episodes_[ordinal];
    writer.sized<uint8_t>(episode.id);
    writer.put(episode.at_ms);
    writer.put(episode.last_access_ms);
    writer.put(episode.confidence);
    writer.put(episode.strength);
    writer.put(episode.access_count);
    writer.sized<uint32_t>(episode.content);
    writer.sized<uint32_t>(episode.attributes);
    writer.sized<uint32_t>(raw_view(embedding(ordinal)));
    flush();
  }
  struct Edge {
    View from, to, relation;
    float weight;
    double at_ms;
  };
  std::vector<Edge> edges;
  for (const Ordinal ordinal : order) {  // by `from` already
    edges.clear();
    for (const Arc& arc : graph_.out(ordinal))
      edges.push_back({episodes_[ordinal].id, episodes_[arc.target].id, relations_[arc.relation], arc.weight,
                       edge_times_.find({ordinal, arc.target, arc.relation}).value_or(0)});
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) {
      return std::tie(a.to, a.relation) < std::tie(b.to, b.relation);
    });
    for (const Edge& edge : edges) {
      writer.sized<uint8_t>(edge.from);
      writer.sized<uint8_t>(edge.to);
      writer.sized<uint8_t>(edge.relation);
      writer.put(edge.weight);
      writer.put(edge.at_ms);
      flush();
    }
  }
}

Status State::check_invariants() const {
  const auto broken = [](const std::string& what) {
    return Error{Code::kInternal, "invariant broken: " + what,
                 "report this as a defect of engram, with the space"};
  };
  size_t live = 0;
  size_t weakened = 0;
  size_t embedded = 0;
  size_t out_edges = 0;
  size_t in_edges = 0;
  for (Ordinal ordinal = 0; ordinal < episodes_.size(); ++ordinal) {
    const Episode& episode = episodes_[ordinal];
    const auto out = graph_.out(ordinal);
    const auto in = graph_.in(ordinal);
    if (!episode.live) {
      if (index_.contains(ordinal)) return broken("the index has a forgotten episode");
      if (!out.empty() || !in.empty()) return broken("the graph has a forgotten episode");
      continue;
    }
    ++live;
    weakened += episode.strength < 1 ? 1 : 0;
    embedded += index_.contains(ordinal) ? 1 : 0;
    if (ids_.find(episode.id) != ordinal) return broken("id " + quote_text(episode.id) + " is not found");
    for (const Arc& arc : out) {
      ++out_edges;
      if (!this->live(arc.target)) return broken("an edge of " + quote_text(episode.id) + " ends nowhere");
      if (!edge_times_.find({ordinal, arc.target, arc.relation}))
        return broken("an edge of " + quote_text(episode.id) + " has no time");
      const auto back = graph_.in(arc.target);
      const bool both_ways = std::any_of(back.begin(), back.end(), [&](const Arc& other) {
        return other.target == ordinal && other.relation == arc.relation && other.weight == arc.weight;
      });
      if (!both_ways) return broken("an edge of " + quote_text(episode.id) + " is indexed one way only");
    }
    in_edges += in.size();
  }
  if (live != ids_.size()) return broken("the id table and the episodes differ in number");
  if (live + free_.size() != episodes_.size()) return broken("an ordinal is neither used nor free");
  if (weakened != weakened_) return broken("the count of weakened episodes");
  if (embedded != index_.size()) return broken("the index and the episodes differ in number");
  if (out_edges != in_edges || out_edges != graph_.edges() || out_edges != edge_times_.size())
    return broken("the numbers of edges out, in and timed differ");
  return {};
}

size_t State::bytes() const {
  const auto held = [](const Bytes& text) { return text.capacity() > 15 ? text.capacity() + 1 : 0; };
  const size_t text = std::accumulate(
      episodes_.begin(), episodes_.end(), size_t{0},
      [&](size_t sum, const Episode& e) { return sum + held(e.id) + held(e.content) + held(e.attributes); });
  return text + episodes_.size() * sizeof(Episode) + ids_.bytes() + edge_times_.bytes() +
         free_.capacity() * sizeof(Ordinal);
}

}  // namespace engram
