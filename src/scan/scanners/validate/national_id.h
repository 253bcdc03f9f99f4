// Numbers that states, makers and networks give to persons and things, by their check digits. All take the number as it
// is written without separators.
#pragma once

#include <string_view>

namespace weft::scan {

bool is_bsn(std::string_view text);              // NL: nine digits
bool is_dni(std::string_view text);              // ES: DNI and NIE, eight signs and a letter
bool is_cpf(std::string_view text);              // BR: eleven digits
bool is_pesel(std::string_view text);            // PL: eleven digits
bool is_personnummer(std::string_view text);     // SE: ten digits or twelve
bool is_fodselsnummer(std::string_view text);    // NO: eleven digits
bool is_nir(std::string_view text);              // FR: fifteen signs
bool is_national_number(std::string_view text);  // BE: eleven digits
bool is_steuer_id(std::string_view text);        // DE: eleven digits
bool is_ahv(std::string_view text);              // CH: thirteen digits
bool is_cnp(std::string_view text);              // RO: thirteen digits
bool is_aadhaar(std::string_view text);          // IN: twelve digits
bool is_kimlik(std::string_view text);           // TR: eleven digits
bool is_codice_fiscale(std::string_view text);   // IT: sixteen signs, capitals
bool is_resident_id(std::string_view text);      // CN: eighteen signs
bool is_vin(std::string_view text);  // vehicles, ISO 3779 with the check digit of 49 CFR 565: seventeen signs

}  // namespace weft::scan
