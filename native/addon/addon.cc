// The module: what engine.ts finds when it loads engram.node. A thin skin over the core; errors come back as
// {code, message, remedy} and become typed exceptions there.
#include <napi.h>

#include <algorithm>
#include <memory>

#include "engine_handle.h"
#include "space_handle.h"
#include "task.h"

namespace engram {
namespace {

/** From now on every task leaves a row, in the order in which they are asked for. */
void traceStart(const Napi::CallbackInfo&) {
  trace.on = true;
  trace.rows.clear();
}

/** The rows since traceStart: n × 7 numbers (see Trace). */
Napi::Value traceStop(const Napi::CallbackInfo& info) {
  trace.on = false;
  auto rows = Napi::Float64Array::New(info.Env(), trace.rows.size());
  std::copy(trace.rows.begin(), trace.rows.end(), rows.Data());
  trace.rows = {};
  return rows;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("Engine", EngineHandle::define(env));
  exports.Set("traceStart", Napi::Function::New<traceStart>(env));
  exports.Set("traceStop", Napi::Function::New<traceStop>(env));
  auto space = std::make_unique<Napi::FunctionReference>(Napi::Persistent(SpaceHandle::define(env)));
  env.SetInstanceData(space.release());  // Node-API deletes it with the environment
  return exports;
}

}  // namespace

NODE_API_MODULE(engram, initialise)

}  // namespace engram
