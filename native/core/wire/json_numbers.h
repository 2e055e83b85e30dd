// Reads one array of numbers out of a JSON object without building the object: what a vector costs a served
// recall is then reading its digits.
//
//   const auto found = json_numbers(R"({"k": 5, "vector": [1, 2.5]})", "vector", out);
//   // found->count == 2; the array stands in [begin, end) of the text, so a caller can parse the rest by
//   itself
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace engram {

struct JsonNumbers {
  size_t begin;  // offset of the opening bracket
  size_t end;    // behind the closing bracket
  size_t count;
};

/** The array under `key` of the top-level object, its numbers as f32 in `out`, each the nearest double (as
 * any JSON parser reads it) rounded to f32. Nothing when it is not plainly there: no object, no such key,
 * another value, a number that RFC 8259 does not know or that f64 cannot hold, more than out.size() numbers.
 * What stands around the array is skipped, not checked. */
std::optional<JsonNumbers> json_numbers(std::string_view json, std::string_view key, std::span<float> out);

}  // namespace engram
