// Canonical forms of selectors, the same as the scanners': one value, one form, whoever finds it. Empty when the text
// is no such value. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace weft::artefacts {

// "Bob.Smith@Example.COM" -> "bob.smith@example.com"; the host's IDN as UTF-8. A host without a dot is refused.
std::string email(std::string_view text);
// "<Abc@Host.net>" -> "Abc@host.net"; the brackets may be missing.
std::string message_id(std::string_view text);
// "+49 (30) 901-820" -> "+4930901820"; numbers without a country stay unknown: only what begins with + or 00.
std::string phone(std::string_view text);
// "A4-5E-60-C1-22-9B" -> "a4:5e:60:c1:22:9b"; no broadcast, multicast or empty ones.
std::string mac(std::string_view text);
// "{3F2504E0-…}" -> "3f2504e0-…"; not the nil one.
std::string uuid(std::string_view text);

}  // namespace weft::artefacts
