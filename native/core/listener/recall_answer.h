// What the listener answers a plain recall with: the same bytes as the server's short path
// (native/server/shortpath.ts), which a test compares.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "listener/plain_request.h"
#include "space/space.h"

namespace engram {

/** Of every answer; fixed for the life of the listener. */
struct AnswerFields {
  std::string fields;     // header lines, each with its line end
  std::string json_type;  // content type of an answer in JSON
  std::string hits_type;  // and of one in bytes
};

/** One number as JSON.stringify writes it (ECMA-262, Number::toString). */
void append_number(std::string& out, double value);
/** One string as JSON.stringify writes it. `text` is UTF-8. */
void append_string(std::string& out, View text);
/** As RFC 9110, 5.6.7, of seconds since 1970. */
std::string http_date(int64_t seconds);
/** Head and body. `date`: http_date(). */
void append_answer(std::string& out, const AnswerFields& fields, View date, bool in_bytes,
                   std::span<const Hit> hits, std::span<const std::string> ids);

/** What one thread needs to serve recalls. */
struct RecallScratch {
  std::vector<float> vector;
  std::vector<uint32_t> ordinals;
};

/** Recalls and appends the answer. False where it takes more than that, an error for instance: nothing is
 * appended. */
bool serve_recall(std::string& out, const Space& space, const PlainRequest& request,
                  const AnswerFields& fields, View date, RecallScratch& scratch);

}  // namespace engram
