// Attributes of any bytes: only the canonical encoding decodes, and every reader agrees with it.
#include <cstdlib>

#include "fuzz/input.h"
#include "space/attributes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace engram;
  const View bytes = FuzzInput(data, size).rest();
  (void)find_attribute(bytes, "key");
  const auto attributes = decode_attributes(bytes);
  if (!attributes) return 0;
  if (encode_attributes(*attributes) != bytes) std::abort();
  for (const auto& [key, value] : *attributes)
    if (find_attribute(bytes, key) != value) std::abort();
  (void)check_attributes(*attributes);
  return 0;
}
