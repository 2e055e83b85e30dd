// Spreading from one episode in the calling thread, into an array of the caller: the shortest path there is.
#include <algorithm>

#include "failure.h"
#include "space_handle.h"
#include "values.h"

namespace engram {

// id, depth, cutoff, fan, revisit, ordinals out -> count
Napi::Value SpaceHandle::spreadSync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string id = text(info[0], "id");
  SpreadOptions options;
  options.depth = count(info[1], "depth");
  options.cutoff = static_cast<float>(number(info[2], "cutoff"));
  options.fan = fanOf(info[3]);
  options.revisit = static_cast<float>(number(info[4], "revisit"));
  if (env.IsExceptionPending()) return env.Undefined();
  if (!(options.revisit >= 0 && options.revisit <= 1))
    refuse(env, "revisit is " + std::to_string(options.revisit), "pass a number from 0 to 1");
  else if (!info[5].IsTypedArray() || info[5].As<Napi::TypedArray>().TypedArrayType() != napi_uint32_array)
    refuse(env, "ordinals is " + described(info[5]), "pass a Uint32Array to be filled");
  if (env.IsExceptionPending()) return env.Undefined();
  auto ordinals = info[5].As<Napi::Uint32Array>();
  options.limit = static_cast<uint32_t>(ordinals.ElementLength());
  const auto found = space_->spread({{id, 1.0F}}, options);
  if (!found) return raise(env, found.error());
  const size_t most = std::min(found->active.size(), ordinals.ElementLength());
  for (size_t i = 0; i < most; ++i) ordinals[i] = found->active[i].ordinal;
  return Napi::Number::New(env, static_cast<double>(most));
}

}  // namespace engram
