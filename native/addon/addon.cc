// The module: what engine.ts finds when it loads engram.node. A thin skin over the core; errors come back as
// {code, message, remedy} and become typed exceptions there.
#include <napi.h>

#include <algorithm>
#include <memory>

#include "classes.h"
#include "engine_handle.h"
#include "listener_handle.h"
#include "space_handle.h"
#include "task.h"
#include "watch_handle.h"
#include "wire/json_numbers.h"

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

/** text: Uint8Array, key, numbers: Float32Array, span: Uint32Array(3) -> whether the key's array was read;
 * span is then begin, end and count (see json_numbers.h). */
Napi::Value jsonNumbers(const Napi::CallbackInfo& info) {
  const auto text = info[0].As<Napi::Uint8Array>();
  auto numbers = info[2].As<Napi::Float32Array>();
  auto span = info[3].As<Napi::Uint32Array>();
  const auto found =
      json_numbers({reinterpret_cast<const char*>(text.Data()), text.ByteLength()},
                   info[1].As<Napi::String>().Utf8Value(), {numbers.Data(), numbers.ElementLength()});
  if (found && span.ElementLength() == 3) {
    span[0] = static_cast<uint32_t>(found->begin);
    span[1] = static_cast<uint32_t>(found->end);
    span[2] = static_cast<uint32_t>(found->count);
  }
  return Napi::Boolean::New(info.Env(), found.has_value());
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("Engine", EngineHandle::define(env));
  exports.Set("Listener", ListenerHandle::define(env));
  exports.Set("traceStart", Napi::Function::New<traceStart>(env));
  exports.Set("traceStop", Napi::Function::New<traceStop>(env));
  exports.Set("jsonNumbers", Napi::Function::New<jsonNumbers>(env));
  auto classes = std::make_unique<Classes>(
      Classes{Napi::Persistent(SpaceHandle::define(env)), Napi::Persistent(WatchHandle::define(env))});
  env.SetInstanceData(classes.release());  // Node-API deletes it with the environment
  return exports;
}

}  // namespace

NODE_API_MODULE(engram, initialise)

}  // namespace engram
