// store, link, unlink, forget: a batch is copied out of JavaScript's hands, then written off the main thread.
#include "space_handle.h"
#include "task.h"
#include "values.h"

namespace engram {
namespace {

/** What a batch points into while it is written off the main thread. */
struct Batch {
  std::vector<std::string> ids;
  std::vector<float> embeddings;
  std::vector<double> at;
  std::vector<std::string> contents;
  std::vector<Bytes> attributes;
  std::vector<double> confidences;
};

struct EdgeBatch {
  std::vector<std::string> from;
  std::vector<std::string> to;
  std::string relation;
  std::vector<float> weights;
  std::vector<EdgeFields> fields() const {
    std::vector<EdgeFields> edges(from.size());
    for (size_t i = 0; i < edges.size(); ++i)
      edges[i] = {from[i], to[i], weights.empty() ? 1.0F : weights[i]};
    return edges;
  }
};

}  // namespace

// ids, embeddings | null, at, contents, attributes, confidences, durability, now, key
Napi::Value SpaceHandle::store(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto batch = std::make_shared<Batch>();
  batch->ids = strings(info[0], "ids");
  const size_t n = batch->ids.size();
  if (!info[1].IsNull()) {
    batch->embeddings = floats(info[1], "embeddings");
    requireLength(env, batch->embeddings.size(), n * space_->dimension(), "embeddings");
  }
  batch->at = doubles(info[2], "at");
  requireLength(env, batch->at.size(), n, "at");
  batch->contents = strings(info[3], "contents");
  requireLength(env, batch->contents.size(), n, "contents");
  if (!env.IsExceptionPending() && !info[4].IsArray())
    refuse(env, "attributes is " + described(info[4]), "pass an array of flat objects");
  if (env.IsExceptionPending()) return env.Undefined();
  const auto maps = info[4].As<Napi::Array>();
  requireLength(env, maps.Length(), n, "attributes");
  for (uint32_t i = 0; i < n && !env.IsExceptionPending(); ++i) {
    const Attributes map = attributes(member(maps, i));
    if (env.IsExceptionPending()) break;
    if (const Status checked = check_attributes(map); !checked) return raise(env, checked.error());
    batch->attributes.push_back(encode_attributes(map));
  }
  batch->confidences = doubles(info[5], "confidences");
  requireLength(env, batch->confidences.size(), n, "confidences");
  return Task<Sequence>::run(
      env,
      [space = space_, batch, n, call = writeCall(info, 6)] {
        const size_t stride = n == 0 ? 0 : batch->embeddings.size() / n;
        std::vector<EpisodeFields> episodes(n);
        for (size_t i = 0; i < n; ++i)
          episodes[i] = {.id = batch->ids[i],
                         .embedding = {reinterpret_cast<const char*>(batch->embeddings.data() + i * stride),
                                       stride * sizeof(float)},
                         .at_ms = batch->at[i],
                         .content = batch->contents[i],
                         .attributes = batch->attributes[i],
                         .confidence = static_cast<float>(batch->confidences[i])};
        return space->store(episodes, call.options());
      },
      sequenceOf);
}

// from, to, relation, weights, at, durability, now, key
Napi::Value SpaceHandle::link(const Napi::CallbackInfo& info) {
  auto batch = std::make_shared<EdgeBatch>(EdgeBatch{strings(info[0], "from"), strings(info[1], "to"),
                                                     text(info[2], "relation"), floats(info[3], "weights")});
  requireLength(info.Env(), batch->to.size(), batch->from.size(), "to");
  requireLength(info.Env(), batch->weights.size(), batch->from.size(), "weights");
  return Task<Sequence>::run(
      info.Env(),
      [space = space_, batch, at = number(info[4], "at"), call = writeCall(info, 5)] {
        return space->link({batch->relation, at, batch->fields()}, call.options());
      },
      sequenceOf);
}

// from, to, relation, durability, now, key
Napi::Value SpaceHandle::unlink(const Napi::CallbackInfo& info) {
  auto batch = std::make_shared<EdgeBatch>(
      EdgeBatch{strings(info[0], "from"), strings(info[1], "to"), text(info[2], "relation"), {}});
  requireLength(info.Env(), batch->to.size(), batch->from.size(), "to");
  return Task<Sequence>::run(
      info.Env(),
      [space = space_, batch, call = writeCall(info, 3)] {
        return space->unlink({batch->relation, batch->fields()}, call.options());
      },
      sequenceOf);
}

// ids, durability, suppress, factor, now, key
Napi::Value SpaceHandle::forget(const Napi::CallbackInfo& info) {
  auto ids = std::make_shared<std::vector<std::string>>(strings(info[0], "ids"));
  const WriteCall call{durability(info[1]), number(info[4], "now"), text(info[5], "key")};
  const ForgetMode mode = flag(info[2], "suppress") ? ForgetMode::kSuppress : ForgetMode::kDelete;
  const auto factor = static_cast<float>(number(info[3], "factor"));
  return Task<Sequence>::run(
      info.Env(),
      [space = space_, ids, call, mode, factor] {
        return space->forget(std::vector<View>(ids->begin(), ids->end()), call.options(), mode, factor);
      },
      sequenceOf);
}

}  // namespace engram
