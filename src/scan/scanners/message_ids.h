// Message ids look like e-mail addresses. The email scanner must not take them, the message_id scanner must: one rule.
#pragma once

#include <string_view>

namespace weft::scan {

// True when text[begin, end) with its "@" at `at` and the host is the id of a message: it stands in a header field that
// holds ids (Message-ID, References, In-Reply-To, Content-ID, also folded), or is made like one.
bool is_message_id(std::string_view text, size_t begin, size_t at, size_t end, std::string_view host);

// True when what begins here is the id that a mail server gave to a session: "with ESMTP id <…>".
bool is_session_id(std::string_view text, size_t begin);

// True when position lies in a header field that holds message ids.
bool in_id_field(std::string_view text, size_t position);

}  // namespace weft::scan
