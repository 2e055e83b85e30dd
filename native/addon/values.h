// Values across the border: JavaScript's to the core's and back. Whatever is of the wrong type is refused by
// a typed exception that names the argument, and read as empty; Task::run starts no work once one is thrown.
#pragma once

#include <napi.h>

#include <algorithm>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "backup/backup.h"
#include "log/log.h"
#include "space/attributes.h"
#include "space/filter.h"
#include "space/space.h"

namespace engram {

/** Throws Code::kInvalidArgument into JavaScript, unless something has been thrown already. */
void refuse(Napi::Env env, const std::string& message, const std::string& remedy);

/** What a value is, for messages: "a string", "null", "an object". */
std::string described(const Napi::Value& value);

/** A part of an object or array; undefined once something has been thrown, as nothing may be asked of
 * JavaScript then. */
Napi::Value member(const Napi::Object& object, const char* name);
Napi::Value member(const Napi::Array& array, uint32_t at);

/** UTF-8; a lone surrogate is refused, since it could not be given back. */
std::string text(const Napi::Value& value, const char* name);
std::vector<std::string> strings(const Napi::Value& value, const char* name);
/** The elements of a typed array of exactly this kind, in place; data() is null and size() 0 where it is
 * none, and `present` says so. One question to the engine of JavaScript, since a call of a microsecond has no
 * time for more. */
template <typename Element>
struct InPlace {
  std::span<Element> elements;
  bool present = false;
};
template <typename Element>
InPlace<Element> inPlace(Napi::Env env, napi_value value, napi_typedarray_type kind) {
  napi_typedarray_type type{};
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != kind)
    return {};
  return {{static_cast<Element*>(data), length}, true};
}
/** A Float32Array. */
std::vector<float> floats(const Napi::Value& value, const char* name);
/** A Float64Array. */
std::vector<double> doubles(const Napi::Value& value, const char* name);
double number(const Napi::Value& value, const char* name);
/** A whole number from 0 to 2³² − 1. */
uint32_t count(const Napi::Value& value, const char* name);
/** A whole number from 0 to 2⁵³ − 1. */
uint64_t sequence(const Napi::Value& value, const char* name);
bool flag(const Napi::Value& value, const char* name);
/** 0 fsync, 1 group, 2 async. */
Durability durability(const Napi::Value& value);
/** 0 none, 1 linear, 2 sqrt. */
Fan fanOf(const Napi::Value& value);
Attributes attributes(const Napi::Value& value);
/** {where?, from?, until?, minConfidence?} or null. */
RecallFilter filter(const Napi::Value& value);
/** Two columns of one batch must be as long as each other. */
void requireLength(Napi::Env env, size_t length, size_t wanted, const char* name);

struct WriteCall {
  Durability durability;
  double now_ms;
  std::string key;
  WriteOptions options() const { return {durability, now_ms, key}; }
};
/** {durability, now, key} as three arguments from `at` on. */
WriteCall writeCall(const Napi::CallbackInfo& info, size_t at);

Napi::Object object(Napi::Env env, const Attributes& attributes);
Napi::Object episodeObject(Napi::Env env, const Episode& episode);
/** {sequence, at, files, bytes, addedBytes} */
Napi::Value backupObject(Napi::Env env, BackupResult& backup);
Napi::Value stringArray(Napi::Env env, const std::vector<std::string>& values);
Napi::Value numbers(Napi::Env env, const std::vector<uint32_t>& values);

/** {ordinals: Uint32Array, scores: Float32Array} from pairs. */
template <typename Pair, typename Score>
Napi::Object scored(Napi::Env env, const std::vector<Pair>& pairs, size_t count, Score score) {
  auto ordinals = Napi::Uint32Array::New(env, count);
  auto scores = Napi::Float32Array::New(env, count);
  for (size_t i = 0; i < count; ++i) {
    ordinals[i] = pairs[i].ordinal;
    scores[i] = score(pairs[i]);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("ordinals", ordinals);
  result.Set("scores", scores);
  return result;
}

inline Napi::Value sequenceOf(Napi::Env env, Sequence& sequence) {
  return Napi::Number::New(env, static_cast<double>(sequence));
}

}  // namespace engram
