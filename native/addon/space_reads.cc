// get, scan, edges, ids, scanTime: short reads, answered at once.
#include "space_handle.h"
#include "values.h"

namespace engram {

Napi::Value SpaceHandle::get(const Napi::CallbackInfo& info) {
  const std::string id = text(info[0], "id");
  if (info.Env().IsExceptionPending()) return info.Env().Undefined();
  const auto episode = space_->get(id);
  return episode ? episodeObject(info.Env(), *episode) : info.Env().Undefined();
}

// after, limit
Napi::Value SpaceHandle::scan(const Napi::CallbackInfo& info) {
  const std::string after = text(info[0], "after");
  const uint32_t limit = count(info[1], "limit");
  if (info.Env().IsExceptionPending()) return info.Env().Undefined();
  const auto found = space_->scan(after, limit);
  Napi::Array result = Napi::Array::New(info.Env(), found.size());
  for (uint32_t i = 0; i < found.size(); ++i) result.Set(i, episodeObject(info.Env(), found[i]));
  return result;
}

Napi::Value SpaceHandle::edges(const Napi::CallbackInfo& info) {
  const std::string id = text(info[0], "id");
  if (info.Env().IsExceptionPending()) return info.Env().Undefined();
  const auto found = space_->edges(id);
  Napi::Array result = Napi::Array::New(info.Env(), found.size());
  for (uint32_t i = 0; i < found.size(); ++i) {
    Napi::Object edge = Napi::Object::New(info.Env());
    edge.Set("to", found[i].to);
    edge.Set("relation", found[i].relation);
    edge.Set("weight", static_cast<double>(found[i].weight));
    edge.Set("at", found[i].at_ms);
    result.Set(i, edge);
  }
  return result;
}

Napi::Value SpaceHandle::ids(const Napi::CallbackInfo& info) {
  const bool right =
      info[0].IsTypedArray() && info[0].As<Napi::TypedArray>().TypedArrayType() == napi_uint32_array;
  if (!right) {
    refuse(info.Env(), "ordinals is " + described(info[0]), "pass the Uint32Array of an answer");
    return info.Env().Undefined();
  }
  const auto ordinals = info[0].As<Napi::Uint32Array>();
  return stringArray(info.Env(), space_->ids({ordinals.Data(), ordinals.ElementLength()}));
}

// from, until, {at, ordinal} | null, limit -> {episodes, next: {at, ordinal} | null}
Napi::Value SpaceHandle::scanTime(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const double from = number(info[0], "from");
  const double until = number(info[1], "until");
  std::optional<TimeCursor> after;
  if (!env.IsExceptionPending() && info[2].IsObject()) {
    const auto cursor = info[2].As<Napi::Object>();
    after = TimeCursor{number(member(cursor, "at"), "at of the cursor"),
                       count(member(cursor, "ordinal"), "ordinal of the cursor")};
  }
  const size_t limit = count(info[3], "limit");
  if (env.IsExceptionPending()) return env.Undefined();
  const TimePage page = space_->scan_time(from, until, after, limit);
  Napi::Array episodes = Napi::Array::New(env, page.episodes.size());
  for (uint32_t i = 0; i < page.episodes.size(); ++i) episodes.Set(i, episodeObject(env, page.episodes[i]));
  Napi::Object result = Napi::Object::New(env);
  result.Set("episodes", episodes);
  if (page.next) {
    Napi::Object next = Napi::Object::New(env);
    next.Set("at", page.next->at_ms);
    next.Set("ordinal", static_cast<double>(page.next->ordinal));
    result.Set("next", next);
  } else {
    result.Set("next", env.Null());
  }
  return result;
}

}  // namespace engram
