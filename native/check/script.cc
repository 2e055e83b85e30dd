#include "check/script.h"

#include <array>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/random.h"

namespace engram {
namespace {

constexpr uint64_t kIds = 24;  // so that stores replace, edges change and forgetting hits
constexpr uint64_t kBatch = 5;
constexpr float kWeaken = 0.5F;
/** Episodes are of a few topics, so that consolidation has something to find. */
constexpr uint64_t kTopics = 3;
constexpr float kSpread = 0.5F;
/** So few episodes would else be worth a concept or none. */
constexpr double kConceptShare = 0.5;

Bytes id_of(uint64_t k) { return "e-" + std::to_string(mix64(k) % kIds); }

ModelEpisode episode_of(uint64_t k) {
  Random random(k);
  std::array<float, kScriptDimension> values{};
  for (float& value : values) value = kSpread * (static_cast<float>(random.unit()) - 0.5F);
  values[k % kTopics] += 1;
  ModelEpisode made;
  made.embedding.assign(reinterpret_cast<const char*>(values.data()), sizeof values);
  made.at_ms = static_cast<double>(k);
  made.content = "step " + std::to_string(k) + Bytes(random.below(120), '.');
  return made;
}

Status done(const Result<Sequence>& result) { return result ? Status{} : Status{result.error()}; }

Step store(std::string_view name, uint64_t first, uint64_t count, Durability promise) {
  std::map<Bytes, ModelEpisode> batch;
  for (uint64_t i = first; i < first + count; ++i) batch[id_of(i)] = episode_of(i);
  return {name, promise,
          [batch](Model& model) {
            for (const auto& [id, episode] : batch) model.store(id, episode);
          },
          [batch, promise](Space& space) {
            std::vector<EpisodeFields> fields;
            for (const auto& [id, one] : batch)
              fields.push_back({id, one.embedding, one.at_ms, one.content, {}, one.confidence});
            return done(space.store(fields, promise));
          }};
}

Step store_one(uint64_t k) {
  return store("store", k, 1, k % 2 == 0 ? Durability::kFsync : Durability::kGroup);
}
Step store_batch(uint64_t k) { return store("store batch", k, kBatch, Durability::kGroup); }
Step store_async(uint64_t k) { return store("store async", k, 1, Durability::kAsync); }
/** What step k − 1 stored: nothing to write, and yet a promise. */
Step store_again(uint64_t k) { return store("store again", k - 1, 1, Durability::kGroup); }

Step link(uint64_t k) {
  const Bytes from = id_of(k);
  const Bytes to = id_of(k + 1);
  const ModelEdge edge{static_cast<float>(k % 9) / 8, static_cast<double>(k)};
  return {"link", Durability::kGroup,
          [=](Model& model) {
            if (model.has(from) && model.has(to)) model.link(from, to, "near", edge);
          },
          [=](Space& space) {
            const Status linked =
                done(space.link({"near", edge.at_ms, {{from, to, edge.weight}}}, Durability::kGroup));
            return linked || linked.error().code == Code::kNotFound ? Status{} : linked;
          }};
}

Step unlink(uint64_t k) {
  const Bytes from = id_of(k - 1);
  const Bytes to = id_of(k);
  return {"unlink", Durability::kFsync, [=](Model& model) { model.unlink(from, to, "near"); },
          [=](Space& space) {
            return done(space.unlink({"near", {{from, to, 1}}}, Durability::kFsync));
          }};
}

Step forget(uint64_t k) {
  const Bytes id = id_of(k);
  return {"forget", Durability::kGroup, [=](Model& model) { model.erase(id); },
          [=](Space& space) { return done(space.forget({id}, Durability::kGroup)); }};
}

Step weaken(uint64_t k) {
  const Bytes id = id_of(k);
  return {"weaken", Durability::kFsync, [=](Model& model) { model.weaken(id, kWeaken); },
          [=](Space& space) {
            return done(space.forget({id}, Durability::kFsync, ForgetMode::kSuppress, kWeaken));
          }};
}

Step snapshot(uint64_t) {
  return {"snapshot", Durability::kFsync, [](Model&) {}, [](Space& space) { return space.snapshot(); }};
}

/** Which concepts it forms is its own affair, checked by the space's invariants; that it ran is remembered.
 * Where errors left nothing new it writes nothing, and the ledger tells of a step that was refused. */
Step consolidate(uint64_t k) {
  return {
      "consolidate", Durability::kFsync, [](Model& model) { model.consolidate(CycleOperation{}); },
      [k](Space& space) {
        bool ran = false;
        const auto report = space.consolidate(
            static_cast<double>(k),
            {.cluster = {.tau_ms = 0},
             .share = kConceptShare,
             .observer = [&](const Operation& one) { ran |= std::holds_alternative<CycleOperation>(one); }},
            Durability::kFsync);
        if (!report) return Status{report.error()};
        return ran ? Status{} : Status{Error{Code::kNotFound, "nothing is new", "store something first"}};
      }};
}

Step sync(uint64_t) {
  return {"sync", Durability::kFsync, [](Model&) {}, [](Space& space) { return space.sync(); }};
}

using Maker = Step (*)(uint64_t k);
constexpr std::array<Maker, 20> kMakers = {store_one,   store_batch, link,        store_one,   store_async,
                                           link,        store_async, store_again, store_batch, consolidate,
                                           weaken,      unlink,      forget,      snapshot,    store_one,
                                           store_async, sync,        store_batch, consolidate, link};

}  // namespace

Step script_step(uint64_t k) { return kMakers[k % kMakers.size()](k); }

}  // namespace engram
