// recall, spread, reach: answers as columns of ordinals and scores.
#include "space_handle.h"
#include "task.h"
#include "values.h"

namespace engram {
namespace {

RecallOptions recallOptions(const Napi::CallbackInfo& info) {
  return {.k = info[1].As<Napi::Number>().Uint32Value(),
          .ef = info[2].As<Napi::Number>().Uint32Value(),
          .exact = info[3].As<Napi::Boolean>().Value()};
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
  return {info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::Number>().Uint32Value(),
          info[2].As<Napi::Boolean>().Value() ? Direction::kIn : Direction::kOut,
          info[3].As<Napi::String>().Utf8Value()};
}

}  // namespace

// vector, k, ef, exact
Napi::Value SpaceHandle::recall(const Napi::CallbackInfo& info) {
  return Task<std::vector<Hit>>::run(
      info.Env(),
      [space = space_, query = floats(info[0]), options = recallOptions(info)] {
        return space->recall(query, options);
      },
      [](Napi::Env env, std::vector<Hit>& hits) -> Napi::Value {
        return scored(env, hits, hits.size(), [](const Hit& hit) { return hit.similarity; });
      });
}

// vector, k, ef, exact, ordinals out, scores out -> count
Napi::Value SpaceHandle::recallSync(const Napi::CallbackInfo& info) {
  const auto query = info[0].As<Napi::Float32Array>();
  const auto hits = space_->recall({query.Data(), query.ElementLength()}, recallOptions(info));
  if (!hits) return raise(info.Env(), hits.error());
  auto ordinals = info[4].As<Napi::Uint32Array>();
  auto scores = info[5].As<Napi::Float32Array>();
  const size_t count = std::min({hits->size(), ordinals.ElementLength(), scores.ElementLength()});
  for (size_t i = 0; i < count; ++i) {
    ordinals[i] = (*hits)[i].ordinal;
    scores[i] = (*hits)[i].similarity;
  }
  return Napi::Number::New(info.Env(), static_cast<double>(count));
}

// ids, activations, depth, cutoff, fan, arc budget, limit
Napi::Value SpaceHandle::spread(const Napi::CallbackInfo& info) {
  auto ids = std::make_shared<std::vector<std::string>>(strings(info[0]));
  SpreadOptions options;
  options.depth = info[2].As<Napi::Number>().Uint32Value();
  options.cutoff = info[3].As<Napi::Number>().FloatValue();
  options.fan = static_cast<Fan>(info[4].As<Napi::Number>().Uint32Value());
  options.arc_budget = info[5].As<Napi::Number>().Uint32Value();
  return Task<SpreadResult>::run(
      info.Env(),
      [space = space_, ids, values = floats(info[1]), options] {
        std::vector<std::pair<View, float>> seeds;
        for (size_t i = 0; i < ids->size(); ++i) seeds.emplace_back((*ids)[i], values[i]);
        return space->spread(seeds, options);
      },
      [limit = info[6].As<Napi::Number>().Uint32Value()](Napi::Env env, SpreadResult& result) -> Napi::Value {
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
  const auto found = reachCall(info).on(*space_);
  return found ? numbers(info.Env(), *found) : raise(info.Env(), found.error());
}

}  // namespace engram
