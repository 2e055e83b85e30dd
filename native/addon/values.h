// Values across the border: JavaScript's to the core's and back.
#pragma once

#include <napi.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "log/log.h"
#include "space/attributes.h"
#include "space/space.h"

namespace engram {

inline std::vector<std::string> strings(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> result(array.Length());
  for (uint32_t i = 0; i < result.size(); ++i) result[i] = array.Get(i).As<Napi::String>().Utf8Value();
  return result;
}

inline std::vector<float> floats(const Napi::Value& value) {
  const auto array = value.As<Napi::Float32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

inline std::vector<double> doubles(const Napi::Value& value) {
  const auto array = value.As<Napi::Float64Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

inline Attributes attributes(const Napi::Value& value) {
  Attributes result;
  if (!value.IsObject()) return result;
  const auto object = value.As<Napi::Object>();
  for (const auto& key : strings(object.GetPropertyNames())) {
    const Napi::Value entry = object.Get(key);
    if (entry.IsString())
      result[key] = entry.As<Napi::String>().Utf8Value();
    else if (entry.IsNumber())
      result[key] = entry.As<Napi::Number>().DoubleValue();
    else if (entry.IsBoolean())
      result[key] = entry.As<Napi::Boolean>().Value();
  }
  return result;
}

inline Napi::Object object(Napi::Env env, const Attributes& attributes) {
  Napi::Object result = Napi::Object::New(env);
  for (const auto& [key, value] : attributes) {
    if (const auto* text = std::get_if<std::string>(&value))
      result.Set(key, *text);
    else if (const auto* number = std::get_if<double>(&value))
      result.Set(key, *number);
    else
      result.Set(key, std::get<bool>(value));
  }
  return result;
}

inline Napi::Value stringArray(Napi::Env env, const std::vector<std::string>& values) {
  Napi::Array result = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); ++i) result.Set(i, values[i]);
  return result;
}

inline Napi::Value numbers(Napi::Env env, const std::vector<uint32_t>& values) {
  auto result = Napi::Uint32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), result.Data());
  return result;
}

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

inline Durability durability(const Napi::Value& value) {
  return static_cast<Durability>(value.As<Napi::Number>().Uint32Value());
}

}  // namespace engram
