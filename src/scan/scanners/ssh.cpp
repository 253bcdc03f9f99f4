// SSH public keys: RFC 4253 §6.6, RFC 5656, RFC 8709, as they stand in authorized_keys, known_hosts and *.pub. The
// value is the fingerprint that ssh-keygen -l prints: SHA256 of the key blob in base64 without padding.
//
// False positives: the blob must decode, name its own algorithm, and consist of exactly the fields the algorithm has.
#include <array>
#include <string>

#include "base/cursor.h"
#include "base/hash.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/base64.h"

namespace weft::scan {
namespace {

constexpr size_t longest_blob = 8 * KiB;

struct Algorithm {
  std::string_view name;
  unsigned fields;  // strings in the blob, the name included
};
constexpr std::array algorithms{
    Algorithm{"ssh-rsa", 3},
    Algorithm{"ssh-ed25519", 2},
    Algorithm{"ssh-dss", 5},
    Algorithm{"ecdsa-sha2-nistp256", 3},
    Algorithm{"ecdsa-sha2-nistp384", 3},
    Algorithm{"ecdsa-sha2-nistp521", 3},
    Algorithm{"sk-ssh-ed25519@openssh.com", 3},
    Algorithm{"sk-ecdsa-sha2-nistp256@openssh.com", 4},
};

// The blob's length if its fields are those of one of the algorithms, otherwise 0.
size_t key_length(Bytes blob) {
  Cursor in(blob);
  std::string_view name = in.take_text(in.u32be());
  for (const Algorithm& algorithm : algorithms) {
    if (name != algorithm.name) continue;
    for (unsigned i = 1; i < algorithm.fields; ++i)
      if (in.take(in.u32be()).empty()) return 0;
    return in.ok() ? in.position() : 0;
  }
  return 0;
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  // The pattern ends with the first four signs of the blob, "AAAA": three zero bytes of a length.
  size_t begin = hit.end - 4;
  if (begin < from) return;
  Base64 decoded = from_base64(text.substr(begin, longest_blob * 4 / 3), longest_blob, false);
  size_t length = key_length(decoded.bytes);
  if (length == 0) return;
  Bytes blob = Bytes(decoded.bytes).first(length);
  size_t end = begin + (length + 2) / 3 * 4;
  if (end > begin + decoded.length) end = begin + decoded.length;
  sink.feature("ssh_key", "SHA256:" + to_base64(from_hex(sha256_hex(blob))), begin, end);
}

constexpr std::array<std::string_view, 1> kinds{"ssh_key"};
constexpr std::array patterns{
    Pattern{R"((?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|@openssh\.com) AAAA)", 0, 0},
};

constexpr std::array examples{
    Example{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl git\n", "ssh_key",
            "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"},
    Example{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMq", "ssh_key", ""},
    Example{"ssh-rsa AAAAC3NzaC1yc2EAAAADAQABAAABAQC", "ssh_key", ""},
};

}  // namespace

extern const Scanner ssh_scanner;
const Scanner ssh_scanner{"ssh",   "ssh_key: fingerprints of SSH public keys", kinds, patterns, on_hit, examples, 64,
                          12 * KiB};

}  // namespace weft::scan
