// Private keys in PEM (RFC 7468), but for RSA keys in the clear, which the der scanner finds in the decoded text. Kind
// private_key: of an OpenSSH key the fingerprint of its public half, as ssh-keygen -l prints it; of others, and of
// encrypted ones, "type SHA256:…" over the bytes in the block, which is the same for copies of one file. Nothing of a
// key itself is shown.
//
// False positives: manuals show the first line, or a key with its middle left out. The text must decode to the end
// mark, and the bytes must be a sequence of DER that fills them, or an openssh-key-v1 with a public key in it.
#include <array>
#include <string>

#include "base/cursor.h"
#include "base/hash.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/base64.h"

namespace weft::scan {
namespace {

constexpr size_t longest_block = 12 * KiB;

// Whether the bytes are one DER sequence, nothing more.
bool is_sequence(Bytes bytes) {
  Cursor in(bytes);
  if (in.u8() != 0x30) return false;
  size_t length = in.u8();
  if (length == 0x81) length = in.u8();
  if (length == 0x82) length = in.u16be();
  return in.ok() && length > 16 && length == in.remaining();
}

// openssh-key-v1 (PROTOCOL.key of OpenSSH): magic, cipher, kdf, its options, number of keys, and the public key.
std::string openssh(Bytes bytes) {
  constexpr std::string_view magic("openssh-key-v1\0", 15);
  Cursor in(bytes);
  if (in.take_text(magic.size()) != magic) return {};
  for (int i = 0; i < 3; ++i) in.take(in.u32be());
  if (in.u32be() != 1) return {};
  const Bytes key = in.take(in.u32be());
  if (!in.ok() || key.size() < 32) return {};
  return "SHA256:" + to_base64(from_hex(sha256_hex(key)));
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t begin = text.substr(0, hit.end).rfind("-----BEGIN ");
  if (begin == std::string_view::npos || begin < from || hit.end - begin > 64) return;
  const std::string_view type = text.substr(begin + 11, hit.end - 16 - (begin + 11));  // "EC ", or nothing
  std::string_view block = text.substr(hit.end, longest_block);
  const size_t end = block.find("-----");
  if (end == std::string_view::npos || end < 60) return;
  block = block.substr(0, end);
  // Headers of an encrypted block end with an empty line.
  const bool headers = block.find("Proc-Type:") != std::string_view::npos;
  if (headers) {
    size_t empty = block.find("\n\n");
    if (empty == std::string_view::npos) empty = block.find("\n\r\n");
    if (empty == std::string_view::npos) return;
    block = block.substr(empty + 1);
  }
  while (!block.empty() && (block.front() == '\r' || block.front() == '\n')) block.remove_prefix(1);
  const Base64 decoded = from_base64(block, longest_block, true);
  if (decoded.length + 4 < block.size() || decoded.bytes.size() < 32) return;
  if (type == "OPENSSH ") {
    const std::string key = openssh(decoded.bytes);
    if (!key.empty()) sink.feature("private_key", key, begin, hit.end);
    return;
  }
  if (!headers && !is_sequence(decoded.bytes)) return;
  constexpr std::string_view rsa("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01");
  if (!headers && (type == "RSA " || (type.empty() && as_text(decoded.bytes).find(rsa) < 32))) return;
  std::string name(type.substr(0, type.size() - (type.empty() ? 0 : 1)));
  if (name.empty()) name = "PKCS8";
  sink.feature("private_key", name + " SHA256:" + sha256_hex(decoded.bytes), begin, hit.end);
}

constexpr std::array<std::string_view, 1> kinds{"private_key"};
constexpr std::array patterns{
    Pattern{R"(-----BEGIN (?:(?:RSA|EC|DSA|ENCRYPTED|OPENSSH) )?PRIVATE KEY-----)", 0, 0},
};

constexpr std::array examples{
    // Frames without a key in them.
    Example{"-----BEGIN OPENSSH PRIVATE KEY-----\r\n"
            "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\r\n"
            "QyNTUxOQAAACBrL2i+HJdl5iEhEnrhFliWUgdlMLz6lmUU3VV6NQkqSAAAAC50aGUgcHJp\r\n"
            "dmF0ZSBoYWxmIHdvdWxkIHN0YW5kIGhlcmUsIGl0IGRvZXMgbm90\r\n"
            "-----END OPENSSH PRIVATE KEY-----\r\n",
            "private_key", "SHA256:1Bh/w9XLBo5JGL2Kusc98FYQQLV3zNskYaDlQ2lM1KU"},
    Example{"-----BEGIN EC PRIVATE KEY-----\r\n"
            "MEQCAQEEP0Egc2VxdWVuY2Ugb2YgdGhlIHJpZ2h0IGxlbmd0aCwgYnV0IG9mIGNv\r\n"
            "dXJzZSBubyBrZXkgb2YgYW55Ym9keQ==\r\n"
            "-----END EC PRIVATE KEY-----\r\n",
            "private_key", "EC SHA256:93bc2b7f8ae278dbeb6190c14570f37f9a886c4265698288e70921d524c83596"},
    Example{"-----BEGIN EC PRIVATE KEY-----\r\n...\r\n-----END EC PRIVATE KEY-----\r\n", "private_key", ""},
    Example{"-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\r\n[...]\r\n-----END "
            "PRIVATE "
            "KEY-----\r\n",
            "private_key", ""},
    Example{"grep -- '-----BEGIN OPENSSH PRIVATE KEY-----' file", "private_key", ""},
};

}  // namespace

extern const Scanner pem_scanner;
const Scanner pem_scanner{"pem",  "private_key: private keys in PEM, by the fingerprint of what is public or encrypted",
                          kinds,  patterns,
                          on_hit, examples,
                          64,     13 * KiB};

}  // namespace weft::scan
