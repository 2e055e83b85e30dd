#include "space_handle.h"

#include <cstdio>
#include <utility>

#include "task.h"
#include "values.h"

namespace engram {

Napi::Function SpaceHandle::define(Napi::Env env) {
  return DefineClass(env, "Space",
                     {
                         InstanceMethod<&SpaceHandle::store>("store"),
                         InstanceMethod<&SpaceHandle::link>("link"),
                         InstanceMethod<&SpaceHandle::unlink>("unlink"),
                         InstanceMethod<&SpaceHandle::forget>("forget"),
                         InstanceMethod<&SpaceHandle::get>("get"),
                         InstanceMethod<&SpaceHandle::scan>("scan"),
                         InstanceMethod<&SpaceHandle::edges>("edges"),
                         InstanceMethod<&SpaceHandle::snapshot>("snapshot"),
                         InstanceMethod<&SpaceHandle::verify>("verify"),
                         InstanceMethod<&SpaceHandle::recall>("recall"),
                         InstanceMethod<&SpaceHandle::recallSync>("recallSync"),
                         InstanceMethod<&SpaceHandle::spread>("spread"),
                         InstanceMethod<&SpaceHandle::reach>("reach"),
                         InstanceMethod<&SpaceHandle::reachSync>("reachSync"),
                         InstanceMethod<&SpaceHandle::ids>("ids"),
                         InstanceMethod<&SpaceHandle::stats>("stats"),
                         InstanceMethod<&SpaceHandle::damage>("damage"),
                         InstanceMethod<&SpaceHandle::sync>("sync"),
                     });
}

SpaceHandle::SpaceHandle(const Napi::CallbackInfo& info)
    : ObjectWrap(info), space_(*info[0].As<Napi::External<std::shared_ptr<Space>>>().Data()) {}

Napi::Value SpaceHandle::stats(const Napi::CallbackInfo& info) {
  const SpaceStats stats = space_->stats();
  Napi::Object result = Napi::Object::New(info.Env());
  const std::pair<const char*, uint64_t> fields[] = {{"episodes", stats.episodes},
                                                     {"vectors", stats.vectors},
                                                     {"edges", stats.edges},
                                                     {"logBytes", stats.log.bytes},
                                                     {"logSyncs", stats.log.syncs},
                                                     {"vectorBytes", stats.vector_bytes},
                                                     {"indexBytes", stats.index_bytes},
                                                     {"sequence", stats.log.position.sequence},
                                                     {"durable", stats.log.durable},
                                                     {"cutBytes", stats.log.cut_bytes}};
  for (const auto& [name, value] : fields) result.Set(name, static_cast<double>(value));
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(space_->digest()));
  result.Set("digest", std::string(hex));
  return result;
}

Napi::Value SpaceHandle::damage(const Napi::CallbackInfo& info) {
  const auto damage = space_->damage();
  return damage ? failure(info.Env(), *damage) : info.Env().Null();
}

Napi::Value SpaceHandle::done(Napi::Env env, std::function<Status(Space&)> work) {
  return Task<bool>::run(
      env,
      [space = space_, work = std::move(work)]() -> Result<bool> {
        ENGRAM_TRY(work(*space));
        return true;
      },
      [](Napi::Env own, bool&) { return own.Undefined(); });
}

Napi::Value SpaceHandle::sync(const Napi::CallbackInfo& info) {
  return done(info.Env(), [](Space& space) { return space.sync(); });
}

Napi::Value SpaceHandle::snapshot(const Napi::CallbackInfo& info) {
  return done(info.Env(), [](Space& space) { return space.snapshot(); });
}

Napi::Value SpaceHandle::verify(const Napi::CallbackInfo& info) {
  return done(info.Env(), [](Space& space) { return space.verify(); });
}

}  // namespace engram
