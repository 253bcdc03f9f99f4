// Which host a packet asks for: the question of a DNS message (RFC 1035, section 4.1), or the server's name in the
// hello of a TLS client (RFC 8446, section 4.1.2; RFC 6066, section 3). Both are said in the clear where nothing else
// is.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace weft::scan {

struct AskedHost {
  size_t begin, end;  // in the payload
  std::string value;  // as host_at() has it
};

// payload: of a datagram from or to port 53. Also an answer repeats its question. A name that nobody can register (a
// service, a reverse lookup, a name of a local network) is none.
std::optional<AskedHost> host_of_dns(Bytes payload);

// payload: of a segment that begins with the client's hello, which may be cut off behind the name.
std::optional<AskedHost> host_of_tls(Bytes payload);

}  // namespace weft::scan
