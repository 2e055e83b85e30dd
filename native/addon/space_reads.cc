// get, scan, edges, ids: short reads, answered at once.
#include "space_handle.h"
#include "values.h"

namespace engram {
namespace {

Napi::Value episodeObject(Napi::Env env, const Episode& episode) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("id", episode.id);
  if (episode.embedding.empty())
    result.Set("embedding", env.Null());
  else {
    auto embedding = Napi::Float32Array::New(env, episode.embedding.size());
    std::copy(episode.embedding.begin(), episode.embedding.end(), embedding.Data());
    result.Set("embedding", embedding);
  }
  result.Set("at", episode.at_ms);
  result.Set("content", episode.content);
  result.Set("attributes", object(env, episode.attributes));
  result.Set("confidence", static_cast<double>(episode.confidence));
  result.Set("strength", static_cast<double>(episode.strength));
  return result;
}

}  // namespace

Napi::Value SpaceHandle::get(const Napi::CallbackInfo& info) {
  const auto episode = space_->get(info[0].As<Napi::String>().Utf8Value());
  return episode ? episodeObject(info.Env(), *episode) : info.Env().Undefined();
}

// after, limit
Napi::Value SpaceHandle::scan(const Napi::CallbackInfo& info) {
  const auto found =
      space_->scan(info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::Number>().Uint32Value());
  Napi::Array result = Napi::Array::New(info.Env(), found.size());
  for (uint32_t i = 0; i < found.size(); ++i) result.Set(i, episodeObject(info.Env(), found[i]));
  return result;
}

Napi::Value SpaceHandle::edges(const Napi::CallbackInfo& info) {
  const auto found = space_->edges(info[0].As<Napi::String>().Utf8Value());
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
  const auto ordinals = info[0].As<Napi::Uint32Array>();
  return stringArray(info.Env(), space_->ids({ordinals.Data(), ordinals.ElementLength()}));
}

}  // namespace engram
