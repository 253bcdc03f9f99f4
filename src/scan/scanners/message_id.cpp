// Message ids: RFC 5322 §3.6.4. "<id-left@id-right>" in a Message-ID, References or In-Reply-To field (folded lines
// too), or an id whose left side is plainly made by a machine. The right side need not be a real domain.
//
// False positives: the angle brackets are required, and outside of an id field the left side must look generated, so
// "Joe <joe@example.com>" stays an address. The names of a message's parts, and the ids that mail servers give to their
// sessions, are made alike but are not a message's.
#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/message_ids.h"

namespace weft::scan {
namespace {

constexpr size_t longest = 250;

constexpr Signs id_signs = Signs("!#$%&'*+-/=?^_`{|}~.@[]:").with([](uint8_t c) { return is_alnum(c); });

bool has_letters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_alnum);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t at = hit.end - 2;
  size_t begin = at, close = at + 1;
  while (begin > from && at - begin <= longest && id_signs.hold(text[begin - 1]) && text[begin - 1] != '@') --begin;
  if (begin == at || char_before(text, begin) != '<') return;
  while (close < text.size() && close - begin <= longest && id_signs.hold(text[close]) && text[close] != '@') ++close;
  if (char_at(text, close) != '>' || close - at < 3 || close - begin > longest) return;
  std::string host = lower_ascii(text.substr(at + 1, close - at - 1));
  if (!has_letters(text.substr(begin, at - begin)) || !(is_alnum(host[0]) || host[0] == '[')) return;
  if (!is_message_id(text, begin, at, close, host)) return;
  // A link to an archive of messages; a template; the name of a message's part; a session's id.
  const std::string_view id = text.substr(begin, close - begin);
  if (id.find("://") != std::string_view::npos || id.find("${") != std::string_view::npos) return;
  if (mentioned_before(text, begin, 16, {"content-id:"})) return;
  if (is_session_id(text, begin)) return;
  sink.feature("message_id", std::string(text.substr(begin, at - begin)) + "@" + host, begin, close);
}

constexpr std::array<std::string_view, 1> kinds{"message_id"};
// The email scanner's pattern too.
constexpr std::array patterns{Pattern{R"([\x21-\xff]@[\x21-\xff])", 0, 0}};

constexpr std::array examples{
    Example{"Message-ID: <joe.123@Example.com>", "message_id", "joe.123@example.com"},
    Example{"Message-Id:<20121105.A@host>", "message_id", "20121105.A@host"},
    Example{"In-Reply-To: <x+y@example.com>", "message_id", "x+y@example.com"},
    Example{"References: \r\n\t<b2@example.com>", "message_id", "b2@example.com"},
    Example{"see <CAJ0zX+abc@mail.gmail.com>", "message_id", "CAJ0zX+abc@mail.gmail.com"},
    Example{"<000001c8$2a1f$6501a8c0@office>", "message_id", "000001c8$2a1f$6501a8c0@office"},
    Example{"<20080719164500.1A2B3C4D@example.com>", "message_id", "20080719164500.1A2B3C4D@example.com"},
    Example{"From: Joe <joe@example.com>", "message_id", ""},
    Example{"Message-ID: x\r\nFrom: Joe <joe@example.com>", "message_id", ""},
    Example{"<87obi8u4h2.fsf@mail.example.com>", "message_id", "87obi8u4h2.fsf@mail.example.com"},
    Example{"References:\n  http://example.org/\n  by Joe Bloggs <joe@example.com>", "message_id", ""},
    Example{"To: Joe <20080719164500.1A2B3C4D@example.com>", "message_id", ""},
    Example{"Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.com>", "message_id", ""},
    Example{"with ESMTP id <T78926b35f2c0a80003da8@mx.example.com>", "message_id", ""},
    Example{"Content-ID: <part1.20080719164500.1A2B3C4D@example.com>", "message_id", ""},
    Example{"Message-ID: <E${message_id}@${domain}>", "message_id", ""},
    Example{"<$:@+/=>", "message_id", ""},
    Example{"<https://lists.example.org/r/20080719164500.1A2B3C4D@example.com>", "message_id", ""},
    Example{"<a href=\"mailto:joe@example.com\">", "message_id", ""},
};

}  // namespace

extern const Scanner message_id_scanner;
const Scanner message_id_scanner{"message_id", "message_id: ids of mail and news messages, without the angle brackets",
                                 kinds,        patterns,
                                 on_hit,       examples,
                                 2304,         256};

}  // namespace weft::scan
