#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "testbenches/system/program.h"

using nlohmann::json;

namespace luxlane::test {
namespace {

json answer(std::vector<std::string> arguments, const scratch_directory& directory) {
    arguments.insert(arguments.begin(), "link");
    arguments.push_back("--json");
    const auto run = luxlane(arguments, directory);
    INFO(run.err);
    REQUIRE(run.status == 0);
    return json::parse(run.out);
}

std::string content(const std::string& file) {
    std::ostringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
}

bool number_or_null(const json& value) { return value.is_number() || value.is_null(); }

}  // namespace

TEST_CASE("A link question is answered in a table") {
    const scratch_directory directory;
    const auto run =
        luxlane({"link", "--preset", "mosaic", "--rate", "2Gbps", "--length", "30m"}, directory);
    CHECK(run.status == 0);
    CHECK(run.err.empty());
    for (const char* part : {"30 m", "transmit coupling", "chromatic dispersion", "together",
                             "margin", "statistical", "symbol", "waveform", "pJ", "ns", "JSSC"})
        CHECK(run.out.find(part) != std::string::npos);
}

TEST_CASE("The JSON has every part that scripts read") {
    const scratch_directory directory;
    const auto found = answer({"--preset", "mosaic", "--length", "30m"}, directory);
    CHECK(found["preset"] == "mosaic");
    CHECK(found["version"].is_string());
    for (const char* fidelity : {"statistical", "symbol", "waveform"}) {
        CHECK(number_or_null(found["ber"][fidelity]));
        CHECK(found["ber"]["method"][fidelity].is_string());
        const json& interval = found["ber"]["ci95"][fidelity];
        if (!interval.is_null()) {
            REQUIRE(interval.size() == 2);
            CHECK(interval[0] <= found["ber"][fidelity]);
            CHECK(interval[1] >= found["ber"][fidelity]);
        }
    }
    CHECK(found["ber"]["ci95"]["symbol"].is_array());
    CHECK(found["ber"]["ci95"]["waveform"].is_array());
    CHECK(found["log10_ber"].get<double>() ==
          Approx(std::log10(found["ber"]["statistical"].get<double>())));
    CHECK(found["margin_db"].is_number());
    REQUIRE(found["budget"].size() >= 6);
    for (const json& stage : found["budget"])
        for (const char* part : {"stage", "loss_db", "power_w", "power_dbm"})
            CHECK(stage.contains(part));
    for (const char* list : {"bandwidth", "noise", "penalties", "energy", "latency"})
        CHECK(found[list].size() >= 3);
    double energy = 0.0, latency = 0.0;
    for (const json& part : found["energy"])
        energy += part["pj_per_bit"].get<double>();
    for (const json& part : found["latency"])
        latency += part["latency_s"].get<double>();
    CHECK(found["energy_pj_per_bit"].get<double>() == Approx(energy));
    CHECK(found["latency_s"].get<double>() == Approx(latency));
    CHECK(found["energy_boundary"].is_string());
    const json& length = found["parameters"]["length_m"];
    CHECK(length["value"] == 30.0);
    CHECK(length["unit"] == "m");
    CHECK(length["status"] == "given");
    CHECK(found["parameters"]["rate_bps"]["status"] == "measured");
    for (const json& parameter : found["parameters"])
        CHECK_FALSE(parameter["source"].get<std::string>().empty());
}

TEST_CASE("Errors too rare to count are sampled, and waveforms leave them out") {
    const scratch_directory directory;
    const auto found = answer({"--preset", "mosaic", "--length", "10m"}, directory);
    CHECK(found["ber"]["waveform"].is_null());
    CHECK(found["ber"]["ci95"]["waveform"].is_null());
    CHECK(found["ber"]["symbol"].is_number());
    CHECK(found["ber"]["method"]["symbol"].get<std::string>().starts_with("importance sampling"));
    CHECK(found["ber"]["method"]["waveform"].get<std::string>().starts_with("not feasible"));
}

TEST_CASE("The same question has the same answer, another seed other counts") {
    const scratch_directory directory;
    const std::vector<std::string> asked = {"link",     "--preset", "mosaic",
                                            "--length", "35m",      "--json"};
    const auto first = luxlane(asked, directory);
    CHECK(first.out == luxlane(asked, directory).out);
    auto other = asked;
    other.insert(other.end(), {"--seed", "2"});
    CHECK(first.out != luxlane(other, directory).out);
}

TEST_CASE("JSON goes to a file beside the table, or alone to standard output") {
    const scratch_directory directory;
    const auto file = directory.file("answer.json");
    const auto run = luxlane({"link", "--json", file}, directory);
    CHECK(run.status == 0);
    CHECK(run.out.find("margin") != std::string::npos);
    const auto parsed = json::parse(content(file));
    CHECK(parsed == json::parse(luxlane({"link", "--json", "-"}, directory).out));
}

TEST_CASE("Pictures of the eye and the bathtub are written") {
    const scratch_directory directory;
    for (const std::string extension : {"svg", "png"}) {
        const auto eye = directory.file("eye." + extension);
        const auto bathtub = directory.file("bathtub." + extension);
        const auto run = luxlane(
            {"link", "--preset", "mosaic", "--length", "30m", "--eye", eye, "--bathtub", bathtub},
            directory);
        INFO(run.err);
        REQUIRE(run.status == 0);
        for (const auto& file : {eye, bathtub}) {
            const std::string picture = content(file);
            REQUIRE(picture.size() > 5000);
            if (extension == "png") {
                CHECK(picture.substr(1, 3) == "PNG");
                CHECK(picture.find("IEND") != std::string::npos);
            } else {
                CHECK(picture.find("<svg") != std::string::npos);
                CHECK(picture.find("</svg>") != std::string::npos);
                CHECK(picture.find("30 m") != std::string::npos);
            }
        }
    }
}

TEST_CASE("Presets are listed and described with how well each value is known") {
    const scratch_directory directory;
    const auto list = luxlane({"link", "--presets"}, directory);
    CHECK(list.status == 0);
    for (const char* name : {"mosaic", "lightbundle", "default-800g"}) {
        CHECK(list.out.find(name) != std::string::npos);
        const auto text = luxlane({"link", "--preset", name, "--describe"}, directory);
        CHECK(text.status == 0);
        for (const char* word : {"measured", "derived", "assumed", "length_m", "JSSC"})
            CHECK(text.out.find(word) != std::string::npos);
        const auto described =
            json::parse(luxlane({"link", "--preset", name, "--describe", "--json"}, directory).out);
        for (const json& parameter : described["parameters"]) {
            const auto status = parameter["status"].get<std::string>();
            CHECK((status == "measured" || status == "derived" || status == "assumed"));
            CHECK_FALSE(parameter["source"].get<std::string>().empty());
        }
    }
}

TEST_CASE("Nonsense ends with status 2 and names what is wrong") {
    struct mistake {
        std::vector<std::string> arguments;
        std::vector<std::string> said;
    };
    const mistake mistakes[] = {
        {{"--length", "-5m"}, {"length_m", "-5m", "0 m .. 100 m", "negative"}},
        {{"--length=-5m"}, {"length_m", "-5m"}},
        {{"--rate", "50Gbps"}, {"rate_bps", "8 Gbit/s", "16 samples a symbol"}},
        {{"--set", "extraction_efficiency=1.5"}, {"extraction_efficiency", "1.5", "than is made"}},
        {{"--set", "length_m=nan"}, {"length_m", "NaN"}},
        {{"--set", "lenght_m=3"}, {"lenght_m", "did you mean 'length_m'"}},
        {{"--set", "length_m"}, {"PARAMETER=VALUE"}},
        {{"--preset", "mosaik"}, {"mosaik", "mosaic", "lightbundle"}},
        {{"--emitter", "red"}, {"emitter", "fast_doped"}},
        {{"--fibre", "rope"}, {"fibre", "silica_imaging"}},
        {{"--format", "pam8"}, {"format", "nrz, pam4"}},
        {{"--target-ber", "0.7"}, {"--target-ber", "0.1"}},
        {{"--neighbours", "5"}, {"--neighbours", "from 0 to 4"}},
        {{"--seed", "x"}, {"--seed", "whole numbers"}},
        {{"--symbols", "0"}, {"--symbols", "from 1"}},
        {{"--eye", "eye.gif"}, {"--eye", ".svg or .png"}},
        {{"--bathtub", "/nowhere/at/all.png"}, {"--bathtub", "cannot write"}},
        {{"--json", "/nowhere/at/all.json"}, {"--json", "cannot write"}},
    };
    const scratch_directory directory;
    for (const mistake& one : mistakes) {
        std::vector<std::string> arguments = {"link"};
        arguments.insert(arguments.end(), one.arguments.begin(), one.arguments.end());
        const auto run = luxlane(arguments, directory);
        INFO(one.arguments.front() << ": " << run.err);
        CHECK(run.status == 2);
        CHECK(run.out.empty());
        for (const std::string& part : one.said)
            CHECK(run.err.find(part) != std::string::npos);
    }
}

TEST_CASE("A long count tells how far it is and keeps what it has when interrupted") {
    const scratch_directory directory;
    running_program program({LUXLANE_PROGRAM, "link", "--preset", "mosaic", "--length", "25m",
                             "--symbols", "1e13", "--json", directory.file("kept.json")},
                            directory);
    std::this_thread::sleep_for(std::chrono::seconds(4));
    program.send_signal(SIGINT);
    const auto ended = program.wait(LIMIT_S);
    CHECK(ended.status == 130);
    CHECK(ended.err.find("errors in") != std::string::npos);
    const auto kept = json::parse(content(directory.file("kept.json")));
    CHECK(kept["ber"]["symbol"].is_number());
    CHECK(kept["ber"]["method"]["symbol"].get<std::string>().find("interrupted") !=
          std::string::npos);
}

}  // namespace luxlane::test
