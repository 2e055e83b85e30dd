// recall, spread, reach: answers as columns of ordinals and scores.
#include "space_handle.h"
#include "task.h"
#include "values.h"

namespace engram {
namespace {

RecallOptions recallOptions(const Napi::CallbackInfo& info) {
  return {.k = count(info[1], "k"),
          .ef = count(info[2], "ef"),
          .exact = flag(info[3], "exact"),
          .filter = filter(info[4])};
}

struct ReachCall {
  std::string id;
  uint32_t hops;
  Direction direction;
  std::string relation;  // empty: any
  Result<std::vector<uint32_t>> on(const Space& space) const {
    return space.reach(id, hops, direction, relation.empty() ? std::nullopt : std::optional<View>(relation));
  }
};

ReachCall reachCall(const Napi::CallbackInfo& info) {
  return {text(info[0], "id"), count(info[1], "hops"),
          flag(info[2], "inwards") ? Direction::kIn : Direction::kOut, text(info[3], "relation")};
}

}  // namespace

// vector | null, k, ef, exact, filter | null
Napi::Value SpaceHandle::recall(const Napi::CallbackInfo& info) {
  const bool by_vector = !info[0].IsNull();
  auto query = by_vector ? floats(info[0], "vector") : std::vector<float>{};
  return Task<std::vector<Hit>>::run(
      info.Env(),
      [space = space_, by_vector, query = std::move(query), options = recallOptions(info)] {
        return by_vector ? space->recall(query, options) : space->recall(options);
      },
      [](Napi::Env env, std::vector<Hit>& hits) -> Napi::Value {
        return scored(env, hits, hits.size(), [](const Hit& hit) { return hit.similarity; });
      });
}

// vector, k, ef, exact, filter | null, ordinals out, scores out -> count
Napi::Value SpaceHandle::recallSync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto query = inPlace<const float>(env, info[0], napi_float32_array);
  const auto ordinals = inPlace<uint32_t>(env, info[5], napi_uint32_array);
  const auto scores = inPlace<float>(env, info[6], napi_float32_array);
  if (!query.present || !ordinals.present || !scores.present) {
    refuse(env, "vector, ordinals or scores is not a typed array of its kind",
           "pass a Float32Array, and a Uint32Array and a Float32Array to be filled");
    return env.Undefined();
  }
  const RecallOptions options = recallOptions(info);
  if (env.IsExceptionPending()) return env.Undefined();
  const auto hits = space_->recall(query.elements, options);
  if (!hits) return raise(env, hits.error());
  const size_t most = std::min({hits->size(), ordinals.elements.size(), scores.elements.size()});
  for (size_t i = 0; i < most; ++i) {
    ordinals.elements[i] = (*hits)[i].ordinal;
    scores.elements[i] = (*hits)[i].similarity;
  }
  return Napi::Number::New(env, static_cast<double>(most));
}

// ids, activations, depth, cutoff, fan, arc budget, limit
Napi::Value SpaceHandle::spread(const Napi::CallbackInfo& info) {
  auto ids = std::make_shared<std::vector<std::string>>(strings(info[0], "seeds"));
  auto values = floats(info[1], "activations");
  requireLength(info.Env(), values.size(), ids->size(), "activations");
  SpreadOptions options;
  options.depth = count(info[2], "depth");
  options.cutoff = static_cast<float>(number(info[3], "cutoff"));
  options.fan = fanOf(info[4]);
  options.arc_budget = count(info[5], "arcBudget");
  const uint32_t limit = count(info[6], "limit");
  return Task<SpreadResult>::run(
      info.Env(),
      [space = space_, ids, values = std::move(values), options] {
        std::vector<std::pair<View, float>> seeds;
        for (size_t i = 0; i < ids->size(); ++i) seeds.emplace_back((*ids)[i], values[i]);
        return space->spread(seeds, options);
      },
      [limit](Napi::Env env, SpreadResult& result) -> Napi::Value {
        Napi::Object answer = scored(env, result.active, std::min<size_t>(limit, result.active.size()),
                                     [](const Activation& activation) { return activation.value; });
        answer.Set("truncated", result.truncated);
        return answer;
      });
}

// id, hops, inwards, relation
Napi::Value SpaceHandle::reach(const Napi::CallbackInfo& info) {
  return Task<std::vector<uint32_t>>::run(
      info.Env(), [space = space_, call = reachCall(info)] { return call.on(*space); },
      [](Napi::Env env, std::vector<uint32_t>& found) { return numbers(env, found); });
}

Napi::Value SpaceHandle::reachSync(const Napi::CallbackInfo& info) {
  const ReachCall call = reachCall(info);
  if (info.Env().IsExceptionPending()) return info.Env().Undefined();
  const auto found = call.on(*space_);
  return found ? numbers(info.Env(), *found) : raise(info.Env(), found.error());
}

}  // namespace engram
