// X.509 certificates and RSA private keys in DER, wherever they lie: files, memory, the decoded text of a PEM block.
// A certificate's value is the SHA-256 of its bytes, the fingerprint that tools print. A private key's value is the
// SHA-256 of the public key that belongs to it (as SubjectPublicKeyInfo, what `openssl pkey -pubout -outform der`
// gives), so that it meets its twin; of the key itself nothing is shown. RFC 5280 §4.1, RFC 8017 A.1.2.
//
// False positives: the nested lengths must agree to the byte. A certificate is a sequence of just three: a sequence, an
// algorithm, a bit string. An RSA key is a sequence of just nine positive integers, whose modulus is odd, as long as
// its exponent d nearly, and twice as long as its primes. Nine such lengths do not come together by accident.
#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

constexpr size_t longest = 16 * KiB;

enum : uint32_t { certificate, rsa };

struct Element {
  uint8_t tag = 0;
  Bytes content;
  size_t size = 0;  // with tag and length
};

// Definite lengths of up to three bytes, in the shortest form, as DER has it.
std::optional<Element> element(Bytes bytes) {
  Cursor in(bytes);
  Element out;
  out.tag = in.u8();
  size_t length = in.u8();
  if (length >= 0x80) {
    const size_t count = length & 0x7F;
    if (count == 0 || count > 3) return std::nullopt;
    length = 0;
    for (size_t i = 0; i < count; ++i) length = length << 8 | in.u8();
    if (length < 0x80 || (count > 1 && length >> (8 * (count - 1)) == 0)) return std::nullopt;
  }
  out.content = in.take(length);
  if (!in.ok()) return std::nullopt;
  out.size = in.position();
  return out;
}

// The elements that fill content exactly, or nothing when there are not `count` of them.
template <size_t count>
std::optional<std::array<Element, count>> elements(Bytes content) {
  std::array<Element, count> out;
  for (Element& each : out) {
    auto next = element(content);
    if (!next) return std::nullopt;
    each = *next;
    content = content.subspan(next->size);
  }
  if (!content.empty()) return std::nullopt;
  return out;
}

void on_certificate(std::string_view text, size_t begin, Sink& sink) {
  const auto whole = element(as_bytes(text.substr(begin, longest)));
  if (!whole || whole->tag != 0x30) return;
  const auto parts = elements<3>(whole->content);
  if (!parts || (*parts)[0].tag != 0x30 || (*parts)[1].tag != 0x30 || (*parts)[2].tag != 0x03) return;
  sink.feature("certificate", sha256_hex(as_bytes(text.substr(begin, whole->size))), begin, begin + whole->size);
}

std::vector<uint8_t> wrapped(uint8_t tag, Bytes content) {
  std::vector<uint8_t> out{tag};
  const size_t size = content.size();
  if (size >= 0x80) {
    out.push_back(size > 0xFF ? 0x82 : 0x81);
    if (size > 0xFF) out.push_back(uint8_t(size >> 8));
  }
  out.push_back(uint8_t(size));
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

// SHA-256 of the SubjectPublicKeyInfo of modulus and exponent.
std::string public_key(const Element& modulus, const Element& exponent) {
  std::vector<uint8_t> numbers = wrapped(2, modulus.content), other = wrapped(2, exponent.content);
  numbers.insert(numbers.end(), other.begin(), other.end());
  std::vector<uint8_t> bits = wrapped(0x30, numbers);
  bits.insert(bits.begin(), 0);
  std::vector<uint8_t> info{0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 1, 1, 5, 0};  // rsaEncryption, NULL
  const std::vector<uint8_t> string = wrapped(3, bits);
  info.insert(info.end(), string.begin(), string.end());
  return sha256_hex(wrapped(0x30, info));
}

void on_rsa(std::string_view text, size_t begin, Sink& sink) {
  const auto whole = element(as_bytes(text.substr(begin, longest)));
  if (!whole || whole->tag != 0x30) return;
  const auto numbers = elements<9>(whole->content);
  if (!numbers) return;
  for (const Element& each : *numbers)
    if (each.tag != 2 || each.content.empty() || each.content[0] & 0x80) return;
  const auto& [version, modulus, exponent, secret, p, q, dp, dq, inverse] = *numbers;
  const size_t size = modulus.content.size();
  if (size < 64 || !(modulus.content.back() & 1) || exponent.content.size() > 8) return;
  if (secret.content.size() > size || secret.content.size() + 8 < size) return;
  for (const Element* prime : {&p, &q})
    if (prime->content.size() * 2 > size + 4 || prime->content.size() * 2 + 4 < size || !(prime->content.back() & 1))
      return;
  // The feature ends with the modulus: what is shown around it is public.
  const size_t end = begin + whole->size - whole->content.size() + version.size + modulus.size;
  sink.feature("private_key", public_key(modulus, exponent), begin, end - 16);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  const size_t begin = hit.end - (hit.pattern == certificate ? 13 : 9);
  if (begin < from) return;
  hit.pattern == certificate ? on_certificate(text, begin, sink) : on_rsa(text, begin, sink);
}

constexpr std::array<std::string_view, 2> kinds{"certificate", "private_key"};
// "30 82 llll 30 82 llll" and version 3; "30 82 llll", version 0, and a modulus of at least 128 bytes.
constexpr std::array patterns{
    Pattern{R"(\x30\x82..\x30\x82..\xa0\x03\x02\x01\x02)", dotall, certificate},
    Pattern{R"(\x30\x82..\x02\x01\x00\x02[\x81\x82])", dotall, rsa},
};

constexpr std::array examples{
    Example{"\x30\x82\x01\x01\x30\x82\x01\x01\xA0\x03\x02\x01\x02 no certificate", "certificate", ""},
    Example{std::string_view("\x30\x82\x01\x01\x02\x01\x00\x02\x81 no key", 16), "private_key", ""},
};

}  // namespace

extern const Scanner der_scanner;
const Scanner der_scanner{
    "der",  "certificate, private_key: SHA-256 of X.509 certificates, and of the public half of RSA private keys",
    kinds,  patterns,
    on_hit, examples,
    64,     17 * KiB};

}  // namespace weft::scan
