// The state against itself, and its digest.
#include <algorithm>
#include <limits>
#include <map>

#include "base/crc32c.h"
#include "base/mutant.h"
#include "base/phases.h"
#include "base/random.h"
#include "base/utf8.h"
#include "space/input.h"
#include "space/snapshot.h"
#include "space/space.h"

namespace engram {

Status Space::verify() const {
  const Timed timed(metrics_.of(Measured::kVerify));
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
    if (!attributes_.holds(ordinal, node.at_ms, node.attributes))
      return wrong("the attributes or the time of " + quote_text(node.id) + " are not indexed");
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
  if (live != ids_.size() || live != attributes_.size() || vectors != index_.size() ||
      edges != graph_.edges())
    return wrong("counts of " + std::to_string(live) + " episodes, " + std::to_string(vectors) +
                 " vectors, " + std::to_string(edges) + " edges do not add up");
  if (!ids_.order_agrees(id_of())) return wrong("ids are in another order than episodes have them");
  if (const auto wrongly = concepts_.disagreement(index_)) return wrong(*wrongly);
  return {};
}

Status Space::verify_files() {
  return hold(Measured::kVerify, [this](const SpaceFiles& files) -> Status {
    const std::string path = join_path(files.directory, kSnapshotName);
    const auto snapshot = read_file(files.disk, path);
    if (!snapshot && snapshot.error().code != Code::kNotFound) return snapshot.error();
    if (snapshot) {
      const auto header = read_snapshot(*snapshot, path, files.uuid, files.settings.dimension,
                                        [](const Operation&) { return Status{}; });
      if (!header) return header.error();
    }
    if (mutant(Mutant::kVerifyWithoutLog)) return {};
    LogReader reader(files.disk, files.directory, files.uuid);
    if (const Status sought = reader.seek(log_->stats().first); !sought) return sought;
    return reader.read(files.durable.sequence, std::numeric_limits<size_t>::max(), [&](const Record& record) {
      if (decode_operation(record.type, record.payload, files.settings.dimension)) return Status{};
      return Status(Error{Code::kDamaged,
                          "record " + std::to_string(record.sequence) + " is no operation this build knows",
                          "restore the space from a backup"});
    });
  });
}

uint64_t Space::digest() const {
  const auto lock = waiting_lock<std::shared_lock<std::shared_mutex>>(mutex_);
  std::map<uint16_t, View> names;
  for (const auto& [name, number] : relations_) names[number] = name;
  uint64_t digest = mix64(settings_.dimension);
  const auto add = [&](View bytes) {
    digest = mix64(digest ^ ((uint64_t{crc32c(0, bytes)} << 32U) | (bytes.size() & 0xFFFF'FFFFU)));
  };
  for (const uint32_t ordinal : ids_.page({}, std::numeric_limits<size_t>::max(), id_of())) {
    const Node& node = nodes_[ordinal];
    Bytes fixed;
    Writer writer(fixed);
    writer.put(node.at_ms);
    writer.put(node.confidence);
    writer.put(node.strength);
    writer.put(node.access_count);
    writer.put(node.last_access_ms);
    writer.put(node.traces.stability);
    writer.put(node.traces.found);
    writer.put(node.traces.older_stability);
    writer.put(node.traces.older_since_ms);
    for (const View part :
         {View(node.id), View(fixed), View(node.content), View(node.attributes), View(node.embedding)})
      add(part);
    std::vector<Bytes> edges;
    for (const Arc& arc : graph_.out(ordinal)) {
      Bytes edge;
      Writer out(edge);
      out.sized<uint16_t>(names[arc.relation]);
      out.sized<uint16_t>(nodes_[arc.target].id);
      out.put(arc.weight);
      out.put(arc.at_ms);
      edges.push_back(edge);
    }
    std::sort(edges.begin(), edges.end());
    for (const Bytes& edge : edges) add(edge);
  }
  keys_.for_each([&](View key, const IdempotencyKeys::Answer& answer) {
    add(key);
    digest = mix64(digest ^ answer.fingerprint ^ mix64(answer.sequence));
  });
  for (uint32_t number = 0; number < concepts_.end(); ++number) {
    if (!concepts_.live(number)) continue;
    const Concept& one = concepts_[number];
    Bytes fixed;
    Writer writer(fixed);
    writer.put(number);
    writer.put(one.formed_at_ms);
    writer.put(one.strength);
    writer.put(one.coherence);
    for (const float value : one.centroid) writer.put(value);
    add(fixed);
    std::vector<View> members;
    for (const Binding& binding : one.bindings) members.push_back(nodes_[binding.episode].id);
    std::sort(members.begin(), members.end());
    for (const View member : members) add(member);
  }
  Bytes memory;
  encode_operation(memory,
                   MemoryOperation{memory_.decay, memory_.calibration.knots(), memory_.completions.knots()});
  encode_operation(memory, cycles_.last);
  Writer(memory).put(cycles_.cycles);
  add(memory);
  return digest;
}

}  // namespace engram
