// The engine as JavaScript sees it.
#pragma once

#include <napi.h>

#include <memory>

#include "engine/engine.h"
#include "io/posix_disk.h"

namespace engram {

class EngineHandle final : public Napi::ObjectWrap<EngineHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit EngineHandle(const Napi::CallbackInfo& info);

 private:
  Napi::Value space(const Napi::CallbackInfo& info);
  Napi::Value spaces(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  std::shared_ptr<PosixDisk> disk_;
  std::shared_ptr<Engine> engine_;
};

}  // namespace engram
