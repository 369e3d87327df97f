#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

#include "models/photonics/extraction.h"
#include "models/photonics/lane_response.h"
#include "models/transport/fidelity.h"

namespace luxlane {

/// Why the transmitter sent a block; the optical path treats all alike.
enum class frame_purpose : std::uint8_t {
    training,  ///< one whole superframe, for lanes that search for frame lock or count BIP errors
    overhead,  ///< the four overhead words of one superframe, 80 bits a lane
    payload,   ///< whole codeword groups of the host FEC
};

struct lane_frame;

/// Payload whose bits nobody has looked at yet: at statistical fidelity most blocks meet too few
/// errors for their bits to matter.
class deferred_payload {
public:
    virtual ~deferred_payload() = default;
    /// Fills `bits`, `before` and `after`, which are there and zero, of the carried lanes of
    /// `frame`, whose shape and `carried` are set; sets `sent_parity`.
    virtual void materialise(lane_frame& frame) const = 0;
};

/// A bit that a receiver array took for the other; `bit` counts from the block's first.
struct bit_error {
    std::uint32_t lane;
    std::uint32_t bit;
    bool operator==(const bit_error&) const = default;
};

/// A block of consecutive bits of all lanes at once: what flows from the transmitter to the
/// receiver.
///
/// Structure of arrays, [lane][bit]: bit k of lane l is bit k % 64 of `bits[l * stride + k / 64]`.
/// Every lane's line is an endless bit stream that began at the transmitter's epoch; bit 0 of the
/// block is line bit `first_bit`. The four overhead words of an `overhead` block are 2560 line bits
/// apart and are packed one behind the other (`line_bit`).
struct lane_frame {
    fidelity kind = fidelity::statistical;
    frame_purpose purpose = frame_purpose::training;
    std::uint64_t first_bit = 0;
    std::uint32_t bits_per_lane = 0;
    std::uint32_t lanes = 0;
    std::uint32_t stride = 0;      ///< 64-bit words per lane
    double unit_interval_s = 0.0;  ///< one line bit, s
    /// 2: PAM4, two successive bits a symbol (symbol_planes); blocks hold whole symbols. Set by the
    /// driver array.
    std::uint32_t bits_per_symbol = 1;
    sc_core::sc_time start;           ///< when bit 0 left the transmitter
    sc_core::sc_time flight;          ///< from the transmitter to the receiver; set by the channel
    std::uint64_t first_group = 0;    ///< payload: index of the first codeword group
    std::uint32_t groups = 0;         ///< payload: how many codeword groups
    std::vector<std::uint64_t> bits;  ///< [lane][stride]
    std::vector<std::uint64_t>
        before;  ///< [lane]: the 64 line bits before the block, newest in bit 63
    std::vector<std::uint64_t>
        after;  ///< [lane]: the 64 line bits behind the block, first in bit 0
    std::vector<std::uint8_t>
        carried;  ///< [lane]: 1 where the lane carries the block, else it is skipped

    /// Of a payload block of statistical fidelity: where its bits come from, should anyone need
    /// them; `bits`, `before` and `after` have no meaning then. Null: the bits are there.
    std::shared_ptr<const deferred_payload> deferred;
    /// Of a deferred block, by lane, then bit: what the receiver array decided wrongly.
    std::vector<bit_error> errors;
    /// Of a block that was deferred and is no more, [superframe of the block][lane]: BIP-8 of its
    /// payload as sent, which the transmitter's own count leaves out.
    std::vector<std::uint8_t> sent_parity;
    /// Makes the bits of a deferred block as they are at this stage, `errors` applied; the block is
    /// no longer deferred. A block with bits stays as it is.
    void materialise();

    /// Each lane's analogue description as far as the blocks passed so far know it. A stage makes a
    /// new table only when its own or its predecessor's changed, and says so by a new `version`.
    struct optics_table {
        std::uint64_t version = 0;
        std::vector<photonics::lane_parameters> lanes;
    };
    std::shared_ptr<const optics_table> optics;

    /// Responses up to the TIA output; set by the photodiode array.
    struct response_table {
        std::uint64_t version = 0;
        std::vector<photonics::lane_response> lanes;
        /// [lane], for what the sampling clock's jitter does.
        std::vector<photonics::phase_response> phases;
    };
    std::shared_ptr<const response_table> responses;

    /// Photocurrent, A, referred to the amplifier's input: [lane][samples_per_lane]. `symbol`: one
    /// sample a symbol at its sampling instant, from two before the block to two behind it;
    /// `waveform`: as dsp::waveform_array renders them.
    std::vector<float> samples;
    static constexpr std::uint32_t MARGIN = 2;
    static constexpr std::uint32_t WAVEFORM_MARGIN = 3;
    static constexpr std::uint32_t WAVEFORM_SAMPLES = 16;
    std::uint32_t symbols() const { return bits_per_lane / bits_per_symbol; }
    /// Number of the block's first symbol on the line.
    std::uint64_t first_symbol() const { return first_bit / bits_per_symbol; }
    std::size_t samples_per_lane() const {
        return kind == fidelity::waveform
                   ? (symbols() + std::size_t{2} * WAVEFORM_MARGIN) * WAVEFORM_SAMPLES
                   : symbols() + std::size_t{2} * MARGIN;
    }

    /// Length of the block on the line, s.
    double duration_s() const {
        return unit_interval_s *
               (purpose == frame_purpose::overhead ? 3 * 2560.0 + 20.0 : double(bits_per_lane));
    }
    /// Line bit that bit `k` of the block is (noise is keyed by it).
    std::uint64_t line_bit(std::uint32_t k) const {
        return first_bit + (purpose == frame_purpose::overhead ? (k / 20) * 2560ULL + k % 20 : k);
    }
};

inline void lane_frame::materialise() {
    if (!deferred) {
        return;
    }
    bits.assign(std::size_t{lanes} * stride, 0);
    before.assign(lanes, 0);
    after.assign(lanes, 0);
    std::exchange(deferred, nullptr)->materialise(*this);
    for (const auto& error : errors) {
        bits[std::size_t{error.lane} * stride + error.bit / 64] ^= std::uint64_t{1}
                                                                   << (error.bit % 64);
    }
    errors.clear();
}

/// Traits of the lane-frame protocol for TLM sockets.
struct lane_protocol {
    using tlm_payload_type = lane_frame;
    using tlm_phase_type = tlm::tlm_phase;
};

}  // namespace luxlane
