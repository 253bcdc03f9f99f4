// OpenPGP keys: RFC 9580 and RFC 4880. Fingerprints as gpg prints them (ten groups of four, or 40 digits behind a
// word), long key ids in context, and armoured blocks, of which the first packet is read: a version 4 public key gives
// its fingerprint (SHA-1 of 0x99, length, body; §5.5.4), an encrypted message the key id it was encrypted for (§5.1).
//
// False positives: 40 hex digits are mostly hashes of files and commits, 16 are pointers; without the word they are not
// keys. Keys of X.509 have ids alike, gpg's keygrips and the files named by them (….key) are no fingerprints, and what
// has a key's id in front of it may be a signature.
#include <array>
#include <optional>
#include <string>

#include "base/cursor.h"
#include "base/hash.h"
#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/base64.h"

namespace weft::scan {
namespace {

enum : uint32_t { grouped, joined, key_id, armor };
constexpr size_t longest_packet = 3 * KiB;

std::string upper_hex(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c != ' ') out += c >= 'a' && c <= 'f' ? char(c - 32) : c;
  return out;
}

bool is_filler(std::string_view hex) {
  return hex.find_first_not_of(hex[0]) == std::string_view::npos;
}

struct Packet {
  unsigned tag = 0;
  Bytes body;
};

// RFC 9580 §4.2, definite lengths only.
std::optional<Packet> first_packet(Bytes bytes) {
  Cursor in(bytes);
  uint8_t header = in.u8();
  if (!(header & 0x80)) return std::nullopt;
  Packet packet;
  size_t length = 0;
  if (header & 0x40) {
    packet.tag = header & 0x3F;
    length = in.u8();
    if (length >= 224 && length < 255) return std::nullopt;
    if (length == 255)
      length = in.u32be();
    else if (length >= 192)
      length = (length - 192) * 256 + in.u8() + 192;
  } else {
    packet.tag = header >> 2 & 15;
    unsigned type = header & 3;
    if (type == 3) return std::nullopt;
    length = type == 0 ? in.u8() : type == 1 ? in.u16be() : in.u32be();
  }
  packet.body = in.take(length);
  if (!in.ok() || packet.body.empty()) return std::nullopt;
  return packet;
}

// Fingerprint of a version 4 public key, key id of a version 3 session key; empty for anything else.
std::string key_of(const Packet& packet) {
  Bytes body = packet.body;
  if (packet.tag == 6 && body[0] == 4 && body.size() > 8) {
    Hasher hasher(Digest::sha1);
    const std::array<uint8_t, 3> start{0x99, uint8_t(body.size() >> 8), uint8_t(body.size())};
    hasher.update(start);
    hasher.update(body);
    return upper_hex(hasher.hex());
  }
  if (packet.tag == 1 && body[0] == 3 && body.size() > 9) {
    std::string id = upper_hex(hex(body.subspan(1, 8)));
    return is_filler(id) ? "" : id;  // all zeros: the recipient is hidden
  }
  return {};
}

void on_armor(std::string_view text, const Hit& hit, Sink& sink) {
  size_t begin = text.rfind("-----BEGIN", hit.end);
  size_t at = text.find('\n', hit.end);
  // Armour headers ("Version: …") up to an empty line.
  for (size_t lines = 0; at != std::string_view::npos && at < hit.end + 1000 && lines < 10; ++lines) {
    size_t next = text.find('\n', ++at);
    if (next == std::string_view::npos) return;
    std::string_view line = text.substr(at, next - at);
    if (line.find(':') == std::string_view::npos) {
      if (line.empty() || line == "\r") at = next + 1;
      break;
    }
    at = next;
  }
  if (at == std::string_view::npos) return;
  Base64 decoded = from_base64(text.substr(at, longest_packet * 2), longest_packet, true);
  auto packet = first_packet(decoded.bytes);
  if (!packet) return;
  std::string key = key_of(*packet);
  if (!key.empty()) sink.feature("pgp", key, begin, hit.end);
}

// Where ten groups of four hex digits from begin on end, or begin: single spaces between them, or two in the middle.
size_t groups_end(std::string_view text, size_t begin) {
  size_t at = begin;
  for (size_t group = 0; group < 10; ++group) {
    if (group > 0 && char_at(text, at++) != ' ') return begin;
    if (group == 5 && char_at(text, at) == ' ') ++at;
    if (at + 4 > text.size() || !is_hex(text.substr(at, 4))) return begin;
    at += 4;
  }
  return at;
}

bool is_hex_group(std::string_view text, size_t at) {
  return at + 4 <= text.size() && is_hex(text.substr(at, 4)) && !is_alnum(char_at(text, at + 4));
}

// In the middle of a row of groups, without the two spaces that gpg prints between the fifth and the sixth.
bool is_in_a_row(std::string_view text, size_t begin) {
  constexpr size_t fifth_end = 24;
  return text.substr(std::min(text.size(), begin + fifth_end), 2) != "  " && begin >= 5 && text[begin - 1] == ' ' &&
         is_hex_group(text, begin - 5);
}

// A key of X.509, a keygrip or the file of one, a signature or hash.
bool is_of_another_kind(std::string_view text, size_t begin, size_t end) {
  return text.substr(end).starts_with(".key") || mentioned_after(text, end, 8, {"x509", "x.509"}) ||
         mentioned_before(text, begin, 24, {"x509", "x.509"}) ||
         mentioned_before(text, begin, 12, {"hmac", "keygrip", "grip", "sha1", "md5", "hash"});
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.pattern == armor) return on_armor(text, hit, sink);
  const size_t begin = hit.end - (hit.pattern == grouped ? 20 : hit.pattern == joined ? 32 : 16);
  if (hit.pattern == grouped && is_in_a_row(text, begin)) return;
  const size_t end = hit.pattern == grouped ? groups_end(text, begin) : hit.pattern == joined ? begin + 40 : hit.end;
  if (begin < from || end == begin || end > text.size() || is_alnum(char_at(text, end))) return;
  const char before = char_before(text, begin);
  const bool prefixed = hit.pattern == key_id && begin >= 2 && text.substr(begin - 2, 2) == "0x";
  if ((is_alnum(before) && !prefixed) || (hit.pattern == joined && before == '/')) return;
  if (hit.pattern == joined && !is_hex(text.substr(begin, 40))) return;
  std::string value = upper_hex(text.substr(begin, end - begin));
  if (is_filler(value)) return;
  // With the double space in the middle it is what gpg prints; without, it may be a row of any table.
  bool printed = hit.pattern == grouped && text.substr(begin, end - begin).find("  ") != std::string_view::npos;
  if (hit.pattern == grouped && !printed && char_at(text, end) == ' ' && is_hex_group(text, end + 1)) return;
  if (hit.pattern != key_id && !printed &&
      !mentioned_before(text, begin, 32,
                        {"fingerprint", "openpgp4fpr", "pgp", "gpg", "gnupg", "signing key", "recv-key", "recv-keys",
                         "signed-by", "key id", "keyid", "master key"}))
    return;
  if (hit.pattern == joined && mentioned_before(text, begin, 12, {"commit", "commits", "sha1", "merge"})) return;
  if (is_of_another_kind(text, begin, end)) return;
  if (hit.pattern == key_id &&
      !mentioned_before(text, begin, 48, {"pgp", "gpg", "gnupg", "signed-by", "recv-key", "recv-keys", "openpgp"}) &&
      !mentioned_before(text, begin, 32, {"key id", "keyid", "rsa key", "dsa key", "eddsa key"}))
    return;
  sink.feature("pgp", value, begin, end);
}

constexpr std::array<std::string_view, 1> kinds{"pgp"};
constexpr std::array patterns{
    Pattern{R"([0-9A-F]{4} [0-9A-F]{4} [0-9A-F]{4} [0-9A-F]{4} )", 0, grouped},
    Pattern{R"([0-9A-Fa-f]{32})", first_end, joined},  // the start of a run; the hex decoder's pattern too
    Pattern{R"((?:0x|key |id |ID |id:|id=|: )[0-9A-F]{16})", 0, key_id},
    Pattern{R"(-----BEGIN PGP (?:PUBLIC KEY BLOCK|MESSAGE)-----)", 0, armor},
};

constexpr std::array examples{
    Example{"Key fingerprint = 0D69 E11F 12BD BA07 7B37  26AB 4E1F 799A A4FF 2279", "pgp",
            "0D69E11F12BDBA077B3726AB4E1F799AA4FF2279"},
    Example{"Fingerprint: 0d69e11f12bdba077b3726ab4e1f799aa4ff2279\n", "pgp",
            "0D69E11F12BDBA077B3726AB4E1F799AA4FF2279"},
    Example{"6591 3B62 9BA5 88BB 6604 59A4 6604 7550 6591 3B62\n", "pgp", ""},
    Example{"fingerprint: 1111 2222 0D69 E11F 12BD BA07 7B37 26AB 4E1F 799A A4FF 2279 3333", "pgp", ""},
    Example{"gpg: using RSA key 4E1F799AA4FF2279", "pgp", "4E1F799AA4FF2279"},
    Example{"PGP key id 0x4E1F799AA4FF2279)", "pgp", "4E1F799AA4FF2279"},
    Example{"gpg: encrypted with 4096-bit RSA key, ID 4E1F799AA4FF2279, created", "pgp", "4E1F799AA4FF2279"},
    Example{"Keygrip = 0D69E11F12BDBA077B3726AB4E1F799AA4FF2279\nfingerprint", "pgp", ""},
    Example{"~/.gnupg$ ls\n0D69E11F12BDBA077B3726AB4E1F799AA4FF2279.key\n", "pgp", ""},
    Example{"signing key: 0d69e11f12bdba077b3726ab4e1f799aa4ff2279: X509.RSA", "pgp", ""},
    Example{"&_keyid=k1&_hmac=0d69e11f12bdba077b3726ab4e1f799aa4ff2279/", "pgp", ""},
    Example{"the keyid defines the name\nof the key: 4E1F799AA4FF2279", "pgp", ""},
    Example{"commit 0d69e11f12bdba077b3726ab4e1f799aa4ff2279", "pgp", ""},
    Example{"at 0x00007FFE12345678", "pgp", ""},
    Example{"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nnot a key\n", "pgp", ""},
};

}  // namespace

extern const Scanner pgp_scanner;
const Scanner pgp_scanner{
    "pgp", "pgp: fingerprints and long ids of OpenPGP keys", kinds, patterns, on_hit, examples, 128, 8 * KiB};

}  // namespace weft::scan
