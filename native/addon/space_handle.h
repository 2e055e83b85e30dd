// A space as JavaScript sees it: one method per operation, values in, values out, no logic. The arguments of
// each are listed over its definition; engine.ts is their only caller.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>

#include "space/space.h"

namespace engram {

class SpaceHandle final : public Napi::ObjectWrap<SpaceHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit SpaceHandle(const Napi::CallbackInfo& info);

 private:
  Napi::Value store(const Napi::CallbackInfo& info);
  Napi::Value link(const Napi::CallbackInfo& info);
  Napi::Value unlink(const Napi::CallbackInfo& info);
  Napi::Value forget(const Napi::CallbackInfo& info);
  Napi::Value get(const Napi::CallbackInfo& info);
  Napi::Value scan(const Napi::CallbackInfo& info);
  Napi::Value edges(const Napi::CallbackInfo& info);
  Napi::Value recall(const Napi::CallbackInfo& info);
  Napi::Value recallSync(const Napi::CallbackInfo& info);
  Napi::Value spread(const Napi::CallbackInfo& info);
  Napi::Value reach(const Napi::CallbackInfo& info);
  Napi::Value reachSync(const Napi::CallbackInfo& info);
  Napi::Value ids(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  Napi::Value damage(const Napi::CallbackInfo& info);
  Napi::Value sync(const Napi::CallbackInfo& info);
  Napi::Value snapshot(const Napi::CallbackInfo& info);
  Napi::Value verify(const Napi::CallbackInfo& info);

  /** A promise of nothing but success. */
  Napi::Value done(Napi::Env env, std::function<Status(Space&)> work);

  std::shared_ptr<Space> space_;
};

}  // namespace engram
