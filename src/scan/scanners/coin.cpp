// Bitcoin and Ethereum addresses: Base58Check, BIP-173, BIP-350, ERC-55; the checks are in validate/coin.h.
//
// False positives: 32 and 30 bits of checksum settle Bitcoin. Ethereum in mixed case has some 15 bits; all in one case
// it has none, and looks like any 160-bit hash: then a word of wallets must stand near. Filler (0x000…0) is none.
#include "scan/scanners/validate/coin.h"

#include <array>
#include <string>

#include "base/text.h"
#include "scan/scanner.h"
#include "scan/scanners/context.h"

namespace weft::scan {
namespace {

enum : uint32_t { base58, segwit, ethereum };

void on_ethereum(std::string_view text, size_t end, Sink& sink) {
  size_t begin = end - 42;
  if (is_alnum(char_before(text, begin)) || is_alnum(char_at(text, end)) || char_at(text, end) == '_') return;
  std::string_view hex = text.substr(begin + 2, 40);
  std::string lower = lower_ascii(hex);
  size_t same = 0;
  for (size_t i = 1; i < 40; ++i) same += lower[i] == lower[i - 1];
  if (same > 24) return;
  bool capital = lower != hex, small = false;
  for (char c : hex) small = small || (c >= 'a' && c <= 'f');
  bool mixed = capital && small;
  if (mixed && !is_ethereum_checksummed(hex)) return;
  if (!mixed && !mentioned_before(text, begin, 64,
                                  {"eth", "ethereum", "ether", "wallet", "erc20", "erc-20", "usdt", "usdc", "metamask",
                                   "etherscan", "token", "contract", "0x address", "bsc", "polygon"}))
    return;
  sink.feature("ethereum", "0x" + lower, begin, end);
}

void on_hit(std::string_view text, const Hit& hit, size_t from, Sink& sink) {
  if (hit.pattern == ethereum) {
    if (hit.end - 42 >= from) on_ethereum(text, hit.end, sink);
    return;
  }
  const size_t begin = hit.end - (hit.pattern == base58 ? 26 : 14), longest = hit.pattern == base58 ? 35 : 90;
  if (begin < from || is_alnum(char_before(text, begin))) return;
  size_t end = hit.end;
  while (end - begin <= longest && is_alnum(char_at(text, end))) ++end;
  if (end - begin > longest) return;
  std::string_view address = text.substr(begin, end - begin);
  if (hit.pattern == base58 ? is_bitcoin_base58(address) : is_segwit(address))
    sink.feature("bitcoin", hit.pattern == base58 ? std::string(address) : lower_ascii(address), begin, end);
}

constexpr std::array<std::string_view, 2> kinds{"bitcoin", "ethereum"};
constexpr std::array patterns{
    Pattern{R"([13][1-9A-HJ-NP-Za-km-z]{25})", 0, base58},
    Pattern{R"(bc1[02-9ac-hj-np-z]{11})", caseless, segwit},
    Pattern{R"(0x[0-9a-f]{40})", caseless, ethereum},
};

constexpr std::array examples{
    Example{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
    Example{"bitcoin:3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy?x", "bitcoin", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"},
    Example{"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
    Example{"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "bitcoin",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"},
    Example{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bitcoin", ""},
    Example{"x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin", ""},
    Example{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ethereum", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"ETH wallet 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ethereum",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
    Example{"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ethereum", ""},
    Example{"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "ethereum", ""},
    Example{"eth 0x0000000000000000000000000000000000000000", "ethereum", ""},
};

}  // namespace

extern const Scanner coin_scanner;
const Scanner coin_scanner{
    "coin", "bitcoin, ethereum: addresses of cryptocurrency wallets", kinds, patterns, on_hit, examples, 128, 128};

}  // namespace weft::scan
