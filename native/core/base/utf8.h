// Whether bytes are text: ids and keys must be valid UTF-8 without control characters (RFC 3629).
#pragma once

#include <string>
#include <string_view>

namespace engram {

/** Well-formed UTF-8: shortest form, no surrogates, at most U+10FFFF. */
bool is_utf8(std::string_view text);
/** Contains U+0000…U+001F or U+007F. */
bool has_control(std::string_view text);
/** For messages: in quotes, control and broken bytes as \xNN, cut at 40 bytes. */
std::string quote_text(std::string_view text);

}  // namespace engram
