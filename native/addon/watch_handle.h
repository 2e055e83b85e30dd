// A stream of changes as JavaScript sees it: next() gives those that are there, the callback tells that there
// may be more. engine.ts makes an async iterator of the two.
#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "handle.h"
#include "space/space.h"
#include "values.h"

namespace engram {

class WatchHandle final : public Napi::ObjectWrap<WatchHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  /** The arguments: a space as an External, the first sequence, the callback. */
  explicit WatchHandle(const Napi::CallbackInfo& info);
  ~WatchHandle() override { release(); }

 private:
  /** What a read under way on another thread holds on to. */
  struct Source {
    std::shared_ptr<Space> space;
    std::unique_ptr<Watch> watch;  // ends before its space
    std::mutex one_reader;
    std::atomic<bool> told{false};  // the callback is on its way: one at a time is enough
  };

  template <Napi::Value (WatchHandle::*method)(const Napi::CallbackInfo&)>
  Napi::Value guarded(const Napi::CallbackInfo& info) {
    if (is_tagged(info, kWatchTag)) return (this->*method)(info);
    refuse(info.Env(), "this is not a watch", "call the method on what watch() returned");
    return info.Env().Undefined();
  }
  Napi::Value next(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  void release();

  std::shared_ptr<Source> source_;
  Napi::ThreadSafeFunction changed_;
};

}  // namespace engram
