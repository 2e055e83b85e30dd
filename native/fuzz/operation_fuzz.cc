// Payloads of any bytes: what decodes, encodes to the same bytes or to ones that decode to the same.
#include <cstdlib>

#include "fuzz/input.h"
#include "space/operation.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace engram;
  constexpr uint16_t kTypes = static_cast<uint16_t>(OperationType::kIndex) + 2;  // those there are, and more
  constexpr uint32_t kDimension = 3;
  FuzzInput input(data, size);
  const uint16_t type = input.byte() % kTypes;
  const auto operation = decode_operation(type, input.rest(), kDimension);
  if (!operation) return 0;
  Bytes once;
  encode_operation(once, *operation);
  const auto again = decode_operation(type, once, kDimension);
  Bytes twice;
  if (again) encode_operation(twice, *again);
  if (!again || once != twice || static_cast<uint16_t>(type_of(*operation)) != type) std::abort();
  return 0;
}
