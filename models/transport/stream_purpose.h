#pragma once

#include <cstdint>

namespace luxlane {

/// What the counter-based random streams of the optical path are for; no two uses of one seed and
/// lane may share a purpose.
enum class stream_purpose : std::uint32_t {
    drive_mismatch = 0x100,
    coupling = 0x200,
    skew,
    birth,
    responsivity = 0x300,
    amplifier_noise,
    sample_noise,
    overhead_sample_noise,
    waveform_noise,
    overhead_waveform_noise,
    error_position = 0x400,
    unlocked_bits,
    sampling_jitter,
    slow_jitter_phase,
    eye_count,
    host_trace_loss = 0x500,
    host_traffic_errors,
    host_pattern_errors,
    host_eye_count,
};

/// The stream's purpose word for one direction of a cable.
constexpr std::uint32_t purpose_word(stream_purpose purpose, std::uint32_t direction) {
    return (direction << 16) | static_cast<std::uint32_t>(purpose);
}

}  // namespace luxlane
