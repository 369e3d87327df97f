#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "platform/cli/command.h"
#include "platform/config/quantity.h"
#include "platform/config/reader.h"
#include "platform/link/pictures.h"
#include "platform/link/report.h"

namespace luxlane::cli {
namespace {

std::atomic<bool> stop_requested{false};

/// Symbols of the bathtub's waveforms, unless the user counts more.
constexpr std::uint64_t BATHTUB_SYMBOLS = std::uint64_t{1} << 20;

/// A whole number in a range, else std::invalid_argument that says what would be right.
std::uint64_t whole_number(const char* option, const std::string& text, std::uint64_t least,
                           std::uint64_t most, const char* reason) {
    double number = 0.0;  // so that 1e9 may be written
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() ||
        !(number >= static_cast<double>(least) && number <= static_cast<double>(most)) ||
        number != static_cast<double>(static_cast<std::uint64_t>(number)))
        throw std::invalid_argument(
            fmt::format("{} = '{}'; allowed: whole numbers from {} to {} ({})", option, text, least,
                        most, reason));
    return static_cast<std::uint64_t>(number);
}

double target_ber_of(const std::string& text) {
    constexpr double least = 1e-15, most = 0.1;
    double number = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() ||
        !(number >= least && number <= most))
        throw std::invalid_argument(
            fmt::format("--target-ber = '{}'; allowed: {:g} .. {:g} (a bit error ratio; below, the "
                        "statistical law has no digits left, above, there is no link)",
                        text, least, most));
    return number;
}

link::described_lane lane_of(const link_options& chosen) {
    const auto& preset = [&]() -> const link::preset& {
        try {
            return link::find_preset(chosen.preset);
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument(std::string("--preset: ") + error.what());
        }
    }();
    link::described_lane lane(preset);
    const auto set = [&](const char* option, const char* parameter, const std::string& text) {
        if (!text.empty())
            lane.set(parameter, text, option);
    };
    set("--format", "format", chosen.format);
    set("--emitter", "emitter", chosen.emitter);
    set("--rate", "rate_bps", chosen.rate);
    set("--length", "length_m", chosen.length);
    const auto set_all = [&] {
        for (const std::string& setting : chosen.settings) {
            const auto equals = setting.find('=');
            if (equals == std::string::npos || equals == 0)
                throw std::invalid_argument(
                    fmt::format("--set {}: write PARAMETER=VALUE", setting));
            lane.set(setting.substr(0, equals), setting.substr(equals + 1), "--set");
        }
    };
    set_all();
    if (!chosen.fibre.empty()) {
        lane.set_fibre(chosen.fibre);  // at the wavelength that --set chose
        set_all();                     // which may also change the fibre
    }
    return lane;
}

/// The value of an enumeration that `text` names.
template <class Names, class Find>
auto called(const char* option, const std::string& text, const Names& names, Find find) {
    const auto found = find(text);
    if (!found)
        throw std::invalid_argument(
            fmt::format("{} {}: expected {}", option, text, fmt::join(names, ", ")));
    return *found;
}

wide_link::payload_format payload_of(const link_options& chosen) {
    wide_link::payload_format format;
    format.fec = called("--fec", chosen.fec, coding::FEC_KIND_NAMES, coding::fec_kind_called);
    if (!chosen.gearbox.empty())
        format.gearbox = called("--gearbox", chosen.gearbox, coding::GEARBOX_MODE_NAMES,
                                coding::gearbox_mode_called);
    if (chosen.interleave.empty())
        return format;
    if (chosen.interleave != "1" && chosen.interleave != "2" && chosen.interleave != "4")
        throw std::invalid_argument(
            fmt::format("--interleave {}: codewords alternate by 1, 2 or 4", chosen.interleave));
    format.interleave = static_cast<unsigned>(chosen.interleave[0] - '0');
    return format;
}

link::question question_of(const link_options& chosen) {
    link::question asked{.lane = lane_of(chosen)};
    constexpr auto any = std::uint64_t{1} << 53;
    if (!chosen.target_ber.empty())
        asked.target_ber = target_ber_of(chosen.target_ber);
    if (!chosen.seed.empty())
        asked.seed = whole_number("--seed", chosen.seed, 0, any, "seed of the counted symbols");
    if (!chosen.neighbours.empty())
        asked.neighbours = static_cast<std::size_t>(
            whole_number("--neighbours", chosen.neighbours, 0, 4, "adjacent lanes of the grid"));
    if (!chosen.symbols.empty()) {
        const auto symbols = whole_number("--symbols", chosen.symbols, 1, any, "symbols to count");
        asked.symbol_limits.symbols = asked.waveform_limits.symbols = symbols;
    }
    if (!chosen.target_errors.empty()) {
        const auto errors =
            whole_number("--target-errors", chosen.target_errors, 1, any, "errors that are enough");
        asked.symbol_limits.errors = asked.waveform_limits.errors = errors;
    } else if (!chosen.symbols.empty()) {
        asked.symbol_limits.errors = asked.waveform_limits.errors = 0;
    }
    if (!chosen.fec.empty())
        asked.payload = payload_of(chosen);
    return asked;
}

/// Pictures are checked before anything is counted.
void check_picture(const char* option, const std::string& file) {
    const std::filesystem::path path(file);
    if (file.empty())
        return;
    if (path.extension() != ".svg" && path.extension() != ".png")
        throw std::invalid_argument(
            fmt::format("{} {}: the name must end in .svg or .png", option, file));
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const bool exists = std::filesystem::exists(path);
    if (!std::filesystem::is_directory(folder) || std::filesystem::is_directory(path) ||
        access(exists ? path.c_str() : folder.c_str(), W_OK) != 0)
        throw std::invalid_argument(fmt::format("{} {}: cannot write this file", option, file));
}

std::optional<std::ofstream> opened(const std::string& file) {
    if (file.empty() || file == "-")
        return std::nullopt;
    std::ofstream out(file);
    if (!out)
        throw std::invalid_argument(fmt::format("--json {}: cannot write this file", file));
    return out;
}

/// Tells on a terminal how far a long count is.
link::counting_watch watch_of(const link_options& chosen) {
    link::counting_watch watch;
    watch.stop = &stop_requested;
    if (chosen.symbols.empty() && chosen.target_errors.empty())
        return watch;
    watch.progress = [reported = std::uint64_t{0}](std::string_view fidelity, std::uint64_t bits,
                                                   std::uint64_t errors) mutable {
        constexpr std::uint64_t interval = std::uint64_t{1} << 26;
        if (bits < reported)
            reported = 0;  // the next fidelity
        if (bits < reported + interval)
            return;
        reported = bits;
        fmt::print(stderr, "luxlane: {}: {} errors in {:.3g} bits\n", fidelity, errors,
                   static_cast<double>(bits));
    };
    return watch;
}

int describe_lane(const link_options& chosen) {
    const auto lane = lane_of(chosen);
    auto file = opened(chosen.json);
    if (chosen.json != "-")
        fmt::print("{}", link::describe_text(lane));
    if (file)
        *file << link::describe_json(lane);
    else if (chosen.json == "-")
        fmt::print("{}", link::describe_json(lane));
    return success;
}

int answer(const link_options& chosen) {
    const link::question asked = question_of(chosen);
    check_picture("--eye", chosen.eye);
    check_picture("--bathtub", chosen.bathtub);
    auto file = opened(chosen.json);
    std::signal(SIGINT, [](int) { stop_requested = true; });
    link::analysis found = link::analyse(asked, watch_of(chosen));
    if (!chosen.bathtub.empty())
        link::count_flanks(
            asked, chosen.symbols.empty() ? BATHTUB_SYMBOLS : asked.waveform_limits.symbols, found);
    const std::string json = link::to_json(asked, found.answer, LUXLANE_VERSION);
    if (chosen.json == "-")
        fmt::print("{}", json);
    else
        fmt::print("{}", link::to_text(asked, found.answer));
    if (file) {
        *file << json;
        file->flush();
        if (!*file)
            throw std::invalid_argument(
                fmt::format("--json {}: cannot write this file", chosen.json));
    }
    if (!chosen.eye.empty())
        plot::write(link::eye_picture(asked, found), chosen.eye);
    if (!chosen.bathtub.empty())
        plot::write(link::bathtub_picture(asked, found), chosen.bathtub);
    return stop_requested ? interrupted : success;
}

}  // namespace

int link(const link_options& chosen) {
    try {
        if (chosen.presets) {
            fmt::print("{}", link::list_presets());
            return success;
        }
        return chosen.describe ? describe_lane(chosen) : answer(chosen);
    } catch (const std::invalid_argument& error) {
        throw config::configuration_error(std::string("link: ") + error.what());
    } catch (const std::out_of_range& error) {  // combinations that no single range forbids
        throw config::configuration_error(std::string("link: ") + error.what());
    } catch (const plot::plot_error& error) {
        throw config::configuration_error(std::string("link: ") + error.what());
    }
}

}  // namespace luxlane::cli
