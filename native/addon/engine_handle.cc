#include "engine_handle.h"

#include <random>

#include "task.h"
#include "values.h"

namespace engram {

Napi::Function EngineHandle::define(Napi::Env env) {
  return DefineClass(
      env, "Engine",
      {InstanceMethod<&EngineHandle::space>("space"), InstanceMethod<&EngineHandle::spaces>("spaces"),
       InstanceMethod<&EngineHandle::close>("close")});
}

EngineHandle::EngineHandle(const Napi::CallbackInfo& info)
    : ObjectWrap(info), disk_(std::make_shared<PosixDisk>()) {
  const uint64_t seed = (uint64_t{std::random_device()()} << 32U) | std::random_device()();
  auto engine = Engine::open(*disk_, info[0].As<Napi::String>().Utf8Value(), seed);
  if (!engine) {
    raise(info.Env(), engine.error());
    return;
  }
  // The disk must outlive the engine, also when a task still holds it.
  engine_ = std::shared_ptr<Engine>(engine->release(),
                                    [disk = disk_](Engine* held) { std::default_delete<Engine>()(held); });
}

// id, dimension
Napi::Value EngineHandle::space(const Napi::CallbackInfo& info) {
  return Task<std::shared_ptr<Space>>::run(
      info.Env(),
      [engine = engine_, id = info[0].As<Napi::String>().Utf8Value(),
       dimension = info[1].As<Napi::Number>().Uint32Value()] {
        return engine->space(id, {.dimension = dimension});
      },
      [](Napi::Env env, std::shared_ptr<Space>& space) -> Napi::Value {
        return env.GetInstanceData<Napi::FunctionReference>()->New(
            {Napi::External<std::shared_ptr<Space>>::New(env, &space)});
      });
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
