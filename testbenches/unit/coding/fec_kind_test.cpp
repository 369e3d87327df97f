#include "models/coding/fec_kind.h"

#include <catch2/catch.hpp>

#include "models/coding/gearbox_mode.h"
#include "models/coding/rs_fec.h"

using namespace luxlane::coding;

TEST_CASE("every kind of FEC is found by its name, and no other name is one") {
    for (const fec_kind kind : {fec_kind::none, fec_kind::kr4, fec_kind::kp4, fec_kind::rs272}) {
        REQUIRE(fec_kind_called(name_of(kind)) == kind);
    }
    REQUIRE_FALSE(fec_kind_called("KP4"));
    REQUIRE_FALSE(fec_kind_called(""));
}

TEST_CASE("a kind's sizes are those of its code; without a code a message is 20 x 257 bits") {
    for (const fec_kind kind : {fec_kind::kr4, fec_kind::kp4, fec_kind::rs272}) {
        const rs_code* code = code_of(kind);
        REQUIRE(code != nullptr);
        REQUIRE(code->message_symbols() == message_symbols_of(kind));
        REQUIRE(code->codeword_symbols() == codeword_symbols_of(kind));
        REQUIRE(code->correctable() == correctable_of(kind));
    }
    REQUIRE(code_of(fec_kind::kp4)->codeword_symbols() == 544);
    REQUIRE(code_of(fec_kind::kr4)->codeword_symbols() == 528);
    REQUIRE(code_of(fec_kind::rs272)->codeword_symbols() == 272);
    REQUIRE(code_of(fec_kind::none) == nullptr);
    REQUIRE(10 * message_symbols_of(fec_kind::none) == 20 * 257);
    REQUIRE(parity_symbols_of(fec_kind::none) == 0);
}

TEST_CASE("both gearbox modes are found by their names") {
    REQUIRE(gearbox_mode_called("aligned") == gearbox_mode::aligned);
    REQUIRE(gearbox_mode_called("blind") == gearbox_mode::blind);
    REQUIRE(name_of(gearbox_mode::blind) == "blind");
    REQUIRE_FALSE(gearbox_mode_called("bits"));
}
