#include <catch2/catch.hpp>
#include <set>

#include "platform/validation/published.h"

using namespace luxlane::validation;

namespace {

constexpr const char* HEADER = "id,use,quantity,condition,value,unit,bound,source,confidence\n";

}  // namespace

TEST_CASE("Quoted fields may hold commas and quotes", "[published]") {
    const auto rows = read_published(
        std::string(HEADER) + "A-1,sanity,gain,\"1, 2\",3,1,=,\"the \"\"book\"\"\",high\r\n\n",
        "t.csv");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].condition == "1, 2");
    CHECK(rows[0].source == "the \"book\"");
    CHECK(rows[0].confidence == "high");
}

TEST_CASE("A table that is none is refused with its place", "[published]") {
    CHECK_THROWS_WITH(read_published("", "t.csv"), Catch::Contains("t.csv: empty"));
    CHECK_THROWS_WITH(read_published("id,use\n", "t.csv"), Catch::Contains("t.csv:1: the header"));
    CHECK_THROWS_WITH(read_published(std::string(HEADER) + "A-1,sanity\n", "t.csv"),
                      Catch::Contains("t.csv:2: 2 fields; a row has 9"));
    CHECK_THROWS_WITH(read_published(std::string(HEADER) + "A,sanity,b,c,1,1,~,s,h\n", "t.csv"),
                      Catch::Contains("t.csv:2: bound '~' is unknown; allowed: =, <, >"));
    CHECK_THROWS_WITH(read_published(std::string(HEADER) + "A,guess,b,c,1,1,=,s,h\n", "t.csv"),
                      Catch::Contains("use 'guess' is unknown; allowed: calibrate, sanity, peer"));
    CHECK_THROWS_WITH(read_published(std::string(HEADER) + "A,sanity,b,c,nan,1,=,s,h\n", "t.csv"),
                      Catch::Contains("t.csv:2: value 'nan' is no finite number"));
}

TEST_CASE("Numbers are found by their unit", "[published]") {
    CHECK(number_before("2 Gb/s NRZ 20 m imaging fibre", "Gb/s") == 2.0);
    CHECK(number_before("2 Gb/s NRZ 20 m imaging fibre", "m") == 20.0);
    CHECK(number_before("100 uA x 3.2 V at 4 Gb/s", "V") == 3.2);
    CHECK(number_before("11 kA/cm2 room temperature", "kA/cm2") == 11.0);
    CHECK_FALSE(number_before("11 kA/cm2 room temperature", "A/cm2"));
    CHECK_FALSE(number_before("1 cm length", "m"));
    CHECK(number_before("pluggable 0.59 Mh", "Mh") == 0.59);
}

TEST_CASE("Ranges, numbers and texts are told apart", "[published]") {
    CHECK(numbers_of("3.1 .. 5.3")->high == 5.3);
    CHECK(numbers_of("-84")->low == -84.0);
    CHECK_FALSE(numbers_of("100 x 2"));
    CHECK_FALSE(numbers_of("noise and chromatic dispersion"));
}

TEST_CASE("The built-in table has unique, sourced rows of known uses", "[published]") {
    std::set<std::string> ids;
    for (const auto& row : published()) {
        INFO(row.id);
        CHECK(ids.insert(row.id).second);
        CHECK((row.use == "calibrate" || row.use == "sanity" || row.use == "peer"));
        CHECK_FALSE(row.source.empty());
    }
    CHECK(ids.size() > 30);
}
