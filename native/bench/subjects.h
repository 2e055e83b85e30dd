// The indexes under test, behind one face: engram's, and hnswlib compiled with the same compiler for the same
// machine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace engram::bench {

/** True for labels that may be returned. */
using Accepts = std::function<bool(uint32_t label)>;

class Subject {
 public:
  virtual ~Subject() = default;
  virtual const char* name() const = 0;
  virtual void add(uint32_t label, std::span<const float> unit) = 0;
  virtual void remove(uint32_t label) = 0;
  /** Gives a label that is there another vector. */
  virtual void replace(uint32_t label, std::span<const float> unit) = 0;
  /** Fills `out` with up to its length nearest labels; returns how many. `width` is ef. */
  virtual size_t search(std::span<const float> query, uint32_t width, const Accepts* accepts,
                        std::span<uint32_t> out) = 0;
  /** As search, but every vector is compared. */
  virtual size_t searchExactly(std::span<const float>, const Accepts*, std::span<uint32_t>) { return 0; }
  /** Bytes per vector that a search touches, without those of the final ranking. */
  virtual double hotBytes(size_t count) const = 0;
  /** Width of the widest registers its distances use. */
  virtual uint32_t simdBits() const = 0;
};

std::unique_ptr<Subject> makeEngram(size_t dimension);
/** Null where its headers were not found when this was compiled. */
std::unique_ptr<Subject> makeHnswlib(size_t dimension, size_t capacity);

}  // namespace engram::bench
