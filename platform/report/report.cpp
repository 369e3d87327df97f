#include "platform/report/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "platform/config/quantity.h"

namespace luxlane::report {
namespace {

using config::format_quantity;
using nlohmann::ordered_json;

/// Published power of one end at 800 Gb/s, W (row M-11 of testbenches/vectors/published.csv).
constexpr double PUBLISHED_LOW_W = 3.1;
constexpr double PUBLISHED_HIGH_W = 5.3;

ordered_json parts_json(const std::vector<part>& parts) {
    auto object = ordered_json::object();
    for (const auto& each : parts) {
        object[each.name] = each.value;
    }
    return object;
}

std::string rate(double bps) { return format_quantity(bps, "bit/s"); }

std::string link_text(const link_report& link) {
    std::string text = fmt::format("link {}\n", link.name);
    auto line = [&](const char* name, const std::string& value) {
        text += fmt::format("  {:<30}{}\n", name, value);
    };
    if (link.up_time_s == 0.0) {
        line("link up", "never");
    } else {
        line("link up at", format_quantity(link.up_time_s, "s"));
    }
    line("lanes", fmt::format("{} data + {} spare; {} dead, {} swapped", link.lanes.data,
                              link.lanes.spare, link.lanes.dead, link.lanes.swapped));
    if (link.up_time_s == 0.0) {
        return text;
    }
    line("BER before FEC",
         fmt::format("median {:.2e}, worst {:.2e}", link.ber.median, link.ber.worst) +
             (link.fec ? fmt::format("; counted by the FEC {:.2e}", link.ber.counted) : ""));
    if (link.host_ber) {
        line("BER of the worst host lane", fmt::format("{:.2e}", *link.host_ber));
    }
    line("codewords", link.fec
                          ? fmt::format("{}; {} corrected, {} uncorrectable", link.codewords.total,
                                        link.codewords.corrected, link.codewords.uncorrectable)
                          : "none: link.fec is none");
    line("retry",
         fmt::format("{} flits sent again, {} given up{}", link.retry.resent, link.retry.given_up,
                     link.retry.given_up_for.empty() ? "" : ": " + link.retry.given_up_for));
    line("payload", fmt::format("{} of {} that the line can carry ({:.1f} %)",
                                rate(link.payload_bps), rate(link.line_payload_bps),
                                100.0 * link.payload_bps / link.line_payload_bps));
    line("latency",
         fmt::format("{} one way, {} round trip", format_quantity(link.latency_s.one_way, "s"),
                     format_quantity(link.latency_s.round_trip, "s")));
    for (const auto& each : link.latency_s.parts) {
        text += fmt::format("    {:<28}{}\n", each.name, format_quantity(each.value, "s"));
    }
    return text;
}

std::string collective_text(const collective_report& collective) {
    if (collective.tensors == 0) {
        return "collective: none\n";
    }
    std::string text =
        fmt::format("all-reduce of {} ({} tensors, {:.1f} MB)\n", collective.workload,
                    collective.tensors, double(collective.bytes) / 1e6);
    if (collective.time_s == 0.0) {
        return text + "  did not complete\n";
    }
    text += fmt::format("  {:<30}{}; ideal {} ({:.1f} % of ideal)\n", "time",
                        format_quantity(collective.time_s, "s"),
                        format_quantity(collective.ideal_s, "s"),
                        100.0 * collective.ideal_s / collective.time_s);
    text += fmt::format("  {:<30}{}\n", "sums",
                        collective.correct ? "equal to the host's reference, bit for bit"
                                           : "WRONG: " + collective.mismatch);
    return text;
}

std::string energy_text(const energy_report& energy) {
    if (energy.parts.empty()) {
        return "energy: not measured, because the link never came up\n";
    }
    std::string text = fmt::format("energy ({})\n", energy.boundary);
    text +=
        fmt::format("  {:<30}{:.2f} W, {:.2f} pJ/bit (published, M-11: {} .. {} W)\n", "one end",
                    energy.watts_per_end, energy.pj_per_bit, PUBLISHED_LOW_W, PUBLISHED_HIGH_W);
    for (const auto& each : energy.parts) {
        text += fmt::format("    {:<28}{:.3f} W\n", each.name, each.value);
    }
    return text;
}

}  // namespace

std::string to_json(const run_report& report) {
    ordered_json out;
    out["version"] = report.version;
    out["seed"] = report.seed;
    out["fidelity"] = report.fidelity;
    out["link"] = ordered_json::array();
    for (const auto& link : report.link) {
        ordered_json entry;
        entry["name"] = link.name;
        entry["up_time_s"] = link.up_time_s;
        entry["lanes"] = {{"data", link.lanes.data},
                          {"spare", link.lanes.spare},
                          {"dead", link.lanes.dead},
                          {"swapped", link.lanes.swapped}};
        entry["codewords"] = {{"total", link.codewords.total},
                              {"corrected", link.codewords.corrected},
                              {"uncorrectable", link.codewords.uncorrectable}};
        entry["corrected_bits"] = link.corrected_bits;
        entry["lost_flits"] = link.lost_flits;
        entry["retry"] = {{"resent_flits", link.retry.resent},
                          {"given_up_flits", link.retry.given_up},
                          {"given_up_for", link.retry.given_up_for}};
        if (link.host_ber) {
            entry["host_ber"] = *link.host_ber;
        }
        entry["line_payload_bps"] = link.line_payload_bps;
        if (link.up_time_s == 0.0) {
            for (const char* unknown :
                 {"up_time_s", "ber", "lane_ber", "payload_bps", "latency_s"}) {
                entry[unknown] = nullptr;
            }
            out["link"].push_back(std::move(entry));
            continue;
        }
        entry["ber"] = {
            {"median", link.ber.median}, {"worst", link.ber.worst}, {"counted", link.ber.counted}};
        entry["lane_ber"] = link.lane_ber;
        entry["payload_bps"] = link.payload_bps;
        entry["latency_s"] = {{"one_way", link.latency_s.one_way},
                              {"round_trip", link.latency_s.round_trip},
                              {"parts", parts_json(link.latency_s.parts)}};
        out["link"].push_back(std::move(entry));
    }
    out["host"] = ordered_json::array();
    for (const auto& host : report.host) {
        out["host"].push_back({{"board", host.board}, {"lane_ber", host.lane_ber}});
    }
    out["collective"] = {
        {"workload", report.collective.workload}, {"tensors", report.collective.tensors},
        {"bytes", report.collective.bytes},       {"time_s", report.collective.time_s},
        {"ideal_s", report.collective.ideal_s},   {"correct", report.collective.correct}};
    if (!report.collective.mismatch.empty()) {
        out["collective"]["mismatch"] = report.collective.mismatch;
    }
    out["energy"] = nullptr;
    if (!report.energy.parts.empty()) {
        out["energy"] = {{"pj_per_bit", report.energy.pj_per_bit},
                         {"watts_per_end", report.energy.watts_per_end},
                         {"boundary", report.energy.boundary},
                         {"parts", parts_json(report.energy.parts)}};
    }
    out["unreached_events"] = report.unreached_events;
    out["instructions"] = report.instructions;
    out["simulated_s"] = report.simulated_s;
    out["verdict"] = report.verdict;
    return out.dump(2) + "\n";
}

std::string to_text(const run_report& report) {
    std::string text;
    for (const auto& link : report.link) {
        text += link_text(link);
    }
    text += collective_text(report.collective);
    text += energy_text(report.energy);
    for (const auto& fault : report.unreached_events) {
        text += fmt::format("not reached: {}\n", fault);
    }
    text += fmt::format("verdict: {}\n", report.verdict);
    return text;
}

}  // namespace luxlane::report
