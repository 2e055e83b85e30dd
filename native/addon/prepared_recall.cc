// A recall that is asked again and again: its arrays and options cross the border once, and each call after
// that brings nothing in and takes a number out.
#include <bit>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "space_handle.h"
#include "values.h"

namespace engram {
namespace {

/** The arrays lie in one piece of memory that is the engine's: cue, ordinals (as their bits), scores. It is
 * there as long as the function or the buffer is, whatever JavaScript does with the other. */
struct PreparedRecall {
  std::shared_ptr<Space> space;
  RecallOptions options;
  std::vector<float> memory;

  size_t dimension() const { return space->dimension(); }
  std::span<const float> cue() const { return {memory.data(), dimension()}; }
  void put(size_t place, const Hit& hit) {
    memory[dimension() + place] = std::bit_cast<float>(hit.ordinal);
    memory[dimension() + options.k + place] = hit.similarity;
  }
};
using Shared = std::shared_ptr<PreparedRecall>;

// -> count
Napi::Value recall_prepared(const Napi::CallbackInfo& info) {
  PreparedRecall& prepared = **static_cast<Shared*>(info.Data());
  const auto hits = prepared.space->recall(prepared.cue(), prepared.options);
  if (!hits) return raise(info.Env(), hits.error());
  for (size_t i = 0; i < hits->size(); ++i) prepared.put(i, (*hits)[i]);
  return Napi::Number::New(info.Env(), static_cast<uint32_t>(hits->size()));
}

}  // namespace

// k, ef, exact, filter | null -> {vector, ordinals, scores, recall}
Napi::Value SpaceHandle::prepareRecall(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  RecallOptions options{.k = count(info[0], "k"),
                        .ef = count(info[1], "ef"),
                        .exact = flag(info[2], "exact"),
                        .filter = filter(info[3])};
  if (env.IsExceptionPending()) return env.Undefined();
  if (const Status possible = Space::check(options); !possible) return raise(env, possible.error());
  const auto prepared = std::make_shared<PreparedRecall>(PreparedRecall{space_, std::move(options), {}});
  const size_t dimension = prepared->dimension();
  const size_t k = prepared->options.k;
  prepared->memory.resize(dimension + 2 * k);

  auto of_buffer = std::make_unique<Shared>(prepared);
  const auto buffer = Napi::ArrayBuffer::New(
      env, prepared->memory.data(), prepared->memory.size() * sizeof(float),
      [](Napi::Env, void*, Shared* held) { std::unique_ptr<Shared>{held}; }, of_buffer.get());
  if (env.IsExceptionPending()) return env.Undefined();
  (void)of_buffer.release();  // the buffer's finalizer deletes it

  auto of_function = std::make_unique<Shared>(prepared);
  auto recall = Napi::Function::New<recall_prepared>(env, "recall", of_function.get());
  recall.AddFinalizer([](Napi::Env, Shared* held) { std::unique_ptr<Shared>{held}; }, of_function.release());

  Napi::Object result = Napi::Object::New(env);
  result.Set("vector", Napi::Float32Array::New(env, dimension, buffer, 0));
  result.Set("ordinals", Napi::Uint32Array::New(env, k, buffer, dimension * sizeof(float)));
  result.Set("scores", Napi::Float32Array::New(env, k, buffer, (dimension + k) * sizeof(float)));
  result.Set("recall", recall);
  return result;
}

}  // namespace engram
