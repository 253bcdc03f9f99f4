// Encodings of simple fonts. WinAnsi and MacRoman are code pages that the C library has; Standard differs from ASCII in
// two quotes and in what is above. The names of glyphs are those of the Adobe Glyph List for Latin, Greek, Cyrillic and
// punctuation (facts of its file glyphlist.txt).
#include "base/pdf/encoding.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iconv.h>
#include <sstream>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace weft {
namespace {

struct Sign {
  uint8_t code;
  char32_t character;
};
constexpr Sign standard_signs[] = {
    {0x27, 0x2019}, {0x60, 0x2018}, {0xa1, 0x00a1}, {0xa2, 0x00a2}, {0xa3, 0x00a3}, {0xa4, 0x2044}, {0xa5, 0x00a5},
    {0xa6, 0x0192}, {0xa7, 0x00a7}, {0xa8, 0x00a4}, {0xa9, 0x0027}, {0xaa, 0x201c}, {0xab, 0x00ab}, {0xac, 0x2039},
    {0xad, 0x203a}, {0xae, 0xfb01}, {0xaf, 0xfb02}, {0xb1, 0x2013}, {0xb2, 0x2020}, {0xb3, 0x2021}, {0xb4, 0x00b7},
    {0xb6, 0x00b6}, {0xb7, 0x2022}, {0xb8, 0x201a}, {0xb9, 0x201e}, {0xba, 0x201d}, {0xbb, 0x00bb}, {0xbc, 0x2026},
    {0xbd, 0x2030}, {0xbf, 0x00bf}, {0xc1, 0x0060}, {0xc2, 0x00b4}, {0xc3, 0x02c6}, {0xc4, 0x02dc}, {0xc5, 0x00af},
    {0xc6, 0x02d8}, {0xc7, 0x02d9}, {0xc8, 0x00a8}, {0xca, 0x02da}, {0xcb, 0x00b8}, {0xcd, 0x02dd}, {0xce, 0x02db},
    {0xcf, 0x02c7}, {0xd0, 0x2014}, {0xe1, 0x00c6}, {0xe3, 0x00aa}, {0xe8, 0x0141}, {0xe9, 0x00d8}, {0xea, 0x0152},
    {0xeb, 0x00ba}, {0xf1, 0x00e6}, {0xf5, 0x0131}, {0xf8, 0x0142}, {0xf9, 0x00f8}, {0xfa, 0x0153}, {0xfb, 0x00df}};

// Name and code point, in turn.
constexpr const char* glyph_names =
    "space 20 exclam 21 quotedbl 22 numbersign 23 dollar 24 percent 25 ampersand 26 quotesingle 27 parenleft 28 "
    "parenright 29 asterisk 2A plus 2B comma 2C hyphen 2D period 2E slash 2F zero 30 one 31 two 32 three 33 four 34 "
    "five 35 six 36 seven 37 eight 38 nine 39 colon 3A semicolon 3B less 3C equal 3D greater 3E question 3F at 40 "
    "A 41 B 42 C 43 D 44 E 45 F 46 G 47 H 48 I 49 J 4A K 4B L 4C M 4D N 4E O 4F P 50 Q 51 R 52 S 53 T 54 U 55 V 56 "
    "W 57 X 58 Y 59 Z 5A bracketleft 5B backslash 5C bracketright 5D asciicircum 5E underscore 5F grave 60 a 61 b 62 "
    "c 63 d 64 e 65 f 66 g 67 h 68 i 69 j 6A k 6B l 6C m 6D n 6E o 6F p 70 q 71 r 72 s 73 t 74 u 75 v 76 w 77 x 78 "
    "y 79 z 7A braceleft 7B bar 7C braceright 7D asciitilde 7E nbspace A0 nonbreakingspace A0 exclamdown A1 cent A2 "
    "sterling A3 currency A4 yen A5 brokenbar A6 section A7 dieresis A8 copyright A9 ordfeminine AA guillemotleft AB "
    "logicalnot AC sfthyphen AD softhyphen AD registered AE macron AF overscore AF degree B0 plusminus B1 acute B4 "
    "mu B5 paragraph B6 middot B7 periodcentered B7 cedilla B8 ordmasculine BA guillemotright BB onequarter BC "
    "onehalf BD threequarters BE questiondown BF Agrave C0 Aacute C1 Acircumflex C2 Atilde C3 Adieresis C4 Aring C5 "
    "AE C6 Ccedilla C7 Egrave C8 Eacute C9 Ecircumflex CA Edieresis CB Igrave CC Iacute CD Icircumflex CE "
    "Idieresis CF Eth D0 Ntilde D1 Ograve D2 Oacute D3 Ocircumflex D4 Otilde D5 Odieresis D6 multiply D7 Oslash D8 "
    "Ugrave D9 Uacute DA Ucircumflex DB Udieresis DC Yacute DD Thorn DE germandbls DF agrave E0 aacute E1 "
    "acircumflex E2 atilde E3 adieresis E4 aring E5 ae E6 ccedilla E7 egrave E8 eacute E9 ecircumflex EA "
    "edieresis EB igrave EC iacute ED icircumflex EE idieresis EF eth F0 ntilde F1 ograve F2 oacute F3 "
    "ocircumflex F4 otilde F5 odieresis F6 divide F7 oslash F8 ugrave F9 uacute FA ucircumflex FB udieresis FC "
    "yacute FD thorn FE ydieresis FF Amacron 100 amacron 101 Abreve 102 abreve 103 Aogonek 104 aogonek 105 "
    "Cacute 106 cacute 107 Ccircumflex 108 ccircumflex 109 Cdotaccent 10A cdotaccent 10B Ccaron 10C ccaron 10D "
    "Dcaron 10E dcaron 10F Dcroat 110 dcroat 111 Emacron 112 emacron 113 Ebreve 114 ebreve 115 Edotaccent 116 "
    "edotaccent 117 Eogonek 118 eogonek 119 Ecaron 11A ecaron 11B Gcircumflex 11C gcircumflex 11D Gbreve 11E "
    "gbreve 11F Gdotaccent 120 gdotaccent 121 Hcircumflex 124 hcircumflex 125 Hbar 126 hbar 127 Itilde 128 "
    "itilde 129 Imacron 12A imacron 12B Ibreve 12C ibreve 12D Iogonek 12E iogonek 12F Idotaccent 130 dotlessi 131 "
    "IJ 132 ij 133 Jcircumflex 134 jcircumflex 135 kgreenlandic 138 Lacute 139 lacute 13A Lcaron 13D lcaron 13E "
    "Ldot 13F ldot 140 Lslash 141 lslash 142 Nacute 143 nacute 144 Ncaron 147 ncaron 148 napostrophe 149 Eng 14A "
    "eng 14B Omacron 14C omacron 14D Obreve 14E obreve 14F Ohungarumlaut 150 ohungarumlaut 151 OE 152 oe 153 "
    "Racute 154 racute 155 Rcaron 158 rcaron 159 Sacute 15A sacute 15B Scircumflex 15C scircumflex 15D Scedilla 15E "
    "scedilla 15F Scaron 160 scaron 161 Tcommaaccent 162 tcommaaccent 163 Tcaron 164 tcaron 165 Tbar 166 tbar 167 "
    "Utilde 168 utilde 169 Umacron 16A umacron 16B Ubreve 16C ubreve 16D Uring 16E uring 16F Uhungarumlaut 170 "
    "uhungarumlaut 171 Uogonek 172 uogonek 173 Wcircumflex 174 wcircumflex 175 Ycircumflex 176 ycircumflex 177 "
    "Ydieresis 178 Zacute 179 zacute 17A Zdotaccent 17B zdotaccent 17C Zcaron 17D zcaron 17E longs 17F florin 192 "
    "Ohorn 1A0 ohorn 1A1 Uhorn 1AF uhorn 1B0 Gcaron 1E6 gcaron 1E7 Aringacute 1FA aringacute 1FB AEacute 1FC "
    "aeacute 1FD Oslashacute 1FE oslashacute 1FF Scommaaccent 218 scommaaccent 219 circumflex 2C6 caron 2C7 "
    "breve 2D8 dotaccent 2D9 ring 2DA ogonek 2DB tilde 2DC hungarumlaut 2DD gravecomb 300 acutecomb 301 "
    "tildecomb 303 hookabovecomb 309 dotbelowcomb 323 tonos 384 dieresistonos 385 Alphatonos 386 anoteleia 387 "
    "Epsilontonos 388 Etatonos 389 Iotatonos 38A Omicrontonos 38C Upsilontonos 38E Omegatonos 38F "
    "iotadieresistonos 390 Alpha 391 Beta 392 Gamma 393 Epsilon 395 Zeta 396 Eta 397 Theta 398 Iota 399 Kappa 39A "
    "Lambda 39B Mu 39C Nu 39D Xi 39E Omicron 39F Pi 3A0 Rho 3A1 Sigma 3A3 Tau 3A4 Upsilon 3A5 Phi 3A6 Chi 3A7 "
    "Psi 3A8 Iotadieresis 3AA Upsilondieresis 3AB alphatonos 3AC epsilontonos 3AD etatonos 3AE iotatonos 3AF "
    "upsilondieresistonos 3B0 alpha 3B1 beta 3B2 gamma 3B3 delta 3B4 epsilon 3B5 zeta 3B6 eta 3B7 theta 3B8 iota 3B9 "
    "kappa 3BA lambda 3BB nu 3BD xi 3BE omicron 3BF pi 3C0 rho 3C1 sigma1 3C2 sigma 3C3 tau 3C4 upsilon 3C5 phi 3C6 "
    "chi 3C7 psi 3C8 omega 3C9 iotadieresis 3CA upsilondieresis 3CB omicrontonos 3CC upsilontonos 3CD omegatonos 3CE "
    "theta1 3D1 Upsilon1 3D2 phi1 3D5 omega1 3D6 afii10023 401 afii10051 402 afii10052 403 afii10053 404 "
    "afii10054 405 afii10055 406 afii10056 407 afii10057 408 afii10058 409 afii10059 40A afii10060 40B afii10061 40C "
    "afii10062 40E afii10145 40F afii10017 410 afii10018 411 afii10019 412 afii10020 413 afii10021 414 afii10022 415 "
    "afii10024 416 afii10025 417 afii10026 418 afii10027 419 afii10028 41A afii10029 41B afii10030 41C afii10031 41D "
    "afii10032 41E afii10033 41F afii10034 420 afii10035 421 afii10036 422 afii10037 423 afii10038 424 afii10039 425 "
    "afii10040 426 afii10041 427 afii10042 428 afii10043 429 afii10044 42A afii10045 42B afii10046 42C afii10047 42D "
    "afii10048 42E afii10049 42F afii10065 430 afii10066 431 afii10067 432 afii10068 433 afii10069 434 afii10070 435 "
    "afii10072 436 afii10073 437 afii10074 438 afii10075 439 afii10076 43A afii10077 43B afii10078 43C afii10079 43D "
    "afii10080 43E afii10081 43F afii10082 440 afii10083 441 afii10084 442 afii10085 443 afii10086 444 afii10087 445 "
    "afii10088 446 afii10089 447 afii10090 448 afii10091 449 afii10092 44A afii10093 44B afii10094 44C afii10095 44D "
    "afii10096 44E afii10097 44F afii10071 451 afii10099 452 afii10100 453 afii10101 454 afii10102 455 afii10103 456 "
    "afii10104 457 afii10105 458 afii10106 459 afii10107 45A afii10108 45B afii10109 45C afii10110 45E afii10193 45F "
    "afii10146 462 afii10194 463 afii10147 472 afii10195 473 afii10148 474 afii10196 475 afii10050 490 afii10098 491 "
    "afii10846 4D9 figuredash 2012 endash 2013 emdash 2014 underscoredbl 2017 quoteleft 2018 quoteright 2019 "
    "quotesinglbase 201A quotereversed 201B quotedblleft 201C quotedblright 201D quotedblbase 201E dagger 2020 "
    "daggerdbl 2021 bullet 2022 onedotenleader 2024 twodotenleader 2025 ellipsis 2026 perthousand 2030 minute 2032 "
    "second 2033 guilsinglleft 2039 guilsinglright 203A exclamdbl 203C fraction 2044 colonmonetary 20A1 franc 20A3 "
    "lira 20A4 peseta 20A7 dong 20AB Euro 20AC Ifraktur 2111 weierstrass 2118 Rfraktur 211C prescription 211E "
    "trademark 2122 Omega 2126 estimated 212E aleph 2135 onethird 2153 twothirds 2154 oneeighth 215B "
    "threeeighths 215C fiveeighths 215D seveneighths 215E arrowleft 2190 arrowup 2191 arrowright 2192 arrowdown 2193 "
    "arrowboth 2194 arrowupdn 2195 arrowupdnbse 21A8 carriagereturn 21B5 arrowdblleft 21D0 arrowdblup 21D1 "
    "arrowdblright 21D2 arrowdbldown 21D3 arrowdblboth 21D4 universal 2200 partialdiff 2202 existential 2203 "
    "emptyset 2205 Delta 2206 gradient 2207 element 2208 notelement 2209 suchthat 220B product 220F summation 2211 "
    "minus 2212 asteriskmath 2217 radical 221A proportional 221D infinity 221E orthogonal 221F ff FB00 fi FB01 "
    "fl FB02 ffi FB03 ffl FB04 ";

PdfEncoding latin1() {
  PdfEncoding encoding;
  for (char32_t c = 0x20; c < 0x100; ++c) encoding[c] = c;
  encoding['\n'] = U"\n", encoding['\r'] = U"\r", encoding['\t'] = U"\t";
  // TeX's fonts: OT1 and T1.
  for (char32_t i = 0; i < 5; ++i) {
    const std::u32string ligature(1, 0xfb00 + i);
    encoding[0x1b + i] = ligature;
    encoding[std::array<size_t, 5>{0x0b, 0x0c, 0x0d, 0x0e, 0x0f}[i]] = ligature;
  }
  return encoding;
}
PdfEncoding standard() {
  PdfEncoding encoding;
  for (char32_t c = 0x20; c < 0x7f; ++c) encoding[c] = c;
  for (const Sign& sign : standard_signs) encoding[sign.code] = sign.character;
  return encoding;
}
PdfEncoding of_page(const char* name) {
  const Handle<void, iconv_close> page(::iconv_open("UTF-32LE", name));
  PdfEncoding encoding;
  if (reinterpret_cast<intptr_t>(page.get()) == -1)
    throw Error(std::string("the C library does not know the code page ") + name);
  for (size_t code = 0x20; code < 0x100; ++code) {
    char byte = char(uint8_t(code)), *from = &byte;
    char32_t c = 0;
    char* to = reinterpret_cast<char*>(&c);
    size_t left = 1, room = sizeof c;
    if (::iconv(page.get(), &from, &left, &to, &room) == 0) encoding[code] = c;
  }
  return encoding;
}
// Its soft hyphen is seen (ISO 32000-1 §D.2, note 6).
PdfEncoding win_ansi() {
  PdfEncoding encoding = of_page("CP1252");
  encoding[0xad] = U"-";
  return encoding;
}

std::unordered_map<std::string, char32_t> names_of(const char* list) {
  std::unordered_map<std::string, char32_t> names;
  std::istringstream in(list);
  std::string name;
  for (uint32_t code = 0; in >> name >> std::hex >> code;) names[name] = code;
  return names;
}

// "0041" behind "uni", "1F600" behind "u".
bool hexadecimal(std::string_view digits, char32_t& c) {
  uint32_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  c = value;
  return failure == std::errc() && end == digits.data() + digits.size() && value < 0x110000;
}

std::u32string one_glyph(std::string_view name) {
  static const auto names = names_of(glyph_names);
  if (const auto known = names.find(std::string(name)); known != names.end()) return {known->second};
  char32_t c = 0;
  if (name.starts_with("uni") && name.size() >= 7 && (name.size() - 3) % 4 == 0) {
    std::u32string text;
    for (size_t at = 3; at < name.size(); at += 4) {
      if (!hexadecimal(name.substr(at, 4), c)) return {};
      text += c;
    }
    return text;
  }
  if (name.starts_with("u") && name.size() >= 5 && name.size() <= 7 && hexadecimal(name.substr(1), c)) return {c};
  return {};
}

}  // namespace

const PdfEncoding& pdf_encoding(std::string_view name) {
  static const PdfEncoding own = latin1(), adobe = standard(), win = win_ansi(), mac = of_page("MACINTOSH");
  if (name == "WinAnsiEncoding") return win;
  if (name == "MacRomanEncoding") return mac;
  if (name == "StandardEncoding") return adobe;
  return own;
}

bool numbers_a_glyph(std::string_view name) {
  for (const std::string_view stem : {"g", "G", "glyph", "cid", "index"}) {
    if (!name.starts_with(stem) || name.size() == stem.size()) continue;
    const std::string_view digits = name.substr(stem.size());
    if (std::all_of(digits.begin(), digits.end(), [](char c) { return is_digit(c); })) return true;
  }
  return false;
}

bool is_subset(std::string_view base_font) {
  constexpr size_t tag = 6;
  return base_font.size() > tag && base_font[tag] == '+';
}

std::u32string glyph_text(std::string_view name) {
  constexpr size_t longest = 128;
  name = name.substr(0, std::min(name.find('.', 1), longest));
  std::u32string text;
  while (!name.empty()) {
    const size_t end = std::min(name.find('_', 1), name.size());
    text += one_glyph(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return text;
}

void append_glyph(std::string& out, char32_t c) {
  constexpr std::string_view ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
  if (c >= 0xfb00 && c <= 0xfb06)
    out += ligatures[c - 0xfb00];
  else if (c == '\t' || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000)
    out += ' ';  // spaces of all widths; some programs name a tabulator, whose glyph is a space's
  else if (c == 0x2dc)
    out += '~';
  else if (c == 0x2010 || c == 0x2011)
    out += '-';
  else
    append_utf8(out, c);
}

void append_glyphs(std::string& out, std::u16string_view utf16) {
  for (size_t i = 0; i < utf16.size(); ++i) {
    char32_t c = utf16[i];
    const char32_t next = i + 1 < utf16.size() ? utf16[i + 1] : 0;
    if (c >= 0xd800 && c < 0xdc00 && next >= 0xdc00 && next < 0xe000)
      c = 0x10000 + ((c - 0xd800) << 10) + (next - 0xdc00), ++i;
    append_glyph(out, c);
  }
}

}  // namespace weft
