// What kind of object JavaScript holds: methods of one class called on another's object would read foreign
// memory, so each object bears the tag of its class.
#pragma once

#include <napi.h>

namespace engram {

inline constexpr napi_type_tag kEngineTag = {0x656e6772616d656eULL, 1};
inline constexpr napi_type_tag kSpaceTag = {0x656e6772616d7370ULL, 2};
inline constexpr napi_type_tag kWatchTag = {0x656e6772616d7761ULL, 3};
inline constexpr napi_type_tag kListenerTag = {0x656e6772616d6c69ULL, 4};

/** Marks the object under construction. */
inline void tag(const Napi::CallbackInfo& info, const napi_type_tag& kind) {
  napi_type_tag_object(info.Env(), info.This(), &kind);
}

inline bool is_tagged(const Napi::CallbackInfo& info, const napi_type_tag& kind) {
  bool right = false;
  return info.This().IsObject() &&
         napi_check_object_type_tag(info.Env(), info.This(), &kind, &right) == napi_ok && right;
}

}  // namespace engram
