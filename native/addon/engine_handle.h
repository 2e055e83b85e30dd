// The engine as JavaScript sees it.
#pragma once

#include <napi.h>

#include <memory>

#include "engine/engine.h"
#include "handle.h"
#include "io/posix_disk.h"
#include "values.h"

namespace engram {

class EngineHandle final : public Napi::ObjectWrap<EngineHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit EngineHandle(const Napi::CallbackInfo& info);

 private:
  template <Napi::Value (EngineHandle::*method)(const Napi::CallbackInfo&)>
  Napi::Value guarded(const Napi::CallbackInfo& info) {
    if (is_tagged(info, kEngineTag)) return (this->*method)(info);
    refuse(info.Env(), "this is not an engine", "call the method on what open() returned");
    return info.Env().Undefined();
  }
  Napi::Value space(const Napi::CallbackInfo& info);
  Napi::Value restore(const Napi::CallbackInfo& info);
  Napi::Value verifyBackup(const Napi::CallbackInfo& info);
  Napi::Value spaces(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  std::shared_ptr<PosixDisk> disk_;
  std::shared_ptr<Engine> engine_;
};

}  // namespace engram
