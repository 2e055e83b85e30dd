// Bytes as they come from a port: what is read as a plain request is one by the letter, its views lie inside
// of it, and it is read alike when more has come behind it.
#include <cstdlib>

#include "fuzz/input.h"
#include "listener/plain_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace engram;
  static const PlainTypes types{.vector = "application/vnd.engram.vector",
                                .hits = "application/vnd.engram.hits"};
  const View input = FuzzInput(data, size).rest();
  PlainRequest request;
  if (read_plain(input, types, request) != Reading::kPlain) return 0;
  const View whole = input.substr(0, request.size);
  const size_t body = whole.find("\r\n\r\n") + 4;
  if (request.size > input.size() || body + request.body.size() != request.size ||
      request.body != whole.substr(body) ||
      whole.substr(0, body - 4).find("\nTransfer-Encoding:") != View::npos ||
      request.space.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
          View::npos)
    std::abort();
  for (size_t cut = 0; cut < request.size; cut += 1 + request.size / 8) {
    PlainRequest part;
    if (read_plain(whole.substr(0, cut), types, part) != Reading::kMore) std::abort();
  }
  const std::string more = std::string(whole) + "GET / HTTP/1.1\r\n\r\n";
  PlainRequest again;
  if (read_plain(more, types, again) != Reading::kPlain || again.size != request.size) std::abort();
  return 0;
}
