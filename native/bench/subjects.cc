#include "subjects.h"

#include <array>
#include <vector>

#include "vector/index.h"

#if defined(ENGRAM_HNSWLIB)
#include "hnswlib.h"
#endif

namespace engram::bench {
namespace {

class Engram final : public Subject {
 public:
  explicit Engram(size_t dimension) : index_({.dimension = static_cast<uint32_t>(dimension)}) {}

  const char* name() const override { return "engram"; }
  void add(uint32_t label, std::span<const float> unit) override { index_.add(label, unit); }
  void remove(uint32_t label) override { index_.remove(label); }
  void replace(uint32_t label, std::span<const float> unit) override {
    index_.remove(label);
    index_.add(label, unit);
  }
  size_t search(std::span<const float> query, uint32_t width, const Accepts* accepts,
                std::span<uint32_t> out) override {
    return ask(query, SearchMode::kApproximate, width, accepts, out);
  }
  size_t searchExactly(std::span<const float> query, const Accepts* accepts,
                       std::span<uint32_t> out) override {
    return ask(query, SearchMode::kExact, 0, accepts, out);
  }
  double hotBytes(size_t count) const override {
    return static_cast<double>(index_.memory().graph_bytes) / static_cast<double>(count);
  }
  uint32_t simdBits() const override {
    return __builtin_cpu_supports("avx512vnni") != 0 ? 512 : __builtin_cpu_supports("avx2") != 0 ? 256 : 128;
  }

 private:
  size_t ask(std::span<const float> query, SearchMode mode, uint32_t width, const Accepts* accepts,
             std::span<uint32_t> out) {
    hits_.resize(out.size());
    const size_t found = index_.search(
        query, {.k = static_cast<uint32_t>(out.size()), .ef = width, .mode = mode, .filter = accepts},
        scratch_, hits_);
    for (size_t i = 0; i < found; ++i) out[i] = hits_[i].ordinal;
    return found;
  }

  VectorIndex index_;
  SearchScratch scratch_;
  std::vector<Hit> hits_;
};

#if defined(ENGRAM_HNSWLIB)
/** As its authors' own benchmarks set it: M 16, efConstruction 200. */
class Hnswlib final : public Subject {
 public:
  Hnswlib(size_t dimension, size_t capacity)
      : dimension_(dimension), space_(dimension), index_(&space_, capacity, 16, 200, 100) {}

  const char* name() const override { return "hnswlib"; }
  void add(uint32_t label, std::span<const float> unit) override { index_.addPoint(unit.data(), label); }
  void remove(uint32_t label) override { index_.markDelete(label); }
  void replace(uint32_t label, std::span<const float> unit) override { index_.addPoint(unit.data(), label); }
  size_t search(std::span<const float> query, uint32_t width, const Accepts* accepts,
                std::span<uint32_t> out) override {
    struct Functor final : hnswlib::BaseFilterFunctor {
      explicit Functor(const Accepts* given) : accepts(given) {}
      bool operator()(hnswlib::labeltype label) override { return (*accepts)(static_cast<uint32_t>(label)); }
      const Accepts* accepts;
    } functor(accepts);
    index_.setEf(width);
    auto found = index_.searchKnn(query.data(), out.size(), accepts == nullptr ? nullptr : &functor);
    const size_t count = found.size();
    for (size_t i = count; i-- > 0; found.pop()) out[i] = static_cast<uint32_t>(found.top().second);
    return count;
  }
  /** Vector, 32 links with their count, label: its level 0 element. */
  double hotBytes(size_t) const override { return static_cast<double>(dimension_ * 4 + 33 * 4 + 8); }
  uint32_t simdBits() const override {
#if defined(USE_AVX512)
    return AVX512Capable() ? 512 : 256;
#elif defined(USE_AVX)
    return 256;
#elif defined(USE_SSE)
    return 128;
#else
    return 32;
#endif
  }

 private:
  size_t dimension_;
  hnswlib::InnerProductSpace space_;
  hnswlib::HierarchicalNSW<float> index_;
};
#endif

}  // namespace

std::unique_ptr<Subject> makeEngram(size_t dimension) { return std::make_unique<Engram>(dimension); }

std::unique_ptr<Subject> makeHnswlib([[maybe_unused]] size_t dimension, [[maybe_unused]] size_t capacity) {
#if defined(ENGRAM_HNSWLIB)
  return std::make_unique<Hnswlib>(dimension, capacity);
#else
  return nullptr;
#endif
}

}  // namespace engram::bench
