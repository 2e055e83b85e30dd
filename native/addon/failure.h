// Errors of the core as rejections: {code, message, remedy}, which engine.ts makes typed exceptions of.
#pragma once

#include <napi.h>

#include <string>

#include "base/error.h"

namespace engram {

inline Napi::Value failure(Napi::Env env, const Error& error) {
  Napi::Error thrown = Napi::Error::New(env, error.message);
  thrown.Set("code", Napi::String::New(env, std::string(code_name(error.code))));
  thrown.Set("remedy", Napi::String::New(env, error.remedy));
  if (error.code == Code::kCompacted)
    thrown.Set("sequence", Napi::Number::New(env, static_cast<double>(error.sequence)));
  return thrown.Value();
}

inline Napi::Value raise(Napi::Env env, const Error& error) {
  Napi::Error(env, failure(env, error)).ThrowAsJavaScriptException();
  return env.Undefined();
}

}  // namespace engram
