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

// ids, embeddings | null, at, contents, attributes, confidences, durability
Napi::Value SpaceHandle::store(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto batch = std::make_shared<Batch>();
  batch->ids = strings(info[0]);
  if (!info[1].IsNull()) batch->embeddings = floats(info[1]);
  batch->at = doubles(info[2]);
  batch->contents = strings(info[3]);
  const auto maps = info[4].As<Napi::Array>();
  for (uint32_t i = 0; i < maps.Length(); ++i) {
    const Attributes map = attributes(maps.Get(i));
    if (const Status checked = check_attributes(map); !checked) return raise(env, checked.error());
    batch->attributes.push_back(encode_attributes(map));
  }
  batch->confidences = doubles(info[5]);
  return Task<Sequence>::run(
      env,
      [space = space_, batch, promise = durability(info[6])] {
        const size_t stride = batch->embeddings.size() / std::max<size_t>(1, batch->ids.size());
        std::vector<EpisodeFields> episodes(batch->ids.size());
        for (size_t i = 0; i < episodes.size(); ++i)
          episodes[i] = {.id = batch->ids[i],
                         .embedding = {reinterpret_cast<const char*>(batch->embeddings.data() + i * stride),
                                       stride * sizeof(float)},
                         .at_ms = batch->at[i],
                         .content = batch->contents[i],
                         .attributes = batch->attributes[i],
                         .confidence = static_cast<float>(batch->confidences[i])};
        return space->store(episodes, promise);
      },
      sequenceOf);
}

// from, to, relation, weights, at, durability
Napi::Value SpaceHandle::link(const Napi::CallbackInfo& info) {
  auto batch = std::make_shared<EdgeBatch>(
      EdgeBatch{strings(info[0]), strings(info[1]), info[2].As<Napi::String>().Utf8Value(), floats(info[3])});
  return Task<Sequence>::run(
      info.Env(),
      [space = space_, batch, at = info[4].As<Napi::Number>().DoubleValue(), promise = durability(info[5])] {
        return space->link({batch->relation, at, batch->fields()}, promise);
      },
      sequenceOf);
}

// from, to, relation, durability
Napi::Value SpaceHandle::unlink(const Napi::CallbackInfo& info) {
  auto batch = std::make_shared<EdgeBatch>(
      EdgeBatch{strings(info[0]), strings(info[1]), info[2].As<Napi::String>().Utf8Value(), {}});
  return Task<Sequence>::run(
      info.Env(),
      [space = space_, batch, promise = durability(info[3])] {
        return space->unlink({batch->relation, batch->fields()}, promise);
      },
      sequenceOf);
}

// ids, durability, suppress, factor
Napi::Value SpaceHandle::forget(const Napi::CallbackInfo& info) {
  auto ids = std::make_shared<std::vector<std::string>>(strings(info[0]));
  return Task<Sequence>::run(
      info.Env(),
      [space = space_, ids, promise = durability(info[1]),
       mode = info[2].As<Napi::Boolean>().Value() ? ForgetMode::kSuppress : ForgetMode::kDelete,
       factor = info[3].As<Napi::Number>().FloatValue()] {
        return space->forget(std::vector<View>(ids->begin(), ids->end()), promise, mode, factor);
      },
      sequenceOf);
}

}  // namespace engram
