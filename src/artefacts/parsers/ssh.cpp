// What OpenSSH keeps of keys: sshd(8) for known_hosts and authorized_keys, and *.pub files. A key's fingerprint is the
// one that ssh-keygen -l prints: SHA-256 of the key blob (RFC 4253 §6.6), in base64 without padding.
//
//   known_hosts       [@marker] HOSTS TYPE BLOB [comment]   HOSTS: a,b,[c]:2222 or |1|salt|hash
//   authorized_keys   [options] TYPE BLOB [comment]         options may hold blanks in quotes
//   *.pub             TYPE BLOB [comment]
// A line is taken at the first word that is a key type with a blob behind it that names the same type.
//
// Role of a key: owner where it is somebody's own (*.pub), key where it may log in here, host where it is a host's.
#include <algorithm>
#include <array>

#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t line_most = 32 * KiB;  // OpenSSH takes no key of more than 16 KiB: a longer line is none
constexpr std::string_view signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::vector<uint8_t> from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::vector<uint8_t> out;
  uint32_t bits = 0;
  unsigned count = 0;
  for (char c : text) {
    size_t value = signs.find(c);
    if (value == std::string_view::npos) return {};
    bits = bits << 6 | uint32_t(value);
    if ((count += 6) < 8) continue;
    count -= 8;
    out.push_back(uint8_t(bits >> count));
  }
  return out;
}

// The fingerprint from the hash in hex: base64 without padding.
std::string fingerprint(Bytes blob) {
  std::string hash = sha256_hex(blob), out = "SHA256:";
  uint32_t bits = 0;
  unsigned count = 0;
  for (char c : hash) {
    bits = bits << 4 | uint32_t(std::string_view("0123456789abcdef").find(c));
    if ((count += 4) < 6) continue;
    count -= 6;
    out += signs[bits >> count & 63];
  }
  if (count > 0) out += signs[bits << (6 - count) & 63];
  return out;
}

struct Key {
  std::string_view before, type, comment;  // before: options, hosts
  std::string fingerprint;
  uint64_t begin = 0;  // of the type
};

bool is_key_type(std::string_view word) {
  return word.starts_with("ssh-") || word.starts_with("ecdsa-sha2-") || word.starts_with("sk-ssh-") ||
         word.starts_with("sk-ecdsa-");
}

// Words are separated by blanks; quotes of options are not minded, since no word inside them is a type with its blob.
std::optional<Key> key_of(const Line& line) {
  if (line.text.size() > line_most) return std::nullopt;
  const std::string_view text = trim(line.text);
  const size_t indent = size_t(text.data() - line.text.data());
  for (size_t begin = 0; begin < text.size();) {
    begin = std::min(text.find_first_not_of(" \t", begin), text.size());
    size_t end = std::min(text.find_first_of(" \t", begin), text.size());
    std::string_view word = text.substr(begin, end - begin);
    if (is_key_type(word)) {
      std::string_view rest = text.substr(std::min(text.find_first_not_of(" \t", end), text.size()));
      size_t blob_end = std::min(rest.find_first_of(" \t"), rest.size());
      std::vector<uint8_t> blob = from_base64(rest.substr(0, blob_end));
      Cursor in(blob);
      std::string_view name = in.take_text(in.u32be());
      if (in.ok() && name == word && in.remaining() >= 32)
        return Key{trim(text.substr(0, begin)), word, trim(rest.substr(blob_end)), fingerprint(blob),
                   line.begin + indent + begin};
    }
    begin = end;
  }
  return std::nullopt;
}

void known_host(const Line& line, const Key& key, Rows& rows) {
  std::string_view hosts = key.before;
  std::string_view use = "known host";
  if (hosts.starts_with("@revoked")) use = "revoked host key";
  if (hosts.starts_with("@cert-authority")) use = "authority for hosts";
  if (hosts.starts_with('@')) hosts = trim(hosts.substr(std::min(hosts.find_first_of(" \t"), hosts.size())));
  KeyRow row;
  row.service = "ssh", row.use = use, row.algorithm = key.type, row.fingerprint = key.fingerprint;
  bool hashed = hosts.starts_with("|1|");
  row.name = hashed ? "hashed" : hosts;
  rows.record({line.begin}, row);
  rows.selector({key.begin}, "ssh_key", key.fingerprint, "host", hashed ? std::string_view() : hosts);
  if (hashed) return;
  for (size_t begin = 0; begin < hosts.size();) {
    size_t end = std::min(hosts.find(',', begin), hosts.size());
    std::string host = lower_ascii(hosts.substr(begin, end - begin));
    bool pattern = host.find_first_of("*?!") != std::string::npos;
    if (!pattern && host.size() <= 260)
      rows.selector({line.begin + uint64_t(hosts.data() - line.text.data()) + begin}, "ssh_host", host, "host");
    begin = end + 1;
  }
}

void parse(const File& file, Rows& rows) {
  std::string name = lower_ascii(file.name());
  bool hosts = name.find("known_hosts") != std::string::npos, own = name.ends_with(".pub");
  for (Line line : Lines(file.text())) {
    if (line.text.empty() || line.text[0] == '#') continue;
    std::optional<Key> key = key_of(line);
    if (!key) continue;
    if (hosts) {
      known_host(line, *key, rows);
      continue;
    }
    KeyRow row;
    row.service = "ssh", row.use = own ? "own" : "authorised", row.algorithm = key->type;
    row.fingerprint = key->fingerprint, row.name = key->comment;
    rows.record({line.begin}, row);
    rows.selector({key->begin}, "ssh_key", key->fingerprint, own ? "owner" : "key", key->comment);
  }
}

constexpr std::array<std::string_view, 7> paths{
    ".ssh/known_hosts*", ".ssh/authorized_keys*",    ".ssh/*.pub",     "etc/ssh/ssh_known_hosts*",
    "etc/ssh/*.pub",     "etc/ssh/authorized_keys*", "authorized_keys"};
constexpr std::array<std::string_view, 2> kinds{"ssh_host", "ssh_key"};

#define WEFT_KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
constexpr std::string_view print = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
constexpr std::array samples{
    Sample{".ssh/known_hosts", "Git.Kestrel.net,[10.1.2.3]:2222 " WEFT_KEY "\n", "ssh_key", print, "host"},
    Sample{".ssh/known_hosts", "Git.Kestrel.net,[10.1.2.3]:2222 " WEFT_KEY "\n", "ssh_host", "git.kestrel.net", "host"},
    Sample{".ssh/known_hosts", "Git.Kestrel.net,[10.1.2.3]:2222 " WEFT_KEY "\n", "ssh_host", "[10.1.2.3]:2222", "host"},
    Sample{".ssh/known_hosts", "@revoked |1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= " WEFT_KEY "\n",
           "ssh_key", print, "host"},
    Sample{".ssh/authorized_keys", "# mine\ncommand=\"a b\",no-pty " WEFT_KEY " mara@kestrel\n", "ssh_key", print,
           "key"},
    Sample{".ssh/id_ed25519.pub", WEFT_KEY " mara@kestrel\r\n", "ssh_key", print, "owner"},
    Sample{".ssh/id_ed25519.pub", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n", "",
           "", ""},
};
#undef WEFT_KEY

}  // namespace

extern const Parser ssh_parser;
const Parser ssh_parser{
    "ssh",
    "key: known hosts, keys that may log in, own public keys of OpenSSH",
    "sshd(8), RFC 4253",
    paths,
    {},
    {},
    parse,
    kinds,
    samples,
};

}  // namespace weft::artefacts
