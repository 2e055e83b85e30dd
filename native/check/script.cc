#include "check/script.h"

#include <array>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "backup/backup.h"
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
          [batch, promise](const Stage& on) {
            std::vector<EpisodeFields> fields;
            for (const auto& [id, one] : batch)
              fields.push_back({id, one.embedding, one.at_ms, one.content, {}, one.confidence});
            return done(on.space.store(fields, promise));
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
          [=](const Stage& on) {
            const Status linked =
                done(on.space.link({"near", edge.at_ms, {{from, to, edge.weight}}}, Durability::kGroup));
            return linked || linked.error().code == Code::kNotFound ? Status{} : linked;
          }};
}

Step unlink(uint64_t k) {
  const Bytes from = id_of(k - 1);
  const Bytes to = id_of(k);
  return {"unlink", Durability::kFsync, [=](Model& model) { model.unlink(from, to, "near"); },
          [=](const Stage& on) {
            return done(on.space.unlink({"near", {{from, to, 1}}}, Durability::kFsync));
          }};
}

Step forget(uint64_t k) {
  const Bytes id = id_of(k);
  return {"forget", Durability::kGroup, [=](Model& model) { model.erase(id); },
          [=](const Stage& on) { return done(on.space.forget({id}, Durability::kGroup)); }};
}

Step weaken(uint64_t k) {
  const Bytes id = id_of(k);
  return {"weaken", Durability::kFsync, [=](Model& model) { model.weaken(id, kWeaken); },
          [=](const Stage& on) {
            return done(on.space.forget({id}, Durability::kFsync, ForgetMode::kSuppress, kWeaken));
          }};
}

/** A request that would show if it were done twice, under the key of the step `first`. */
Step weaken_once(std::string_view name, uint64_t first) {
  const Bytes id = id_of(first);
  const Bytes key = "key-" + std::to_string(first);
  return {name, Durability::kGroup,
          [=](Model& model) {
            if (model.once(key)) model.weaken(id, kWeaken);
          },
          [=](const Stage& on) {
            return done(on.space.forget({id}, {Durability::kGroup, 0, key}, ForgetMode::kSuppress, kWeaken));
          },
          true};
}
Step keyed(uint64_t k) { return weaken_once("keyed", k); }
/** What step k − 1 asked for, by a client that did not hear the answer. */
Step keyed_again(uint64_t k) { return weaken_once("keyed again", k - 1); }

/** What it holds is checked by itself: it is whole or not there. */
Step backup(uint64_t) {
  return {"backup", Durability::kFsync, [](Model&) {},
          [](const Stage& on) {
            const auto held = back_up(on.space, on.backup);
            return held ? Status{} : Status{held.error()};
          }};
}

Step snapshot(uint64_t) {
  return {"snapshot", Durability::kFsync, [](Model&) {}, [](const Stage& on) { return on.space.snapshot(); }};
}

/** Which concepts it forms is its own affair, checked by the space's invariants; that it ran is remembered.
 * Where errors left nothing new it writes nothing, and the ledger tells of a step that was refused. */
Step consolidate(uint64_t k) {
  return {
      "consolidate", Durability::kFsync, [](Model& model) { model.consolidate(CycleOperation{}); },
      [k](const Stage& on) {
        bool ran = false;
        const auto report = on.space.consolidate(
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
  return {"sync", Durability::kFsync, [](Model&) {}, [](const Stage& on) { return on.space.sync(); }};
}

using Maker = Step (*)(uint64_t k);
constexpr std::array<Maker, 23> kMakers = {
    store_one,   store_batch, link,        keyed,       keyed_again, store_one,   store_async, link,
    store_async, store_again, store_batch, consolidate, weaken,      unlink,      forget,      snapshot,
    store_one,   store_async, backup,      sync,        store_batch, consolidate, link};

}  // namespace

bool backs_up(uint64_t k) { return kMakers[k % kMakers.size()] == backup; }

Step script_step(uint64_t k) { return kMakers[k % kMakers.size()](k); }

}  // namespace engram
