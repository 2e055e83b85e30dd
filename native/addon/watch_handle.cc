#include "watch_handle.h"

#include "task.h"

namespace engram {
namespace {

Napi::Array edge_array(Napi::Env env, const std::vector<EdgeFields>& edges, bool weighted) {
  Napi::Array result = Napi::Array::New(env, edges.size());
  for (uint32_t i = 0; i < edges.size(); ++i) {
    Napi::Object edge = Napi::Object::New(env);
    edge.Set("from", std::string(edges[i].from));
    edge.Set("to", std::string(edges[i].to));
    if (weighted) edge.Set("weight", static_cast<double>(edges[i].weight));
    result.Set(i, edge);
  }
  return result;
}

Napi::Array id_array(Napi::Env env, const std::vector<View>& ids) {
  Napi::Array result = Napi::Array::New(env, ids.size());
  for (uint32_t i = 0; i < ids.size(); ++i) result.Set(i, std::string(ids[i]));
  return result;
}

struct Describe {
  Napi::Env env;
  Napi::Object& into;

  void operator()(const StoreOperation& operation) const {
    into.Set("kind", "store");
    Napi::Array episodes = Napi::Array::New(env, operation.episodes.size());
    for (uint32_t i = 0; i < operation.episodes.size(); ++i) {
      const EpisodeFields& fields = operation.episodes[i];
      std::vector<float> embedding(fields.embedding.size() / sizeof(float));
      if (!embedding.empty()) std::memcpy(embedding.data(), fields.embedding.data(), fields.embedding.size());
      Napi::Object episode = episodeObject(
          env, {std::string(fields.id), std::move(embedding), fields.at_ms, std::string(fields.content),
                decode_attributes(fields.attributes).value_or(Attributes{}), fields.confidence});
      episode.Delete("strength");  // what the engine keeps about it is no part of the change
      episodes.Set(i, episode);
    }
    into.Set("episodes", episodes);
  }
  void operator()(const LinkOperation& operation) const {
    into.Set("kind", "link");
    into.Set("relation", std::string(operation.relation));
    into.Set("linkedAt", operation.at_ms);
    into.Set("edges", edge_array(env, operation.edges, true));
  }
  void operator()(const UnlinkOperation& operation) const {
    into.Set("kind", "unlink");
    into.Set("relation", std::string(operation.relation));
    into.Set("edges", edge_array(env, operation.edges, false));
  }
  void operator()(const ForgetOperation& operation) const {
    const bool weaken = operation.mode == ForgetMode::kSuppress;
    into.Set("kind", weaken ? "weaken" : "forget");
    if (weaken) into.Set("factor", static_cast<double>(operation.factor));
    into.Set("ids", id_array(env, operation.ids));
  }
  /** What the engine writes for itself: told, not described. */
  template <typename Other>
  void operator()(const Other& /*operation*/) const {
    into.Set("kind", "internal");
  }
};

Napi::Object change_object(Napi::Env env, const Change& change, uint32_t dimension) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("sequence", static_cast<double>(change.sequence));
  result.Set("at", change.at_ms);
  if (!change.key.empty()) result.Set("key", change.key);
  const auto operation = decode_operation(change.type, change.payload, dimension);
  if (operation)
    std::visit(Describe{env, result}, *operation);
  else
    result.Set("kind", "internal");
  return result;
}

}  // namespace

Napi::Function WatchHandle::define(Napi::Env env) {
  return DefineClass(env, "Watch",
                     {InstanceMethod<&WatchHandle::guarded<&WatchHandle::next>>("next"),
                      InstanceMethod<&WatchHandle::guarded<&WatchHandle::close>>("close")});
}

WatchHandle::WatchHandle(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsExternal() || !info[2].IsFunction()) {
    refuse(env, "a watch is not made by hand", "call watch() of a space");
    return;
  }
  const Sequence first = sequence(info[1], "from");
  if (env.IsExceptionPending()) return;
  auto source = std::make_shared<Source>();
  source->space = *info[0].As<Napi::External<std::shared_ptr<Space>>>().Data();
  auto watch = source->space->watch(first);
  if (!watch) {
    raise(env, watch.error());
    return;
  }
  tag(info, kWatchTag);
  source->watch = std::move(*watch);
  changed_ = Napi::ThreadSafeFunction::New(env, info[2].As<Napi::Function>(), "engram watch", 0, 1);
  source_ = std::move(source);
  source_->watch->when_changed([told = source_.get(), call = changed_] {
    if (!told->told.exchange(true)) call.NonBlockingCall();
  });
}

/** The changes that are there: an array, empty when there are none yet. */
Napi::Value WatchHandle::next(const Napi::CallbackInfo& info) {
  if (!source_) {
    raise(info.Env(), {Code::kClosed, "the watch is closed", "begin another one"});
    return info.Env().Undefined();
  }
  source_->told = false;
  return Task<std::vector<Change>>::run(
      info.Env(),
      [source = source_] {
        const std::lock_guard lock(source->one_reader);
        return source->watch->next();
      },
      [dimension = source_->space->dimension()](Napi::Env env, std::vector<Change>& changes) -> Napi::Value {
        Napi::Array result = Napi::Array::New(env, changes.size());
        for (uint32_t i = 0; i < changes.size(); ++i)
          result.Set(i, change_object(env, changes[i], dimension));
        return result;
      });
}

Napi::Value WatchHandle::close(const Napi::CallbackInfo& info) {
  release();
  return info.Env().Undefined();
}

void WatchHandle::release() {
  if (!source_) return;
  source_->watch->when_changed(nullptr);  // from here on nobody calls back
  changed_.Release();
  source_.reset();
}

}  // namespace engram
