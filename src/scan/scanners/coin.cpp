// Addresses of Bitcoin, Litecoin, Dogecoin, Tron (Base58Check, BIP-173, BIP-350), Monero and Ethereum (ERC-55); keys
// from which all addresses of a wallet follow (BIP-32 extended public keys, BIP-380 output descriptors). The checks are
// in validate/coin.h. Private keys and seed phrases are not looked for: a pack is no place for them.
//
// False positives: 30 bits of checksum and more settle all but Ethereum. Ethereum in mixed case has some 15 bits; all
// in one case it has none, and looks like any 160-bit hash: then a word of wallets must stand near, the key of an
// address in front ("selectedAddress", "from"), or the hash of a transaction in the same line. Keystores (Web3 Secret
// Storage) have it without "0x", and in their names, UTC--…--…. Filler (0x000…0) is none.
#include "scan/scanners/validate/coin.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/bytes.h"
#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"
#include "scan/scanners/validate/escape.h"

namespace weft::scan {
namespace {

enum : uint32_t { run, ethereum, segwit, litecoin, descriptor };
constexpr size_t longest_descriptor = 2 * KiB;

// The key or the name of a column right in front: "selectedAddress":"0x…, from=0x…, to: 0x….
bool is_keyed(std::string_view text, size_t begin) {
  constexpr size_t most_signs = 6;
  size_t end = begin;
  while (end > 0 && begin - end < most_signs &&
         std::string_view("\"': =[\\").find(text[end - 1]) != std::string_view::npos)
    --end;
  if (end == begin || text.substr(end, begin - end).find_first_of(":=") == std::string_view::npos) return false;
  size_t first = end;
  while (first > 0 && end - first < 24 && (is_alnum(text[first - 1]) || text[first - 1] == '_')) --first;
  const std::string key = lower_ascii(text.substr(first, end - first));
  if (key.ends_with("address") || key.ends_with("addr")) return true;
  static constexpr std::array<std::string_view, 11> keys{"account", "accounts", "beneficiary", "contract",
                                                         "from",    "miner",    "owner",       "recipient",
                                                         "sender",  "spender",  "to"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// "0x" and 64 digits in the same line, as exports of transactions have them.
bool is_beside_transaction(std::string_view text, size_t begin, size_t end) {
  constexpr size_t near = 200, digits = 64;
  size_t first = begin, last = end;
  while (first > 0 && begin - first < near && text[first - 1] != '\n') --first;
  while (last < text.size() && last - end < near && text[last] != '\n') ++last;
  for (size_t at = text.find("0x", first); at < last; at = text.find("0x", at + 2)) {
    size_t stop = at + 2;
    while (stop - at - 2 <= digits && is_hex(text.substr(stop, 1))) ++stop;
    if (stop - at - 2 == digits && !is_alnum(char_at(text, stop))) return true;
    at = stop - 2;
  }
  return false;
}

// {"address":"008aee…","crypto":{"cipher":…: the address of a keystore; "UTC--2024-…Z--008aee…", its name.
bool is_of_keystore(std::string_view text, size_t begin, size_t end) {
  constexpr size_t near = 512;
  const size_t from = begin - std::min<size_t>(begin, 40);
  const std::string_view before = text.substr(from, begin - from);
  if (before.ends_with("--")) return before.find("UTC--") != std::string_view::npos;
  if (char_at(text, end) != '"' || !before.ends_with('"')) return false;
  size_t colon = before.find_last_not_of(" \"");
  if (colon == std::string_view::npos || before[colon] != ':' || !before.substr(0, colon).ends_with("\"address\""))
    return false;
  const size_t first = begin - std::min(begin, near);
  const std::string around = lower_ascii(text.substr(first, end + near - first));
  return around.find("\"crypto\"") != std::string::npos &&
         (around.find("\"ciphertext\"") != std::string::npos || around.find("\"kdf\"") != std::string::npos);
}

// 40 hex digits from `begin` on, behind "0x" or in a keystore.
void on_ethereum(std::string_view text, size_t begin, size_t digits, Sink& sink) {
  const size_t end = digits + 40;
  if (is_alnum(char_at(text, end)) || char_at(text, end) == '_') return;
  std::string_view hex = text.substr(digits, 40);
  std::string lower = lower_ascii(hex);
  size_t same = 0;
  for (size_t i = 1; i < 40; ++i) same += lower[i] == lower[i - 1];
  if (same > 24) return;
  bool capital = lower != hex, small = false;
  for (char c : hex) small = small || (c >= 'a' && c <= 'f');
  bool mixed = capital && small;
  if (mixed && !is_ethereum_checksummed(hex)) return;
  if (!mixed && begin != digits &&
      !mentioned_before(text, begin, 64,
                        {"eth", "ethereum", "ether", "wallet", "erc20", "erc-20", "usdt", "usdc", "metamask",
                         "etherscan", "token", "contract", "address", "bsc", "polygon"}) &&
      !is_keyed(text, begin) && !is_beside_transaction(text, begin, end))
    return;
  sink.feature("ethereum", "0x" + lower, begin, end);
}

// "wpkh([d34db33f/84h/0h/0h]xpub…/0/*)#checksum", found by its end; the keys in it are features already.
void on_descriptor(std::string_view text, size_t mark, Sink& sink) {
  const size_t end = mark + 9;
  if (is_alnum(char_at(text, end))) return;
  // Back to the bracket that the last one closes.
  size_t depth = 0, open = mark;
  while (open > 0 && mark - open < longest_descriptor) {
    const char c = text[--open];
    if (uint8_t(c) <= ' ' || uint8_t(c) >= 0x7F || c == '#') return;
    if (c == ')') ++depth;
    if (c == '(' && --depth == 0) break;
  }
  if (depth != 0 || char_at(text, open) != '(') return;
  size_t begin = open;
  while (begin > 0 && open - begin < 12 && is_alpha(text[begin - 1])) --begin;
  static constexpr std::array<std::string_view, 10> functions{"pk",    "pkh",         "wpkh",  "sh",   "wsh",
                                                              "combo", "sortedmulti", "multi", "addr", "tr"};
  const std::string_view name = text.substr(begin, open - begin);
  if (std::find(functions.begin(), functions.end(), name) == functions.end()) return;
  const std::string_view descriptor = text.substr(begin, end - begin);
  if (descriptor.find("prv") != std::string_view::npos) return;  // a private key is not to be shown
  if (is_descriptor(descriptor)) sink.feature("descriptor", std::string(descriptor), begin, end);
}

// A run of base 58 as long as an address is.
void on_run(std::string_view text, size_t begin, size_t from, Sink& sink) {
  begin = behind_escape(text, begin);
  if (begin < from || is_alnum(sign_before(text, begin))) return;
  constexpr size_t longest = 111;
  size_t end = begin;
  while (end - begin <= longest && is_alnum(char_at(text, end))) ++end;
  const std::string_view word = text.substr(begin, end - begin);
  if (word.size() <= 36) {
    if (const std::string_view coin = base58_coin(word); !coin.empty())
      sink.feature(coin, std::string(word), begin, end);
  } else if (word.size() == 95 || word.size() == 106) {
    if (is_monero(word)) sink.feature("monero", std::string(word), begin, end);
  } else if (word.size() == 111) {
    if (is_extended_public_key(word)) sink.feature("xpub", std::string(word), begin, end);
  }
}

// A run of hex digits: 40 of them behind "0x", or of a keystore.
void on_hex(std::string_view text, size_t digits, size_t from, Sink& sink) {
  if (digits + 40 > text.size() || digits < from || !is_hex(text.substr(digits, 40))) return;
  if (digits >= from + 2 && text[digits - 2] == '0' && (text[digits - 1] | 32) == 'x') {
    if (!is_alnum(sign_before(text, digits - 2))) on_ethereum(text, digits - 2, digits, sink);
  } else if (is_of_keystore(text, digits, digits + 40)) {
    on_ethereum(text, digits, digits, sink);
  }
}

void on_segwit(std::string_view text, size_t begin, std::string_view coin, size_t from, Sink& sink) {
  if (begin < from || is_alnum(sign_before(text, begin))) return;
  size_t end = begin;
  while (end - begin <= 91 && is_alnum(char_at(text, end))) ++end;
  const std::string_view address = text.substr(begin, end - begin);
  if (is_segwit(address)) sink.feature(coin, lower_ascii(address), begin, end);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  switch (hit.pattern) {
    case ethereum:
      return on_hex(text, hit.end - 32, from, sink);
    case run:
      return on_run(text, hit.end - 32, from, sink);
    case segwit:
      return on_segwit(text, hit.end - 14, "bitcoin", from, sink);
    case litecoin:
      return on_segwit(text, hit.end - 15, "litecoin", from, sink);
    default:
      return on_descriptor(text, hit.end - 9, sink);
  }
}

constexpr std::array<std::string_view, 8> kinds{"bitcoin", "ethereum", "litecoin", "dogecoin",
                                                "tron",    "monero",   "xpub",     "descriptor"};
// The start of a run, of base 58 (one bitcoin address in eighty thousand is shorter than that) and of hex digits (the
// hex decoder's pattern too).
constexpr std::array patterns{
    Pattern{R"([1-9A-HJ-NP-Za-km-z]{32})", first_end, run},  Pattern{R"([0-9A-Fa-f]{32})", first_end, ethereum},
    Pattern{R"(bc1[02-9ac-hj-np-z]{11})", caseless, segwit}, Pattern{R"(ltc1[02-9ac-hj-np-z]{11})", caseless, litecoin},
    Pattern{R"(\)#[02-9ac-hj-np-z]{8})", 0, descriptor},
};

constexpr std::array examples{
    Example{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
    Example{"bitcoin:3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy?x", "bitcoin", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"},
    Example{"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
    Example{"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "bitcoin",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"},
    Example{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bitcoin", ""},
    Example{"ltc LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9\n", "litecoin", "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9"},
    Example{"DOGE: DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L", "dogecoin", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"},
    Example{"USDT TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,", "tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"},
    Example{"TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u", "tron", ""},
    Example{"MUt7RhGwpvsY5rXicBBTJtKeYMQe2wfyRV", "litecoin", "MUt7RhGwpvsY5rXicBBTJtKeYMQe2wfyRV"},
    Example{"ltc1qucn7ygmlg32rmzmeufmj5lx8nakg6r4zk8l8a7", "litecoin", "ltc1qucn7ygmlg32rmzmeufmj5lx8nakg6r4zk8l8a7"},
    Example{"ltc1qucn7ygmlg32rmzmeufmj5lx8nakg6r4zk8l8a8", "litecoin", ""},
    Example{"ADRDrevswsu1BidHvRrXjNhcvECE6v6Dmo", "dogecoin", "ADRDrevswsu1BidHvRrXjNhcvECE6v6Dmo"},
    Example{"bc1p2rnjreyuqylsp33v7k0jzc6592wcmupyvnh7kc2axyz3kr7acvnq8nyjrv", "bitcoin",
            "bc1p2rnjreyuqylsp33v7k0jzc6592wcmupyvnh7kc2axyz3kr7acvnq8nyjrv"},
    Example{"zpub6jftahH18ngZwbfPJeoHuC2EJXshUn2FgmenmJ7Le7MWJZDTxC6AYuwnxbP7HvW3JWUymGhVyppwKYRehBR9i2cS2foEaM1ymFmGcq"
            "Q29YU",
            "xpub",
            "zpub6jftahH18ngZwbfPJeoHuC2EJXshUn2FgmenmJ7Le7MWJZDTxC6AYuwnxbP7HvW3JWUymGhVyppwKYRehBR9i2cS2foEaM1ymFmGcq"
            "Q29YU"},
    Example{"addr(1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa)#00000000", "descriptor", ""},
    Example{
        "\"wpkh([d34db33f/84h/0h/0h]xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8Y"
        "tGqsefD265TMg7usUDFdp6W1EGMcet8/0/*)#3srn6fgd\"",
        "descriptor",
        "wpkh([d34db33f/84h/0h/0h]xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8Y"
        "tGqsefD265TMg7usUDFdp6W1EGMcet8/0/*)#3srn6fgd"},
    Example{"44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A", "monero",
            "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"},
    Example{"44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3B", "monero",
            ""},
    Example{"xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EG"
            "Mcet8",
            "xpub",
            "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EG"
            "Mcet8"},
    Example{"x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin", ""},
    Example{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ethereum", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"ETH wallet 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ethereum",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ethereum", ""},
    Example{"{\"address\":\"5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\",\"crypto\":{\"cipher\":\"aes-128-ctr\","
            "\"ciphertext\":\"53\",\"kdf\":\"scrypt\"},\"version\":3}",
            "ethereum", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"{\"Crypto\": {\"kdf\": \"pbkdf2\"}, \"address\": \"5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\"}",
            "ethereum", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"UTC--2024-01-01T00-00-00.000000000Z--5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ethereum",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"\"address\":\"5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\"", "ethereum", ""},
    Example{"\"sha1\":\"5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\",\"crypto\":{\"kdf\":\"scrypt\"}", "ethereum", ""},
    Example{"\"selectedAddress\":\"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\"", "ethereum",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"Address: 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ethereum",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"\"commit\": \"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\"", "ethereum", ""},
    Example{
        "0x9fc76417374aa880d4449a1f7f31ec597f00b1f6f3dd2d66f4c9c6c445836d8b,0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        "ethereum", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"0x9fc76417374aa880d4449a1f7f31ec597f00b1f6f3dd2d66f4c9c6c445836d8b\n0x5aaeb6053f3e94c9b9a09f33669435e7ef1b"
            "eaed",
            "ethereum", ""},
    Example{"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ethereum", ""},
    Example{"eth 0x0000000000000000000000000000000000000000", "ethereum", ""},
};

}  // namespace

extern const Scanner coin_scanner;
const Scanner coin_scanner{"coin",
                           "bitcoin, ethereum, litecoin, dogecoin, tron, monero: addresses of wallets; xpub, "
                           "descriptor: what they follow from",
                           kinds,
                           patterns,
                           on_hit,
                           examples,
                           3 * KiB,
                           640};

}  // namespace weft::scan
