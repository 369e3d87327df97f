#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace luxlane::report {

/// A named share of a total.
struct part {
    std::string name;
    double value;
};

/// One direction of the link.
struct link_report {
    std::string name;        ///< "a->b"
    double up_time_s = 0.0;  ///< 0: never came up; then what the link would do is unknown
    struct {
        std::uint64_t data = 0, spare = 0, dead = 0, swapped = 0;
    } lanes;
    struct {
        double median = 0.0, worst = 0.0;  ///< of the lanes that carry payload, by their error laws
        double counted = 0.0;              ///< bits that the FEC put right over bits decoded
    } ber;
    std::vector<double> lane_ber;  ///< [physical lane] by its error law; 0.5: no clock recovery
    struct {
        std::uint64_t total = 0, corrected = 0, uncorrectable = 0;
    } codewords;
    bool fec = true;  ///< without one there are no codewords, and no bits are put right
    std::uint64_t corrected_bits = 0;
    std::uint64_t lost_flits = 0;
    struct {
        std::uint64_t resent = 0, given_up = 0;  ///< flits
        std::string given_up_for;                ///< the latest reason; empty if there is none
    } retry;                                     ///< of the sender
    std::optional<double> host_ber;              ///< of the worst host lane on the way, by its law
    double payload_bps = 0.0;                    ///< data bytes of the collective over its time
    double line_payload_bps = 0.0;               ///< what the line can carry of flits
    struct {
        double one_way = 0.0, round_trip = 0.0;  ///< s, flit in to flit out
        std::vector<part> parts;                 ///< s, of one way
    } latency_s;
};

struct collective_report {
    std::string workload;
    std::uint64_t tensors = 0;
    std::uint64_t bytes = 0;  ///< of gradients on each board
    double time_s = 0.0;      ///< 0: did not complete
    double ideal_s = 0.0;     ///< two latencies and the bytes at the line's payload rate
    bool correct = false;
    std::string mismatch;  ///< first difference, if any
};

struct energy_report {
    double pj_per_bit = 0.0;  ///< watts of one end over the line's payload rate
    double watts_per_end = 0.0;
    std::vector<part> parts;  ///< W of one end
    std::string boundary;
};

/// Electrical lanes between accelerator and PHY of one board.
struct host_report {
    std::string board;
    std::vector<double> lane_ber;  ///< [lane] of both directions, by its error law
};

/// What a run found out. Contains no wall times: two identical runs give identical reports.
struct run_report {
    std::string version;
    std::uint64_t seed = 0;
    std::string fidelity;
    std::vector<link_report> link;
    std::vector<host_report> host;  ///< of boards that have such lanes
    collective_report collective;
    energy_report energy;
    std::uint64_t instructions = 0;
    double simulated_s = 0.0;
    std::vector<std::string> unreached_events;  ///< whose time the run did not come to
    std::string verdict;                        ///< "pass", or the reason why not
};

/// The report as JSON; keys as in docs/report.md.
std::string to_json(const run_report& report);

/// The report for a person.
std::string to_text(const run_report& report);

}  // namespace luxlane::report
