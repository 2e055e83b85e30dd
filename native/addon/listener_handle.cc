#include "listener_handle.h"

#include <system_error>

#include "failure.h"
#include "space_handle.h"

namespace engram {

Napi::Function ListenerHandle::define(Napi::Env env) {
  return DefineClass(env, "Listener",
                     {InstanceMethod<&ListenerHandle::guarded<&ListenerHandle::open>>("open"),
                      InstanceMethod<&ListenerHandle::guarded<&ListenerHandle::shut>>("shut"),
                      InstanceMethod<&ListenerHandle::guarded<&ListenerHandle::adopt>>("adopt"),
                      InstanceMethod<&ListenerHandle::guarded<&ListenerHandle::handedBack>>("handedBack"),
                      InstanceMethod<&ListenerHandle::guarded<&ListenerHandle::served>>("served"),
                      InstanceMethod<&ListenerHandle::guarded<&ListenerHandle::connections>>("connections"),
                      InstanceMethod<&ListenerHandle::guarded<&ListenerHandle::stop>>("stop")});
}

ListenerHandle::ListenerHandle(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  const Napi::Env env = info.Env();
  ListenerOptions options;
  options.types = {.vector = text(info[0], "vectorType"), .hits = text(info[1], "hitsType")};
  options.answers = {.fields = text(info[3], "fields"),
                     .json_type = text(info[2], "jsonType"),
                     .hits_type = options.types.hits};
  options.connections_max = count(info[4], "connections");
  options.first_request_ms = count(info[5], "firstRequestMs");
  options.idle_ms = count(info[6], "idleMs");
  options.stalled_ms = count(info[7], "stalledMs");
  options.long_recall_us = count(info[8], "longRecallUs");
  options.rest_requests = count(info[9], "restRequests");
  if (env.IsExceptionPending()) return;
  if (!info[10].IsFunction()) {
    refuse(env, "there is nobody to tell", "pass a function");
    return;
  }
  notify_ = Napi::ThreadSafeFunction::New(env, info[10].As<Napi::Function>(), "engram listener", 0, 1);
  notify_.Unref(env);  // what keeps a server alive is its port
  try {
    listener_ = std::make_shared<Listener>(std::move(options), [call = notify_] { call.NonBlockingCall(); });
  } catch (const std::system_error& error) {
    notify_.Release();
    raise(env, {Code::kIo, std::string("no listener: ") + error.what(),
                "raise the limits of descriptors and threads"});
    return;
  }
  // Hooks run last in, first out: its threads end while the function that they call is still there.
  info.Env().AddCleanupHook([held = std::weak_ptr(listener_)] {
    if (const auto listener = held.lock()) listener->stop();
  });
  tag(info, kListenerTag);
}

// name, space
Napi::Value ListenerHandle::open(const Napi::CallbackInfo& info) {
  const auto space = SpaceHandle::held(info[1]);
  const std::string name = text(info[0], "name");
  if (info.Env().IsExceptionPending()) return info.Env().Undefined();
  if (space == nullptr)
    refuse(info.Env(), "this is not a space", "pass what space() returned");
  else
    listener_->open(name, space);
  return info.Env().Undefined();
}

// name
Napi::Value ListenerHandle::shut(const Napi::CallbackInfo& info) {
  listener_->shut(text(info[0], "name"));
  return info.Env().Undefined();
}

// descriptor -> whether it was taken
Napi::Value ListenerHandle::adopt(const Napi::CallbackInfo& info) {
  const uint32_t fd = count(info[0], "fd");
  if (info.Env().IsExceptionPending()) return info.Env().Undefined();
  return Napi::Boolean::New(info.Env(), listener_->adopt(static_cast<int>(fd)));
}

// -> [descriptor, bytes, descriptor, bytes, …]; the descriptors are the caller's to close
Napi::Value ListenerHandle::handedBack(const Napi::CallbackInfo& info) {
  auto back = listener_->handed_back();
  Napi::Array all = Napi::Array::New(info.Env(), 2 * back.size());
  for (uint32_t i = 0; i < back.size(); ++i) {
    all.Set(2 * i, static_cast<double>(back[i].fd.release()));
    all.Set(2 * i + 1, Napi::Buffer<char>::Copy(info.Env(), back[i].bytes.data(), back[i].bytes.size()));
  }
  return all;
}

// -> seconds of each request answered since the last call
Napi::Value ListenerHandle::served(const Napi::CallbackInfo& info) {
  const auto seconds = listener_->served();
  auto all = Napi::Float32Array::New(info.Env(), seconds.size());
  std::copy(seconds.begin(), seconds.end(), all.Data());
  return all;
}

Napi::Value ListenerHandle::connections(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(listener_->connections()));
}

// What is handed back by it is there when it returns.
Napi::Value ListenerHandle::stop(const Napi::CallbackInfo& info) {
  listener_->stop();
  return info.Env().Undefined();
}

}  // namespace engram
