#include "engine_handle.h"

#include <random>

#include "classes.h"
#include "task.h"
#include "values.h"

namespace engram {
namespace {

/** Of zeros, for bursts: 256 MiB of a space that has filled as much, none of a small one. */
constexpr size_t kSpareSegments = 4;

}  // namespace

Napi::Function EngineHandle::define(Napi::Env env) {
  return DefineClass(env, "Engine",
                     {InstanceMethod<&EngineHandle::guarded<&EngineHandle::space>>("space"),
                      InstanceMethod<&EngineHandle::guarded<&EngineHandle::spaces>>("spaces"),
                      InstanceMethod<&EngineHandle::guarded<&EngineHandle::restore>>("restore"),
                      InstanceMethod<&EngineHandle::guarded<&EngineHandle::verifyBackup>>("verifyBackup"),
                      InstanceMethod<&EngineHandle::guarded<&EngineHandle::close>>("close")});
}

EngineHandle::EngineHandle(const Napi::CallbackInfo& info)
    : ObjectWrap(info), disk_(std::make_shared<PosixDisk>()) {
  const std::string directory = text(info[0], "directory");
  const uint64_t retain_bytes = sequence(info[1], "retainBytes");
  if (info.Env().IsExceptionPending()) return;
  tag(info, kEngineTag);
  const uint64_t seed = (uint64_t{std::random_device()()} << 32U) | std::random_device()();
  auto engine = Engine::open(*disk_, directory, seed,
                             {.spares = kSpareSegments, .retain_bytes = retain_bytes, .background = true});
  if (!engine) {
    raise(info.Env(), engine.error());
    return;
  }
  // The disk must outlive the engine, also when a task still holds it.
  engine_ = std::shared_ptr<Engine>(engine->release(),
                                    [disk = disk_](Engine* held) { std::default_delete<Engine>()(held); });
}

// id, dimension (0: the space must be there)
Napi::Value EngineHandle::space(const Napi::CallbackInfo& info) {
  return Task<std::shared_ptr<Space>>::run(
      info.Env(),
      [engine = engine_, id = text(info[0], "id"), dimension = count(info[1], "dimension")] {
        return engine->space(id, {.dimension = dimension});
      },
      [](Napi::Env env, std::shared_ptr<Space>& space) -> Napi::Value {
        return env.GetInstanceData<Classes>()->space.New(
            {Napi::External<std::shared_ptr<Space>>::New(env, &space)});
      });
}

// id, backup, sequence | null, time | null, salvaged id | "" -> {sequence, at, salvaged}
Napi::Value EngineHandle::restore(const Napi::CallbackInfo& info) {
  RestoreOptions options;
  if (!info[2].IsNull()) options.sequence = sequence(info[2], "sequence");
  if (!info[3].IsNull()) options.time_ms = number(info[3], "time");
  options.salvage = text(info[4], "salvage");
  return Task<RestoreResult>::run(
      info.Env(),
      [engine = engine_, id = text(info[0], "id"), backup = text(info[1], "directory"), options] {
        return engine->restore(id, backup, options);
      },
      [](Napi::Env env, RestoreResult& restored) -> Napi::Value {
        Napi::Object result = Napi::Object::New(env);
        result.Set("sequence", static_cast<double>(restored.sequence));
        result.Set("at", restored.at_ms);
        result.Set("salvaged", static_cast<double>(restored.salvaged));
        return result;
      });
}

// directory -> {sequence, at, files, bytes, addedBytes}
Napi::Value EngineHandle::verifyBackup(const Napi::CallbackInfo& info) {
  return Task<BackupResult>::run(
      info.Env(),
      [disk = disk_, directory = text(info[0], "directory")] { return verify_backup(*disk, directory); },
      backupObject);
}

Napi::Value EngineHandle::spaces(const Napi::CallbackInfo& info) {
  const auto names = engine_->spaces();
  return names ? stringArray(info.Env(), *names) : raise(info.Env(), names.error());
}

Napi::Value EngineHandle::close(const Napi::CallbackInfo& info) {
  return Task<bool>::run(
      info.Env(),
      [engine = engine_]() -> Result<bool> {
        ENGRAM_TRY(engine->close());
        return true;
      },
      [](Napi::Env env, bool&) { return env.Undefined(); });
}

}  // namespace engram
