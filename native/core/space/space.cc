#include "space/space.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>

#include "base/crc32c.h"
#include "base/limits.h"
#include "base/mutant.h"
#include "base/phases.h"
#include "base/random.h"
#include "base/utf8.h"
#include "space/snapshot.h"

namespace engram {
namespace {

constexpr View kSettingsName = "space";
constexpr View kMagic = "ENGRSPCE";
constexpr uint32_t kVersion = 1;
constexpr uint32_t kNoNode = 0xFFFF'FFFF;

Bytes encodeSettings(const SpaceSettings& settings, const SpaceUuid& uuid) {
  Bytes bytes;
  Writer writer(bytes);
  writer.raw(kMagic);
  writer.put(kVersion);
  writer.put(settings.dimension);
  writer.raw({uuid.data(), uuid.size()});
  writer.put(crc32c(0, bytes));
  return bytes;
}

Status decodeSettings(View bytes, const std::string& path, SpaceSettings& settings, SpaceUuid& uuid) {
  Reader reader(bytes);
  const View magic = reader.raw(kMagic.size());
  const auto version = reader.get<uint32_t>();
  settings.dimension = reader.get<uint32_t>();
  const View raw = reader.raw(uuid.size());
  const auto stored = reader.get<uint32_t>();
  if (!reader.done() || magic != kMagic ||
      stored != crc32c(0, bytes.substr(0, bytes.size() - sizeof(uint32_t))))
    return Error{Code::kDamaged, path + " is not a space's settings, or is damaged",
                 "restore it from a backup"};
  if (version != kVersion)
    return Error{Code::kUnsupportedVersion, path + " has format version " + std::to_string(version),
                 "open it with a build of engram that knows this version"};
  std::memcpy(uuid.data(), raw.data(), raw.size());
  return {};
}

/** The embedding with unit length; empty where it has no direction or a value that is no number. */
std::vector<float> unit(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
  if (!std::isfinite(squares) || squares < 1e-30) return {};
  const double scale = 1 / std::sqrt(squares);
  std::vector<float> result(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    result[i] = static_cast<float>(static_cast<double>(values[i]) * scale);
  return result;
}

std::vector<float> floats(View bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

Status checkVector(std::span<const float> values, uint32_t dimension, const std::string& whose) {
  if (values.size() != dimension)
    return Error::invalid(whose + " has " + std::to_string(values.size()) + " dimensions, the space has " +
                              std::to_string(dimension),
                          "pass a Float32Array of the space's dimension");
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      return Error::invalid(whose + " holds " + std::to_string(values[i]) + " at index " + std::to_string(i),
                            "pass finite numbers only");
  if (unit(values).empty())
    return Error::invalid(whose + " is a zero vector: it has no direction",
                          "pass a vector with a length above zero");
  return {};
}

Status checkId(View id) {
  if (id.empty() || id.size() > kIdMaxBytes || !is_utf8(id) || has_control(id))
    return Error::invalid("id " + quote_text(id) + " is not 1 to " + std::to_string(kIdMaxBytes) +
                              " bytes of UTF-8 without control characters",
                          "shorten or clean the id");
  return {};
}

Error notFound(View id) {
  return {Code::kNotFound, "there is no episode " + quote_text(id), "store it first, or check the id"};
}

Status checkRelation(View relation) {
  if (relation.empty() || relation.size() > kRelationMaxBytes || !is_utf8(relation) || has_control(relation))
    return Error::invalid("relation " + quote_text(relation) + " is not 1 to " +
                              std::to_string(kRelationMaxBytes) +
                              " bytes of UTF-8 without control characters",
                          "use a short name such as \"cites\"");
  return {};
}

}  // namespace

Status Space::create(Disk& disk, const std::string& directory, const SpaceSettings& settings,
                     const SpaceUuid& uuid) {
  if (settings.dimension < kDimensionMin || settings.dimension > kDimensionMax)
    return Error::invalid("dimension " + std::to_string(settings.dimension) + " is out of range",
                          "use " + std::to_string(kDimensionMin) + " to " + std::to_string(kDimensionMax));
  ENGRAM_TRY(Log::create(disk, directory, uuid));
  // Last: a directory without settings is no space yet, and is made again.
  return write_file_durably(disk, join_path(directory, std::string(kSettingsName)),
                            encodeSettings(settings, uuid));
}

Space::Space(Disk& disk, std::string directory, const SpaceSettings& settings, const SpaceUuid& uuid)
    : disk_(disk),
      directory_(std::move(directory)),
      settings_(settings),
      uuid_(uuid),
      index_({.dimension = settings.dimension}) {}

Result<std::unique_ptr<Space>> Space::open(Disk& disk, const std::string& directory,
                                           const LogOptions& options) {
  const std::string path = join_path(directory, std::string(kSettingsName));
  auto bytes = read_file(disk, path);
  ENGRAM_TRY(bytes);
  SpaceSettings settings;
  SpaceUuid uuid;
  ENGRAM_TRY(decodeSettings(*bytes, path, settings, uuid));
  std::unique_ptr<Space> space(new Space(disk, directory, settings, uuid));  // private constructor
  auto from = space->load_snapshot(join_path(directory, kSnapshotName));
  ENGRAM_TRY(from);
  auto log = Log::open(disk, directory, uuid, *from, options, [&](const Record& record) -> Status {
    const auto operation = decode_operation(record.type, record.payload, settings.dimension);
    if (!operation)
      return Error{Code::kDamaged,
                   "record " + std::to_string(record.sequence) + " is no operation this build knows",
                   "restore the space from a backup"};
    if (const Status possible = space->possible(*operation); !possible)
      return Error{Code::kDamaged,
                   "record " + std::to_string(record.sequence) + " cannot be: " + possible.error().message,
                   "restore the space from a backup"};
    space->apply(*operation);
    return {};
  });
  ENGRAM_TRY(log);
  space->log_ = std::move(*log);
  return space;
}

/** Whether an operation that was read back is one that could have been written. */
Status Space::possible(const Operation& operation) const {
  if (const auto* batch = std::get_if<StoreOperation>(&operation))
    for (const EpisodeFields& episode : batch->episodes) ENGRAM_TRY(check(episode));
  if (const auto* edges = std::get_if<LinkOperation>(&operation))
    for (const EdgeFields& edge : edges->edges)
      for (const View id : {edge.from, edge.to})
        if (ordinalOf(id) == kNoNode) return notFound(id);
  return {};
}

/** The state as of the snapshot, and where the log goes on; the beginning where there is none. */
Result<ChainPosition> Space::load_snapshot(const std::string& path) {
  const auto bytes = read_file(disk_, path);
  if (!bytes && bytes.error().code == Code::kNotFound) return ChainPosition{0, chain_start(uuid_)};
  ENGRAM_TRY(bytes);
  const auto header =
      read_snapshot(*bytes, path, uuid_, settings_.dimension, [this](const Operation& operation) -> Status {
        if (const auto* state = std::get_if<StateOperation>(&operation)) return restore(*state);
        if (const auto* edges = std::get_if<EdgesOperation>(&operation)) return restore(*edges);
        return Error{Code::kDamaged, "the snapshot holds an operation that belongs in a log",
                     "restore the space from a backup"};
      });
  ENGRAM_TRY(header);
  return header->position;
}

Status Space::restore(const StateOperation& state) {
  for (const EpisodeState& one : state.episodes) {
    ENGRAM_TRY(check(one.fields));
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
    graph_.link(edge.from, edge.to, relation, edge.weight);
  }
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
        some.edges.push_back({ordinal, arc.target, arc.weight, 0});
        if (some.edges.size() == kEdgesPerSection) flush_edges();
      }
    flush_edges();
  }
  return writer.finish(episodes, edges);
}

Status Space::snapshot() {
  const std::lock_guard alone(snapshot_mutex_);
  Bytes bytes;
  ChainPosition position;
  {
    const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
    ENGRAM_TRY(log_->rotate());  // syncs: what the snapshot holds is durable by the log, too
    position = log_->position();
    ChainPosition claimed = position;
    if (mutant(Mutant::kSnapshotOffByOne)) ++claimed.sequence;
    bytes = encode_snapshot(claimed);
  }
  if (mutant(Mutant::kTruncateBeforeSnapshot)) ENGRAM_TRY(log_->remove_covered(position.sequence));
  ENGRAM_TRY(write_file_durably(disk_, join_path(directory_, kSnapshotName), bytes));
  return log_->remove_covered(position.sequence);
}

uint32_t Space::ordinalOf(View id) const {
  const auto found = ordinals_.find(id);
  return found == ordinals_.end() ? kNoNode : found->second;
}

uint16_t Space::relationOf(View relation) {
  return relations_.try_emplace(std::string(relation), static_cast<uint16_t>(relations_.size()))
      .first->second;
}

Status Space::check(const EpisodeFields& episode) const {
  ENGRAM_TRY(checkId(episode.id));
  const std::string whose = "embedding of " + quote_text(episode.id);
  if (!episode.embedding.empty())
    ENGRAM_TRY(checkVector(floats(episode.embedding), settings_.dimension, whose));
  if (!std::isfinite(episode.at_ms) || std::abs(episode.at_ms) > kTimeMaxMs)
    return Error::invalid("time of " + quote_text(episode.id) + " is " + std::to_string(episode.at_ms),
                          "pass milliseconds since 1970 in the range of a Date");
  if (!(episode.confidence >= 0 && episode.confidence <= 1))
    return Error::invalid(
        "confidence of " + quote_text(episode.id) + " is " + std::to_string(episode.confidence),
        "pass a number from 0 to 1");
  if (episode.content.size() > kContentMaxBytes)
    return Error{
        Code::kTooLarge,
        "content of " + quote_text(episode.id) + " has " + std::to_string(episode.content.size()) + " bytes",
        "keep it within " + std::to_string(kContentMaxBytes)};
  if (!is_utf8(episode.content))
    return Error::invalid("content of " + quote_text(episode.id) + " is not UTF-8", "pass text");
  return {};
}

Result<Sequence> Space::commit(const Operation& operation) {
  Bytes payload;
  encode_operation(payload, operation);
  if (payload.size() > kRecordMaxBytes)
    return Error{Code::kTooLarge, "the batch has " + std::to_string(payload.size()) + " bytes",
                 "split it: a batch may have " + std::to_string(kRecordMaxBytes)};
  if (const auto* batch = std::get_if<StoreOperation>(&operation);
      mutant(Mutant::kSplitBatch) && batch != nullptr && batch->episodes.size() > 1) {
    Sequence last = 0;
    for (const EpisodeFields& episode : batch->episodes) {
      auto one = commit(StoreOperation{{episode}});
      ENGRAM_TRY(one);
      last = *one;
    }
    return last;
  }
  if (mutant(Mutant::kApplyWithoutLog) && std::holds_alternative<UnlinkOperation>(operation)) {
    apply(operation);
    return log_->position().sequence;
  }
  auto sequence = log_->append(static_cast<uint16_t>(type_of(operation)), payload);
  ENGRAM_TRY(sequence);
  apply(operation);
  return sequence;
}

Result<Sequence> Space::store(const std::vector<EpisodeFields>& episodes, Durability durability) {
  if (episodes.empty()) return log_->position().sequence;
  if (episodes.size() > kBatchMaxItems)
    return Error{Code::kTooLarge, "the batch has " + std::to_string(episodes.size()) + " episodes",
                 "split it: a batch may have " + std::to_string(kBatchMaxItems)};
  for (const EpisodeFields& episode : episodes) ENGRAM_TRY(check(episode));
  Sequence sequence = 0;
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    StoreOperation operation;
    for (const EpisodeFields& episode : episodes) {
      const uint32_t ordinal = ordinalOf(episode.id);
      if (ordinal != kNoNode) {
        const Node& node = nodes_[ordinal];
        const bool same = node.at_ms == episode.at_ms && node.content == episode.content &&
                          node.attributes == episode.attributes && node.embedding == episode.embedding &&
                          node.confidence == episode.confidence;
        if (same) continue;
      }
      operation.episodes.push_back(episode);
    }
    // The same again: nothing to write, but what was written before must be durable before it is said again.
    sequence = log_->position().sequence;
    if (!operation.episodes.empty()) {
      auto committed = commit(operation);
      ENGRAM_TRY(committed);
      sequence = *committed;
    }
  }
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

Result<Sequence> Space::link(const LinkOperation& edges, Durability durability) {
  ENGRAM_TRY(checkRelation(edges.relation));
  for (const EdgeFields& edge : edges.edges)
    if (!(edge.weight >= -1 && edge.weight <= 1))
      return Error::invalid("weight of " + quote_text(edge.from) + " to " + quote_text(edge.to) + " is " +
                                std::to_string(edge.weight),
                            "pass a number from -1 to 1");
  Sequence sequence = 0;
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    for (const EdgeFields& edge : edges.edges)
      for (const View id : {edge.from, edge.to})
        if (ordinalOf(id) == kNoNode) return notFound(id);
    auto committed = commit(edges);
    ENGRAM_TRY(committed);
    sequence = *committed;
  }
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

Result<Sequence> Space::unlink(const UnlinkOperation& edges, Durability durability) {
  ENGRAM_TRY(checkRelation(edges.relation));
  Sequence sequence = 0;
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    auto committed = commit(edges);
    ENGRAM_TRY(committed);
    sequence = *committed;
  }
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

Result<Sequence> Space::forget(const std::vector<View>& ids, Durability durability, ForgetMode mode,
                               float factor) {
  for (const View id : ids) ENGRAM_TRY(checkId(id));
  if (mode == ForgetMode::kSuppress && !(factor > 0 && factor < 1))
    return Error::invalid("factor is " + std::to_string(factor), "pass a number between 0 and 1");
  Sequence sequence = 0;
  {
    const auto lock = waiting_lock<std::unique_lock<std::shared_mutex>>(mutex_);
    auto committed = commit(ForgetOperation{mode, factor, ids});
    ENGRAM_TRY(committed);
    sequence = *committed;
  }
  if (durability != Durability::kAsync) ENGRAM_TRY(log_->sync_to(sequence));
  return sequence;
}

void Space::apply(const Operation& operation) {
  std::visit(
      [this](const auto& one) {
        using Type = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Type, StoreOperation> || std::is_same_v<Type, LinkOperation> ||
                      std::is_same_v<Type, UnlinkOperation> || std::is_same_v<Type, ForgetOperation>)
          apply(one);
      },
      operation);
}

void Space::apply(const StoreOperation& operation) {
  for (const EpisodeFields& episode : operation.episodes) {
    uint32_t ordinal = ordinalOf(episode.id);
    if (ordinal == kNoNode) {
      ordinal = static_cast<uint32_t>(nodes_.size());
      nodes_.emplace_back();
      ordinals_.emplace(std::string(episode.id), ordinal);
    }
    Node& node = nodes_[ordinal];
    const bool moved = node.embedding != episode.embedding;
    node = {std::string(episode.id),
            episode.at_ms,
            std::string(episode.content),
            Bytes(episode.attributes),
            Bytes(episode.embedding),
            episode.confidence,
            1,
            true};
    if (!moved) continue;
    index_.remove(ordinal);
    if (!episode.embedding.empty()) index_.add(ordinal, unit(floats(episode.embedding)));
  }
}

void Space::apply(const LinkOperation& operation) {
  const uint16_t relation = relationOf(operation.relation);
  for (const EdgeFields& edge : operation.edges)
    graph_.link(ordinalOf(edge.from), ordinalOf(edge.to), relation, edge.weight);
}

void Space::apply(const UnlinkOperation& operation) {
  const auto relation = relations_.find(operation.relation);
  if (relation == relations_.end()) return;
  for (const EdgeFields& edge : operation.edges) {
    const uint32_t from = ordinalOf(edge.from);
    const uint32_t to = ordinalOf(edge.to);
    if (from != kNoNode && to != kNoNode) graph_.unlink(from, to, relation->second);
  }
}

void Space::apply(const ForgetOperation& operation) {
  for (const View id : operation.ids) {
    const uint32_t ordinal = ordinalOf(id);
    if (ordinal == kNoNode) continue;
    if (operation.mode == ForgetMode::kSuppress) {
      nodes_[ordinal].strength *= operation.factor;
      continue;
    }
    index_.remove(ordinal);
    graph_.removeNode(ordinal);
    nodes_[ordinal] = {};
    ordinals_.erase(ordinals_.find(id));
  }
}

Episode Space::episode_of(const Node& node) const {
  return {node.id,
          floats(node.embedding),
          node.at_ms,
          node.content,
          decode_attributes(node.attributes).value_or(Attributes{}),
          node.confidence,
          node.strength};
}

std::optional<Episode> Space::get(View id) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const uint32_t ordinal = ordinalOf(id);
  if (ordinal == kNoNode) return std::nullopt;
  return episode_of(nodes_[ordinal]);
}

std::vector<Episode> Space::scan(View after, size_t limit) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<Episode> found;
  for (auto at = ordinals_.upper_bound(after); at != ordinals_.end() && found.size() < limit; ++at)
    found.push_back(episode_of(nodes_[at->second]));
  return found;
}

std::vector<Edge> Space::edges(View id) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<Edge> found;
  const uint32_t ordinal = ordinalOf(id);
  if (ordinal == kNoNode) return found;
  std::vector<View> names(relations_.size());
  for (const auto& [name, number] : relations_) names[number] = name;
  for (const Arc& arc : graph_.out(ordinal))
    found.push_back({nodes_[arc.target].id, std::string(names[arc.relation]), arc.weight});
  std::sort(found.begin(), found.end(), [](const Edge& a, const Edge& b) {
    return std::tie(a.relation, a.to) < std::tie(b.relation, b.to);
  });
  return found;
}

Status Space::verify() const {
  const auto wrong = [](const std::string& what) {
    return Error{Code::kInternal, "a broken invariant: " + what, "report this as a defect of engram"};
  };
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  size_t live = 0;
  size_t vectors = 0;
  size_t edges = 0;
  for (uint32_t ordinal = 0; ordinal < nodes_.size(); ++ordinal) {
    const Node& node = nodes_[ordinal];
    const bool indexed = index_.contains(ordinal);
    if (!node.live) {
      if (indexed || !graph_.out(ordinal).empty() || !graph_.in(ordinal).empty())
        return wrong("ordinal " + std::to_string(ordinal) + " is forgotten and still has a vector or edges");
      continue;
    }
    ++live;
    if (ordinalOf(node.id) != ordinal) return wrong(quote_text(node.id) + " is not found by its id");
    if (indexed != !node.embedding.empty()) return wrong("the vector of " + quote_text(node.id));
    if (indexed) {
      ++vectors;
      const auto expected = unit(floats(node.embedding));
      const auto stored = index_.vector(ordinal);
      if (!std::equal(expected.begin(), expected.end(), stored.begin(), stored.end()))
        return wrong("the index holds another vector of " + quote_text(node.id));
    }
    for (const Arc& arc : graph_.out(ordinal)) {
      ++edges;
      if (arc.target >= nodes_.size() || !nodes_[arc.target].live)
        return wrong("an edge of " + quote_text(node.id) + " leads nowhere");
      const auto back = graph_.in(arc.target);
      if (std::none_of(back.begin(), back.end(), [&](const Arc& other) {
            return other.target == ordinal && other.relation == arc.relation && other.weight == arc.weight;
          }))
        return wrong("an edge of " + quote_text(node.id) + " is not known at its other end");
    }
  }
  if (live != ordinals_.size() || vectors != index_.size() || edges != graph_.edges())
    return wrong("counts of " + std::to_string(live) + " episodes, " + std::to_string(vectors) +
                 " vectors, " + std::to_string(edges) + " edges do not add up");
  return {};
}

Result<std::vector<Hit>> Space::recall(std::span<const float> query, const RecallOptions& options) const {
  if (options.k == 0 || options.k > kRecallMaxK)
    return Error::invalid("k is " + std::to_string(options.k),
                          "ask for 1 to " + std::to_string(kRecallMaxK) + " hits");
  ENGRAM_TRY(checkVector(query, settings_.dimension, "the cue"));
  const std::vector<float> cue = unit(query);
  thread_local SearchScratch scratch;
  std::vector<Hit> hits(options.k);
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  hits.resize(index_.search(cue,
                            {.k = options.k,
                             .ef = options.ef,
                             .mode = options.exact ? SearchMode::kExact : SearchMode::kApproximate},
                            scratch, hits));
  return hits;
}

Result<SpreadResult> Space::spread(const std::vector<std::pair<View, float>>& seeds,
                                   const SpreadOptions& options) const {
  if (seeds.empty() || seeds.size() > kSeedsMaxCount)
    return Error::invalid(std::to_string(seeds.size()) + " seeds",
                          "pass 1 to " + std::to_string(kSeedsMaxCount));
  if (options.depth == 0 || options.depth > kSpreadMaxDepth)
    return Error::invalid("depth is " + std::to_string(options.depth),
                          "use 1 to " + std::to_string(kSpreadMaxDepth));
  thread_local GraphScratch scratch;
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<Activation> from;
  for (const auto& [id, value] : seeds) {
    const uint32_t ordinal = ordinalOf(id);
    if (ordinal == kNoNode) return notFound(id);
    if (!(value > 0 && value <= 1))
      return Error::invalid("activation of seed " + quote_text(id) + " is " + std::to_string(value),
                            "pass a number above 0, at most 1");
    from.push_back({ordinal, value});
  }
  return graph_.spread(from, options, scratch);
}

Result<std::vector<uint32_t>> Space::reach(View id, uint32_t hops, Direction direction,
                                           std::optional<View> relation) const {
  if (hops == 0 || hops > kReachMaxHops)
    return Error::invalid("hops is " + std::to_string(hops), "use 1 to " + std::to_string(kReachMaxHops));
  thread_local GraphScratch scratch;
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const uint32_t ordinal = ordinalOf(id);
  if (ordinal == kNoNode) return notFound(id);
  ReachOptions options{.hops = hops, .direction = direction};
  if (relation) {
    const auto known = relations_.find(*relation);
    if (known == relations_.end()) return std::vector<uint32_t>{};
    options.relation = known->second;
  }
  return graph_.reach(ordinal, options, scratch);
}

std::vector<std::string> Space::ids(std::span<const uint32_t> ordinals) const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::vector<std::string> found;
  found.reserve(ordinals.size());
  for (const uint32_t ordinal : ordinals)
    found.push_back(ordinal < nodes_.size() ? nodes_[ordinal].id : std::string());
  return found;
}

SpaceStats Space::stats() const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  const MemoryUse memory = index_.memory();
  return {ordinals_.size(),   index_.size(),        graph_.edges(),     log_->bytes(),
          log_->sync_count(), memory.vectors_bytes, memory.graph_bytes, log_->position().sequence,
          log_->durable(),    log_->cut_bytes()};
}

uint64_t Space::digest() const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::map<uint16_t, View> names;
  for (const auto& [name, number] : relations_) names[number] = name;
  uint64_t digest = mix64(settings_.dimension);
  const auto add = [&](View bytes) {
    digest = mix64(digest ^ ((uint64_t{crc32c(0, bytes)} << 32U) | (bytes.size() & 0xFFFF'FFFFU)));
  };
  for (const auto& [id, ordinal] : ordinals_) {
    const Node& node = nodes_[ordinal];
    Bytes fixed;
    Writer writer(fixed);
    writer.put(node.at_ms);
    writer.put(node.confidence);
    writer.put(node.strength);
    for (const View part :
         {View(id), View(fixed), View(node.content), View(node.attributes), View(node.embedding)})
      add(part);
    std::vector<Bytes> edges;
    for (const Arc& arc : graph_.out(ordinal)) {
      Bytes edge;
      Writer out(edge);
      out.sized<uint16_t>(names[arc.relation]);
      out.sized<uint16_t>(nodes_[arc.target].id);
      out.put(arc.weight);
      edges.push_back(edge);
    }
    std::sort(edges.begin(), edges.end());
    for (const Bytes& edge : edges) add(edge);
  }
  return digest;
}

Status Space::sync() { return log_->sync_to(log_->position().sequence); }

Status Space::close() { return log_->close(); }

}  // namespace engram
