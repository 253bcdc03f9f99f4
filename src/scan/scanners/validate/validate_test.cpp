// Official vectors: BIP-173, BIP-350, ERC-55, RFC 5952, RFC 3492, RFC 4648, the IBAN registry, ISO/IEC 7812.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "scan/scanners/validate/base64.h"
#include "scan/scanners/validate/coin.h"
#include "scan/scanners/validate/host.h"
#include "scan/scanners/validate/iban.h"
#include "scan/scanners/validate/ip.h"
#include "scan/scanners/validate/luhn.h"
#include "scan/scanners/validate/utf8.h"

namespace weft::scan {
namespace {

TEST(Validate, SegwitAddressesOfTheBips) {
  for (const char* good :
       {"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", "BC1SW50QGDZ25J",
        "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
        "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"})
    EXPECT_TRUE(is_segwit(good)) << good;
  for (const char* bad :
       {"tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
        "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
        "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
        "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
        "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "bc1pw5dgrnzv",
        "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "bc1gmk9yu"})
    EXPECT_FALSE(is_segwit(bad)) << bad;
}

TEST(Validate, Base58Coins) {
  EXPECT_EQ(base58_coin("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), "bitcoin");
  EXPECT_EQ(base58_coin("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"), "bitcoin");
  EXPECT_EQ(base58_coin("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"), "bitcoin");
  EXPECT_EQ(base58_coin("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"), "");
  EXPECT_EQ(base58_coin("11BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"), "");
  EXPECT_EQ(base58_coin("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn"), "");  // testnet
  EXPECT_EQ(base58_coin("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9"), "litecoin");
  EXPECT_EQ(base58_coin("DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"), "dogecoin");
  EXPECT_EQ(base58_coin("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"), "tron");
}

TEST(Validate, ExtendedPublicKeysOfBip32) {
  EXPECT_TRUE(
      is_extended_public_key("xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsef"
                             "D265TMg7usUDFdp6W1EGMcet8"));
  EXPECT_FALSE(
      is_extended_public_key("xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqse"
                             "fD265TMg7usUDFdp6W1EGMcet9"));
}

TEST(Validate, MoneroAddresses) {
  const std::string_view one =
      "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A";
  EXPECT_TRUE(is_monero(one));
  std::string other(one);
  other[40] = 'x';
  EXPECT_FALSE(is_monero(other));
  EXPECT_FALSE(is_monero(one.substr(0, 94)));
}

TEST(Validate, DescriptorsOfBip380) {
  EXPECT_TRUE(is_descriptor("raw(deadbeef)#89f8spxm"));
  EXPECT_FALSE(is_descriptor("raw(deadbeef)#89f8spxn"));
  EXPECT_FALSE(is_descriptor("raw(deedbeef)#89f8spxm"));
  EXPECT_FALSE(is_descriptor("raw(deadbeef)"));
  EXPECT_FALSE(is_descriptor("raw(\xC3\x9C)#00000000"));
}

TEST(Validate, KeccakAndErc55) {
  auto digest = [](std::string_view text) { return hex(as_bytes(keccak_256(text))); };
  EXPECT_EQ(digest(""), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  EXPECT_EQ(digest("abc"), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  for (const char* good : {"52908400098527886E0F7030069857D2E4169EE7", "8617E340B3D01FA5F11F306F4090FD50E238070D",
                           "de709f2102306220921060314715629080e2fb77", "27b1fdb04752bbc536007a920d24acb045561c26",
                           "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
                           "dbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "D1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"})
    EXPECT_TRUE(is_ethereum_checksummed(good)) << good;
  EXPECT_FALSE(is_ethereum_checksummed("5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed"));
}

TEST(Validate, IbansOfTheRegistry) {
  for (const char* good : {"AD1200012030200359100100",
                           "AE070331234567890123456",
                           "AT611904300234573201",
                           "BE68539007547034",
                           "BR1800360305000010009795493C1",
                           "CH9300762011623852957",
                           "CZ6508000000192000145399",
                           "DE89370400440532013000",
                           "DK5000400440116243",
                           "ES9121000418450200051332",
                           "FI2112345600000785",
                           "FR1420041010050500013M02606",
                           "GB29NWBK60161331926819",
                           "GR1601101250000000012300695",
                           "HU42117730161111101800000000",
                           "IE29AIBK93115212345678",
                           "IT60X0542811101000000123456",
                           "KW81CBKU0000000000001234560101",
                           "LC55HEMM000100010012001200023015",
                           "MT84MALT011000012345MTLCAST001S",
                           "MU17BOMM0101101030300200000MUR",
                           "NL91ABNA0417164300",
                           "NO9386011117947",
                           "PL61109010140000071219812874",
                           "SC18SSCB11010000000000001497USD",
                           "SE4550000000058398257466",
                           "TR330006100519786457841326",
                           "UA213223130000026007233566001",
                           "VG96VPVG0000012345678901"})
    EXPECT_TRUE(is_iban(good)) << good;
  // Those whose account has check digits of its own.
  for (const char* good :
       {"BA391290079401028494", "EE382200221020145685", "HR1210010051863000160", "IS140159260076545510730339",
        "MC5811222000010123456789030", "ME25505000012345678951", "MK07250120000058984", "PT50000201231234567890154",
        "RS35260005601001611379", "SI56263300012039086", "SK3112000000198742637541", "SM86U0322509800000000270100",
        "TN5910006035183598478831"})
    EXPECT_TRUE(is_iban(good)) << good;
  EXPECT_FALSE(is_iban("DE89370400440532013001"));
  EXPECT_FALSE(is_iban("DE8937040044053201300"));
  EXPECT_FALSE(is_iban("XX89370400440532013000"));
  EXPECT_FALSE(is_iban("NL91ABN10417164300"));
  EXPECT_FALSE(is_iban(""));
}

// The numbers above with one digit changed, and the IBAN's check digits computed anew.
TEST(Validate, IbansWithoutTheirCountrysCheckDigits) {
  for (const char* bad : {"BA121290079401028495",         "BE41539007547035",
                          "CZ1708000000192000145390",     "EE112200221020145686",
                          "ES6421000418450200051333",     "FI9112345600000786",
                          "FR8420041010050500013M02607",  "HR8210010051863000161",
                          "HU94117730161111102800000000", "IT33X0542811101000000123457",
                          "MC3111222000010123456789031",  "ME95505000012345678952",
                          "MK77250120000058985",          "NO6686011117948",
                          "PL36109010150000071219812874", "PT23000201231234567890155",
                          "RS84260005601001611370",       "SI29263300012039087",
                          "SK0412000000198742637542",     "SM59U0322509800000000270101",
                          "TN3210006035183598478832",     "CZ4108000000102000145399",
                          "ES5321000418550200051332",     "HR4710010061863000160",
                          "HU17117730171111101800000000"})
    EXPECT_FALSE(is_iban(bad)) << bad;
  EXPECT_TRUE(is_iban("NO4686010017940"));  // Norway's numbers with 00 there have none
}

TEST(Validate, Rfc5952) {
  auto text = [](std::string_view address) {
    auto groups = ipv6(address);
    return groups ? to_text(*groups) : std::string();
  };
  EXPECT_EQ(text("2001:0db8::0001"), "2001:db8::1");
  EXPECT_EQ(text("2001:db8:0:0:0:0:2:1"), "2001:db8::2:1");
  EXPECT_EQ(text("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
  EXPECT_EQ(text("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
  EXPECT_EQ(text("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(text("2001:DB8::A"), "2001:db8::a");
  EXPECT_EQ(text("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
  EXPECT_EQ(text("::"), "::");
  EXPECT_EQ(text("1::"), "1::");
  EXPECT_EQ(text("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  for (const char* bad :
       {"1:2:3:4:5:6:7", "1::2::3", "12345::", ":1::2", "1:2:3:4:5:6:7:8:9", "1:", ":::", "1::1.2.3", "g::1", ""})
    EXPECT_FALSE(ipv6(bad)) << bad;
  for (const char* bad : {"1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.", "1..2.3", ""}) EXPECT_FALSE(ipv4(bad)) << bad;
}

TEST(Validate, PunycodeOfRfc3492) {
  EXPECT_EQ(punycode("mller-kva"), "m\xC3\xBCller");
  EXPECT_EQ(punycode("egbpdaj6bu4bxfgehfvwxn"),
            "\xD9\x84\xD9\x8A\xD9\x87\xD9\x85\xD8\xA7\xD8\xA8\xD8\xAA\xD9\x83\xD9\x84\xD9\x85\xD9\x88\xD8\xB4\xD8\xB9"
            "\xD8\xB1\xD8\xA8\xD9\x8A\xD8\x9F");
  EXPECT_EQ(
      punycode("ihqwcrb4cv8a8dqg056pqjye"),
      "\xE4\xBB\x96\xE4\xBB\xAC\xE4\xB8\xBA\xE4\xBB\x80\xE4\xB9\x88\xE4\xB8\x8D\xE8\xAF\xB4\xE4\xB8\xAD\xE6\x96\x87");
  EXPECT_FALSE(punycode("99999999999"));
  EXPECT_FALSE(punycode("mller-"));
}

TEST(Validate, HostsEndWhereTheNameEnds) {
  auto host = [](std::string_view text) {
    auto found = host_at(text, 0);
    return found ? found->value + "|" + std::string(text.substr(found->end)) : std::string();
  };
  EXPECT_EQ(host("Example.COM"), "example.com|");
  EXPECT_EQ(host("example.com."), "example.com|.");
  EXPECT_EQ(host("example.com.The"), "example.com|.The");
  EXPECT_EQ(host("example.comDate"), "example.com|Date");
  EXPECT_EQ(host("example.co.uk"), "example.co.uk|");
  EXPECT_EQ(host("xn--bcher-kva.example.org"),
            "b\xC3\xBC"
            "cher.example.org|");
  EXPECT_EQ(host("co.uk"), "");
  EXPECT_EQ(host("1.7.10.1"), "");
  EXPECT_EQ(host("2x.png"), "");
  EXPECT_EQ(host("a..com"), "");
  EXPECT_EQ(host("-a.com"), "");
  EXPECT_EQ(host("host.internal"), "");
}

TEST(Validate, LuhnAndBase64) {
  EXPECT_TRUE(luhn("79927398713"));
  for (char c = '0'; c <= '9'; ++c) EXPECT_EQ(luhn(std::string("7992739871") + c), c == '3');
  EXPECT_EQ(to_base64(as_bytes("foob")), "Zm9vYg");
  EXPECT_EQ(as_text(from_base64("Zm9v\r\nYg==x", 100, true).bytes), "foob");
  EXPECT_EQ(from_base64("Zm9v\r\nYg==x", 100, true).length, 10u);
  EXPECT_EQ(from_base64("Zm9vYmFy", 3, false).bytes.size(), 3u);
}

TEST(Validate, Utf8BackwardsIsUtf8Forwards) {
  std::string text = "a\xC3\xBC\xE4\xBE\x8B\xF0\x9F\x98\x80";
  size_t at = text.size();
  std::u32string seen;
  while (at > 0) {
    CodePoint c = code_point_before(text, at);
    ASSERT_NE(c.length, 0u);
    seen.insert(seen.begin(), c.value);
    at -= c.length;
  }
  EXPECT_EQ(seen, U"a\u00FC\u4F8B\U0001F600");
  EXPECT_EQ(code_point_at("\xC0\x80", 0).length, 0u);
  EXPECT_EQ(code_point_at("\xED\xA0\x80", 0).length, 0u);
  EXPECT_EQ(code_point_before("\x80", 1).length, 0u);
}

}  // namespace
}  // namespace weft::scan
