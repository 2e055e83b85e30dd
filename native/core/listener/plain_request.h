// Reads the one shape of HTTP/1.1 request that the listener serves by itself: a recall of /v1 by vector, or
// the null request, with nothing about it that needs thought. All else is another's to read, byte for byte:
// so whatever is unusual here is not wrong, it is `kOther`. Strict where RFC 9112 leaves room, since two
// readers of one connection must never see different requests in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace engram {

/** Content types that are served; a JSON body is `application/json` and nothing behind it. */
struct PlainTypes {
  std::string vector;  // one f32 per dimension, little-endian
  std::string hits;    // asked for by Accept: an answer of bytes
};

struct PlainRequest {
  View space;  // empty: the null request
  View body;
  bool vector_in_bytes = false;
  bool hits_in_bytes = false;
  size_t size = 0;  // of all of it
};

enum class Reading : uint8_t {
  kPlain,
  kMore,   // the beginning of what may be one
  kOther,  // for the other reader, from its first byte on
};

inline constexpr size_t kPlainHeadMax = 4'096;             // bytes
inline constexpr size_t kPlainBodyMax = size_t{1} << 16U;  // bytes

/** Reads the request at the beginning of `input`; its views point into it. */
Reading read_plain(View input, const PlainTypes& types, PlainRequest& request);

}  // namespace engram
