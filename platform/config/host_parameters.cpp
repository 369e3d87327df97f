#include "platform/config/host_parameters.h"

#include <array>

#include "platform/config/configuration.h"
#include "platform/config/table_builder.h"

namespace luxlane::config {

void append_host_parameters(std::vector<parameter>& all) {
    using c = configuration;
    table_builder("host")
        .count(
            "lanes", "1", [](c & v) -> auto& { return v.host.lanes; }, 1, 16,
            "electrical lanes in each direction; together they carry the link's coded rate",
            "IEEE Std 802.3ck Annex 120G: 8 of 106.25 Gb/s")
        .choice(
            "format", [](c & v) -> auto& { return v.host.format; }, std::array{"nrz", "pam4"},
            "line code of the electrical lanes", "IEEE Std 802.3ck Annex 120G: PAM4")
        .real(
            "reference_clock_hz", "Hz", [](c & v) -> auto& { return v.host.reference_clock_hz; },
            1e+06, 1e+09, "reference of the PLLs", "textbook: 156.25 MHz of Ethernet SerDes")
        .real(
            "pll_lock_time_s", "s", [](c & v) -> auto& { return v.host.pll_lock_time_s; }, 1e-06,
            0.01, "from a PLL's enable to its lock", "assumption")
        .real(
            "latency_s", "s", [](c & v) -> auto& { return v.host.latency_s; }, 0, 1e-06,
            "one way through the electrical lanes",
            "assumption: 30 cm at 6 ns/m and 13 ns of SerDes pipeline")
        .real(
            "lane_loss_sigma_db", "dB", [](c & v) -> auto& { return v.host.lane_loss_sigma_db; }, 0,
            5, "spread of the traces' loss", "assumption: lanes differ in length")
        .real(
            "loss_db", "dB", [](c & v) -> auto& { return v.host.trace.loss_db; }, 0, 50,
            "loss of the traces, bump to bump, at loss_frequency_hz",
            "IEEE Std 802.3ck Annex 120G: about 16 dB at 26.56 GHz, from memory")
        .real(
            "loss_frequency_hz", "Hz",
            [](c & v) -> auto& { return v.host.trace.loss_frequency_hz; }, 1e+09, 1e+11,
            "frequency of loss_db", "derived: Nyquist of 53.125 GBd")
        .real(
            "rest_loss_db", "dB", [](c & v) -> auto& { return v.host.trace.rest_loss_db; }, 0, 10,
            "part of it that is there at rest", "assumption: resistance and contacts")
        .real(
            "skin_share", "1", [](c & v) -> auto& { return v.host.trace.skin_share; }, 0, 1,
            "part of the rest that rises as the root of the frequency; what remains as the "
            "frequency",
            "assumption: low-loss laminate")
        .real(
            "crosstalk_rms_v", "V", [](c & v) -> auto& { return v.host.trace.crosstalk_rms_v; }, 0,
            0.1, "crosstalk of neighbours at the receiver's input, rms",
            "assumption: neighbour pairs")
        .real(
            "signal_to_reflections_db", "dB",
            [](c & v) -> auto& { return v.host.trace.signal_to_reflections_db; }, 0, 100,
            "signal over reflections that no tap reaches",
            "assumption: leaves 16 dB of loss some 1e-8, as healthy lanes report")
        .real(
            "transition_time_s", "s",
            [](c & v) -> auto& { return v.host.transmitter.transition_time_s; }, 0, 1e-10,
            "20 % to 80 % of the transmitter's edge",
            "IEEE Std 802.3ck, channel operating margin, from memory: 7.5 ps")
        .real(
            "transmit_snr_db", "dB",
            [](c & v) -> auto& { return v.host.transmitter.signal_to_noise_db; }, 0, 100,
            "signal over noise of the transmitter", "IEEE Std 802.3ck, from memory: SNR_TX 32.5 dB")
        .real(
            "level_mismatch", "1", [](c & v) -> auto& { return v.host.transmitter.level_mismatch; },
            0.5, 1, "ratio of PAM4's smallest step to even ones",
            "IEEE Std 802.3ck, from memory: R_LM 0.95")
        .real(
            "maximum_amplitude_v", "V",
            [](c & v) -> auto& { return v.host.transmitter.maximum_amplitude_v; }, 0.1, 1.023,
            "greatest differential swing of a transmitter, peak to peak", "assumption")
        .real(
            "noise_density_v2_per_hz", "V^2/Hz",
            [](c & v) -> auto& { return v.host.receiver.noise_density_v2_per_hz; }, 0, 1e-14,
            "one-sided noise density at the receiver's input",
            "IEEE Std 802.3ck C2M, from memory: eta_0 4.1e-8 V^2/GHz")
        .real(
            "noise_bandwidth_per_baud", "1",
            [](c & v) -> auto& { return v.host.receiver.noise_bandwidth_per_baud; }, 0.3, 1,
            "bandwidth of the receiver's low-pass over the symbol rate",
            "IEEE Std 802.3ck: f_r = 0.75 f_b")
        .real(
            "peaking_step_db", "dB", [](c & v) -> auto& { return v.host.receiver.peaking_step_db; },
            0, 2, "peaking of one of the CTLE's 16 codes",
            "assumption: steps of 1 dB as the reference receiver")
        .real(
            "low_peaking_step_db", "dB",
            [](c & v) -> auto& { return v.host.receiver.low_peaking_step_db; }, 0, 1,
            "the same below 1/80 of the symbol rate", "assumption")
        .real(
            "gain_step_db", "dB", [](c & v) -> auto& { return v.host.receiver.gain_step_db; }, 0, 3,
            "one of the 32 steps of gain", "assumption")
        .real(
            "full_scale_v", "V", [](c & v) -> auto& { return v.host.receiver.full_scale_v; }, 0.01,
            2, "greatest input of the slicers, each way", "assumption")
        .real(
            "slicer_noise_v", "V", [](c & v) -> auto& { return v.host.receiver.slicer_noise_v; }, 0,
            0.1, "noise of the slicers, rms", "assumption")
        .count(
            "feed_forward_taps", "1",
            [](c & v) -> auto& { return v.host.receiver.feed_forward_taps; }, 1, 5,
            "taps of the receiver's linear equaliser: 1, 3 or 5",
            "IEEE Std 802.3ck C2M's reference receiver has none: 1")
        .real(
            "random_jitter_ui", "UI",
            [](c & v) -> auto& { return v.host.receiver.jitter.random_ui; }, 0, 0.1,
            "jitter of the sampling instant, rms",
            "IEEE Std 802.3ck, from memory: sigma_RJ 0.01 UI")
        .real(
            "sinusoidal_jitter_ui", "UI",
            [](c & v) -> auto& { return v.host.receiver.jitter.sinusoidal_ui; }, 0, 0.1,
            "amplitude of its bounded part, taken as a sine",
            "IEEE Std 802.3ck, from memory: A_DD 0.02 UI")
        .real(
            "signal_threshold_v", "V",
            [](c & v) -> auto& { return v.host.receiver.signal_threshold_v; }, 0, 1,
            "swing at the receiver's input below which the signal is lost", "assumption")
        .real(
            "minimum_q", "1", [](c & v) -> auto& { return v.host.receiver.minimum_q; }, 0.5, 10,
            "eye opening over noise at which the clock recovery locks", "assumption")
        .real(
            "lock_time_s", "s", [](c & v) -> auto& { return v.host.receiver.lock_time_s; }, 1e-07,
            0.1, "time of the clock recovery's lock", "assumption")
        .real(
            "adapt_time_s", "s", [](c & v) -> auto& { return v.host.receiver.adapt_time_s; }, 1e-06,
            1, "time of an adaptation", "assumption: the least of 5 .. 50 ms")
        .real(
            "clock_offset", "1", [](c & v) -> auto& { return v.host.receiver.clock_offset; }, 0,
            0.001, "relative error of a clock recovery that runs free",
            "IEEE Std 802.3: 100 ppm at most, half of it")
        .append_to(all);
}

}  // namespace luxlane::config
