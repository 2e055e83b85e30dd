// A space as JavaScript sees it: one method per operation, values in, values out, no logic. The arguments of
// each are listed over its definition; engine.ts is their only caller.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>

#include "handle.h"
#include "space/space.h"
#include "values.h"

namespace engram {

class SpaceHandle final : public Napi::ObjectWrap<SpaceHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit SpaceHandle(const Napi::CallbackInfo& info);
  /** The space that a value holds; null where it is none. */
  static std::shared_ptr<Space> held(const Napi::Value& value);

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
  Napi::Value prepareRecall(const Napi::CallbackInfo& info);
  Napi::Value spread(const Napi::CallbackInfo& info);
  Napi::Value spreadSync(const Napi::CallbackInfo& info);
  Napi::Value reach(const Napi::CallbackInfo& info);
  Napi::Value reachSync(const Napi::CallbackInfo& info);
  Napi::Value ids(const Napi::CallbackInfo& info);
  Napi::Value touch(const Napi::CallbackInfo& info);
  Napi::Value configure(const Napi::CallbackInfo& info);
  Napi::Value consolidate(const Napi::CallbackInfo& info);
  Napi::Value concepts(const Napi::CallbackInfo& info);
  Napi::Value conceptOf(const Napi::CallbackInfo& info);
  Napi::Value answer(const Napi::CallbackInfo& info);
  Napi::Value answerSync(const Napi::CallbackInfo& info);
  Napi::Value complete(const Napi::CallbackInfo& info);
  Napi::Value recognise(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  Napi::Value dimension(const Napi::CallbackInfo& info);
  Napi::Value digest(const Napi::CallbackInfo& info);
  Napi::Value metrics(const Napi::CallbackInfo& info);
  Napi::Value backup(const Napi::CallbackInfo& info);
  Napi::Value watch(const Napi::CallbackInfo& info);
  Napi::Value scanTime(const Napi::CallbackInfo& info);
  Napi::Value damage(const Napi::CallbackInfo& info);
  Napi::Value sync(const Napi::CallbackInfo& info);
  Napi::Value snapshot(const Napi::CallbackInfo& info);
  Napi::Value verify(const Napi::CallbackInfo& info);

  /** Calls the method when `this` is a space: JavaScript may call it on anything. */
  template <Napi::Value (SpaceHandle::*method)(const Napi::CallbackInfo&)>
  Napi::Value guarded(const Napi::CallbackInfo& info) {
    if (is_tagged(info, kSpaceTag)) return (this->*method)(info);
    refuse(info.Env(), "this is not a space", "call the method on what space() returned");
    return info.Env().Undefined();
  }

  /** A promise of nothing but success. */
  Napi::Value done(Napi::Env env, std::function<Status(Space&)> work);

  std::shared_ptr<Space> space_;
};

}  // namespace engram
