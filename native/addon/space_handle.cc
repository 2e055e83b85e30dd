#include "space_handle.h"

#include <cstdio>
#include <utility>

#include "backup/backup.h"
#include "classes.h"
#include "task.h"
#include "values.h"

namespace engram {

Napi::Function SpaceHandle::define(Napi::Env env) {
  return DefineClass(env, "Space",
                     {
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::store>>("store"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::link>>("link"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::unlink>>("unlink"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::forget>>("forget"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::get>>("get"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::scan>>("scan"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::edges>>("edges"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::snapshot>>("snapshot"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::verify>>("verify"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::recall>>("recall"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::recallSync>>("recallSync"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::prepareRecall>>("prepareRecall"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::spread>>("spread"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::spreadSync>>("spreadSync"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::reach>>("reach"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::reachSync>>("reachSync"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::ids>>("ids"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::stats>>("stats"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::damage>>("damage"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::dimension>>("dimension"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::digest>>("digest"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::metrics>>("metrics"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::scanTime>>("scanTime"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::watch>>("watch"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::backup>>("backup"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::sync>>("sync"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::touch>>("touch"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::configure>>("configure"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::consolidate>>("consolidate"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::concepts>>("concepts"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::conceptOf>>("conceptOf"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::answer>>("answer"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::answerSync>>("answerSync"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::complete>>("complete"),
                         InstanceMethod<&SpaceHandle::guarded<&SpaceHandle::recognise>>("recognise"),
                     });
}

SpaceHandle::SpaceHandle(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (!info[0].IsExternal()) {
    refuse(info.Env(), "a space is not made by hand", "call space() of an engine");
    return;
  }
  space_ = *info[0].As<Napi::External<std::shared_ptr<Space>>>().Data();
  tag(info, kSpaceTag);
}

std::shared_ptr<Space> SpaceHandle::held(const Napi::Value& value) {
  bool right = false;
  if (!value.IsObject() || napi_check_object_type_tag(value.Env(), value, &kSpaceTag, &right) != napi_ok ||
      !right)
    return nullptr;
  return Unwrap(value.As<Napi::Object>())->space_;
}

Napi::Value SpaceHandle::stats(const Napi::CallbackInfo& info) {
  const SpaceStats stats = space_->stats();
  Napi::Object result = Napi::Object::New(info.Env());
  const std::pair<const char*, uint64_t> fields[] = {{"episodes", stats.episodes},
                                                     {"vectors", stats.vectors},
                                                     {"edges", stats.edges},
                                                     {"concepts", stats.concepts},
                                                     {"bindings", stats.bindings},
                                                     {"consolidations", stats.cycles},
                                                     {"pending", stats.pending},
                                                     {"logBytes", stats.log.record_bytes},
                                                     {"logAheadBytes", stats.log.ahead_bytes},
                                                     {"logSegments", stats.log.segments},
                                                     {"logSyncs", stats.log.syncs},
                                                     {"appendedBytes", stats.log.appended_bytes},
                                                     {"vectorBytes", stats.vector_bytes},
                                                     {"indexBytes", stats.index_bytes},
                                                     {"idempotencyKeys", stats.idempotency_keys},
                                                     {"sequence", stats.log.position.sequence},
                                                     {"durable", stats.log.durable},
                                                     {"firstSequence", stats.log.first},
                                                     {"cutBytes", stats.log.cut_bytes}};
  for (const auto& [name, value] : fields) result.Set(name, static_cast<double>(value));
  result.Set("writable", space_->writable().ok());
  return result;
}

/** Of the whole state, off the main thread. */
Napi::Value SpaceHandle::digest(const Napi::CallbackInfo& info) {
  return Task<uint64_t>::run(
      info.Env(), [space = space_]() -> Result<uint64_t> { return space->digest(); },
      [](Napi::Env env, uint64_t& digest) -> Napi::Value {
        char hex[17];
        std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(digest));
        return Napi::String::New(env, hex);
      });
}

Napi::Value SpaceHandle::dimension(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), space_->dimension());
}

/** {bucketBegins: Float64Array, operations: {name: {counts: Float64Array, sum}}}, all ns. */
Napi::Value SpaceHandle::metrics(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto begins = Napi::Float64Array::New(env, Histogram::kBuckets + 1);
  for (size_t bucket = 0; bucket <= Histogram::kBuckets; ++bucket)
    begins[bucket] = static_cast<double>(Histogram::bucket_begin(bucket));
  Napi::Object operations = Napi::Object::New(env);
  for (const auto& [name, histogram] : space_->metrics()) {
    auto counts = Napi::Float64Array::New(env, histogram.counts.size());
    std::copy(histogram.counts.begin(), histogram.counts.end(), counts.Data());
    Napi::Object one = Napi::Object::New(env);
    one.Set("counts", counts);
    one.Set("sum", static_cast<double>(histogram.sum));
    operations.Set(std::string(name), one);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("bucketBegins", begins);
  result.Set("operations", operations);
  return result;
}

/** directory -> {sequence, at, files, bytes, addedBytes} */
Napi::Value SpaceHandle::backup(const Napi::CallbackInfo& info) {
  return Task<BackupResult>::run(
      info.Env(),
      [space = space_, directory = text(info[0], "directory")] { return back_up(*space, directory); },
      backupObject);
}

// from, callback -> a watch
Napi::Value SpaceHandle::watch(const Napi::CallbackInfo& info) {
  return info.Env().GetInstanceData<Classes>()->watch.New(
      {Napi::External<std::shared_ptr<Space>>::New(info.Env(), &space_), info[0], info[1]});
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
  return done(info.Env(), [](Space& space) {
    const Status sound = space.verify();
    return sound ? space.verify_files() : sound;
  });
}

}  // namespace engram
