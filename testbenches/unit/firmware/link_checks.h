#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "testbenches/unit/firmware/link_mock.h"

/* What tests of the link manager ask a pair of boards with 400 data lanes and 60 spares. */

inline constexpr unsigned lanes = 460, data_lanes = 400;

inline bool said(const link_pair& pair, const std::string& text) {
    return std::any_of(pair.lines.begin(), pair.lines.end(), [&](const std::string& line) {
        return line.find(text) != std::string::npos;
    });
}

inline bool bring_up(link_pair& pair) {
    return pair.run_until([&] { return pair.both(link_up); }, 100000);
}

/// Both maps of one direction agree, name no lane twice, and avoid the dead lanes.
inline void check_map(link_pair& pair, unsigned receiver) {
    std::set<unsigned> used;
    for (unsigned l = 0; l < data_lanes; ++l) {
        const unsigned physical = pair.board[receiver].map_receive(l);
        CHECK(pair.board[1 - receiver].map_transmit(l) == physical);
        CHECK_FALSE(pair.board[receiver].incoming[physical].dead);
        used.insert(physical);
    }
    CHECK(used.size() == data_lanes);
}

inline void check_maps(link_pair& pair) {
    check_map(pair, 0);
    check_map(pair, 1);
}

inline void kill_first(link_pair& pair, unsigned receiver, unsigned count) {
    for (unsigned lane = 0; lane < count; ++lane) {
        pair.board[receiver].incoming[lane].dead = true;
    }
}
