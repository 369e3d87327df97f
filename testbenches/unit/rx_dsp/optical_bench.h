#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <systemc>
#include <vector>

#include "models/common/device.h"
#include "models/common/random.h"
#include "models/transport/frame_sockets.h"
#include "models/transport/lane_frame.h"

/// What the tests of the optical-path devices connect to them.
namespace optical_bench {

inline sc_core::sc_time seconds(double value) { return {value, sc_core::SC_SEC}; }
inline const sc_core::sc_time one_step(1, sc_core::SC_PS);

/// Simulates for `duration`, the events of its end included: sc_start leaves those to its next
/// call.
inline void run(const sc_core::sc_time& duration) {
    sc_core::sc_start(duration);
    if (sc_core::sc_pending_activity_at_current_time() ||
        sc_core::sc_time_to_pending_activity() == sc_core::SC_ZERO_TIME) {
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
}

/// Reads and writes a device's registers by SVD name, through its socket.
class register_host : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<register_host> socket;

    register_host(const sc_core::sc_module_name& name, luxlane::device& target)
        : sc_core::sc_module(name), socket("socket"), target_(target) {
        socket.bind(target.registers);
    }

    std::uint32_t read(const std::string& name) {
        std::uint32_t value = 0;
        access(tlm::TLM_READ_COMMAND, name, value);
        return value;
    }
    void write(const std::string& name, std::uint32_t value) {
        access(tlm::TLM_WRITE_COMMAND, name, value);
    }
    void write_lane(unsigned lane, const std::string& name, std::uint32_t value) {
        write("LANE_SELECT", lane);
        write(name, value);
    }
    std::uint32_t read_lane(unsigned lane, const std::string& name) {
        write("LANE_SELECT", lane);
        return read(name);
    }

    /// As a debugger reads: without side effects.
    std::uint32_t read_debug(const std::string& name) {
        std::uint32_t value = 0;
        tlm::tlm_generic_payload transaction;
        prepare(transaction, tlm::TLM_READ_COMMAND, name, value);
        if (socket->transport_dbg(transaction) != transaction.get_data_length()) {
            throw std::logic_error("debug access to " + name);
        }
        return value;
    }

    const luxlane::device& target() const { return target_; }

private:
    void prepare(tlm::tlm_generic_payload& transaction, tlm::tlm_command command,
                 const std::string& name, std::uint32_t& value) {
        std::uint64_t offset = 0;
        unsigned bytes = 0;
        if (!target_.bank().find(name, offset, bytes)) {
            throw std::logic_error("no register " + name);
        }
        transaction.set_command(command);
        transaction.set_address(offset);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        transaction.set_data_length(bytes);
        transaction.set_streaming_width(bytes);
    }
    void access(tlm::tlm_command command, const std::string& name, std::uint32_t& value) {
        tlm::tlm_generic_payload transaction;
        prepare(transaction, command, name, value);
        auto delay = sc_core::SC_ZERO_TIME;
        socket->b_transport(transaction, delay);
        if (transaction.get_response_status() != tlm::TLM_OK_RESPONSE) {
            throw std::logic_error("access to " + name + ": " + transaction.get_response_string());
        }
    }

    luxlane::device& target_;
};

/// Keeps every frame that reaches it, with the time.
class frame_sink : public sc_core::sc_module {
public:
    luxlane::payload_target_socket<luxlane::lane_protocol> in;
    std::vector<luxlane::lane_frame> frames;
    std::vector<sc_core::sc_time> times;

    explicit frame_sink(const sc_core::sc_module_name& name) : sc_core::sc_module(name), in("in") {
        in.on_transport([this](luxlane::lane_frame& frame, sc_core::sc_time& delay) {
            frames.push_back(frame);
            times.push_back(sc_core::sc_time_stamp() + delay);
        });
    }
};

/// Sends frames when the test says so.
class frame_source : public sc_core::sc_module {
public:
    luxlane::payload_initiator_socket<luxlane::lane_protocol> out;

    explicit frame_source(const sc_core::sc_module_name& name)
        : sc_core::sc_module(name), out("out") {}

    void send(luxlane::lane_frame frame) {
        auto delay = sc_core::SC_ZERO_TIME;
        out.send(frame, delay);
    }
};

/// Bit `line_bit` of an endless random line, the same however it is cut into frames.
inline bool line_bit_of(unsigned lane, std::uint64_t line_bit) {
    const auto words = luxlane::random_block({7, lane, 0xFFFF}, line_bit / 128);
    return (words[line_bit % 128 / 32] >> (line_bit % 32)) & 1;
}

/// Bits of the endless random line, made on demand.
class deferred_line : public luxlane::deferred_payload {
public:
    void materialise(luxlane::lane_frame& frame) const override {
        for (unsigned lane = 0; lane < frame.lanes; ++lane) {
            if (frame.carried[lane]) {
                fill_lane(frame, lane);
            }
        }
    }

    static void fill_lane(luxlane::lane_frame& frame, unsigned lane) {
        for (std::uint32_t k = 0; k < frame.bits_per_lane; ++k) {
            frame.bits[std::size_t{lane} * frame.stride + k / 64] |=
                std::uint64_t{line_bit_of(lane, frame.line_bit(k))} << (k % 64);
        }
        for (unsigned k = 0; k < 64; ++k) {
            if (frame.first_bit + k >= 64) {
                frame.before[lane] |= std::uint64_t{line_bit_of(lane, frame.first_bit + k - 64)}
                                      << k;
            }
            frame.after[lane] |=
                std::uint64_t{line_bit_of(lane, frame.first_bit + frame.bits_per_lane + k)} << k;
        }
    }
};

/// The frame with `bits` random bits from line bit `first_bit`, carried by all lanes, starting now.
inline luxlane::lane_frame make_frame(
    unsigned lanes, std::uint64_t first_bit, std::uint32_t bits,
    luxlane::fidelity kind = luxlane::fidelity::statistical,
    luxlane::frame_purpose purpose = luxlane::frame_purpose::payload) {
    luxlane::lane_frame frame;
    frame.kind = kind;
    frame.purpose = purpose;
    frame.first_bit = first_bit;
    frame.bits_per_lane = bits;
    frame.lanes = lanes;
    frame.stride = (bits + 63) / 64;
    frame.unit_interval_s = 0.5e-9;
    frame.start = sc_core::sc_time_stamp();
    frame.bits.assign(std::size_t{lanes} * frame.stride, 0);
    frame.before.assign(lanes, 0);
    frame.after.assign(lanes, 0);
    frame.carried.assign(lanes, 1);
    for (unsigned lane = 0; lane < lanes; ++lane) {
        deferred_line::fill_lane(frame, lane);
    }
    return frame;
}

/// The same block with its bits deferred.
inline luxlane::lane_frame deferred(luxlane::lane_frame frame) {
    frame.deferred = std::make_shared<deferred_line>();
    frame.bits.clear();
    frame.before.clear();
    frame.after.clear();
    return frame;
}

inline bool bit_of(const luxlane::lane_frame& frame, unsigned lane, std::uint32_t k) {
    return (frame.bits[std::size_t{lane} * frame.stride + k / 64] >> (k % 64)) & 1;
}

/// Line bits of `lane` that arrived wrong.
inline std::vector<std::uint64_t> wrong_bits(const luxlane::lane_frame& frame, unsigned lane) {
    std::vector<std::uint64_t> wrong;
    for (std::uint32_t k = 0; k < frame.bits_per_lane; ++k) {
        if (bit_of(frame, lane, k) != line_bit_of(lane, frame.line_bit(k))) {
            wrong.push_back(frame.line_bit(k));
        }
    }
    return wrong;
}

/// Whether `count` successes in `trials` lie in the 99 % interval around probability `p`.
inline bool within_99_percent(double count, double trials, double p) {
    constexpr double z = 2.5758;
    return std::abs(count - trials * p) <= z * std::sqrt(trials * p * (1.0 - p)) + 0.5;
}

}  // namespace optical_bench
