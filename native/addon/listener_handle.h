// A listener as JavaScript sees it: connections in by their descriptors, and out again with what was read of
// them. engine/listener.ts is its only caller.
#pragma once

#include <napi.h>

#include <memory>

#include "handle.h"
#include "listener/listener.h"
#include "values.h"

namespace engram {

class ListenerHandle final : public Napi::ObjectWrap<ListenerHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  /** The arguments: vector type, hits type, JSON type, header lines, connections, first request ms, idle ms,
   * stalled ms, long recall µs, rest requests, the callback. */
  explicit ListenerHandle(const Napi::CallbackInfo& info);

 private:
  template <Napi::Value (ListenerHandle::*method)(const Napi::CallbackInfo&)>
  Napi::Value guarded(const Napi::CallbackInfo& info) {
    if (is_tagged(info, kListenerTag)) return (this->*method)(info);
    refuse(info.Env(), "this is not a listener", "call the method on a RecallListener");
    return info.Env().Undefined();
  }
  Napi::Value open(const Napi::CallbackInfo& info);
  Napi::Value shut(const Napi::CallbackInfo& info);
  Napi::Value adopt(const Napi::CallbackInfo& info);
  Napi::Value handedBack(const Napi::CallbackInfo& info);
  Napi::Value served(const Napi::CallbackInfo& info);
  Napi::Value connections(const Napi::CallbackInfo& info);
  Napi::Value stop(const Napi::CallbackInfo& info);

  std::shared_ptr<Listener> listener_;
  Napi::ThreadSafeFunction notify_;
};

}  // namespace engram
