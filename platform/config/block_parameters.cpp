#include "platform/config/block_parameters.h"

#include "platform/config/configuration.h"
#include "platform/config/table_builder.h"

namespace luxlane::config {
namespace {

using c = configuration;

void add_transmitter(std::vector<parameter>& all) {
    table_builder("transmitter")
        .real(
            "switched_capacitance_f", "F",
            [](c & v) -> auto& { return v.transmitter.supply.switched_capacitance_f; }, 0, 1e-11,
            "what a lane's logic charges at each transition",
            "assumption: driver output and wiring")
        .real(
            "logic_supply_v", "V",
            [](c & v) -> auto& { return v.transmitter.supply.logic_supply_v; }, 0, 5,
            "supply of the drivers' logic", "assumption: core supply")
        .real(
            "transition_density", "1",
            [](c & v) -> auto& { return v.transmitter.supply.transition_density; }, 0, 1,
            "transitions per bit", "derived: half, of scrambled data")
        .real(
            "predriver_power_w", "W",
            [](c & v) -> auto& { return v.transmitter.predriver_power_w; }, 0, 0.1,
            "drawn by each driving lane beside its emitter", "assumption inside M-12c")
        .real(
            "settling_time_s", "s", [](c & v) -> auto& { return v.transmitter.settling_time_s; }, 0,
            1e-3, "from a register write to the light", "assumption: bias DACs")
        .real(
            "thermal_resistance_k_per_w", "K/W",
            [](c & v) -> auto& { return v.transmitter.thermal_resistance_k_per_w; }, 0, 1e5,
            "from the driver's die to lane.temperature_k", "assumption: small heat sink")
        .real(
            "temperature_limit_c", "C",
            [](c & v) -> auto& { return v.transmitter.temperature_limit_c; }, -40, 200,
            "die temperature beyond which the driver interrupts",
            "assumption: commercial module case limit")
        .append_to(all);
}

void add_ageing(std::vector<parameter>& all) {
    table_builder("ageing")
        .real(
            "gain", "1", [](c & v) -> auto& { return v.cable.ageing.gain; }, 0, 1000,
            "growth of the non-radiative rate after the reference time, over its birth value",
            "assumption: A doubles in one reference time; -36 % of slope in 369 days unpackaged "
            "(Nanomaterials 10, 689, 2020, secondary)")
        .real(
            "reference_time_s", "s", [](c & v) -> auto& { return v.cable.ageing.reference_time_s; },
            1, 1e10, "driven time after which the growth is the gain", "assumption: one year")
        .real(
            "reference_density_a_per_m2", "A/m^2",
            [](c & v) -> auto& { return v.cable.ageing.reference_density_a_per_m2; }, 1, 1e12,
            "current density that the gain belongs to", "assumption: 1 kA/cm^2")
        .real(
            "reference_temperature_k", "K",
            [](c & v) -> auto& { return v.cable.ageing.reference_temperature_k; }, 200, 500,
            "temperature that the gain belongs to", "assumption: room temperature")
        .real(
            "time_exponent", "1", [](c & v) -> auto& { return v.cable.ageing.time_exponent; }, 0.01,
            4, "the growth goes as this power of time", "assumption: diffusion-like")
        .real(
            "density_exponent", "1", [](c & v) -> auto& { return v.cable.ageing.density_exponent; },
            0, 10, "and as this power of the current density",
            "assumption; above 0.63 by Kang et al., 2026")
        .real(
            "activation_energy_j", "J",
            [](c & v) -> auto& { return v.cable.ageing.activation_energy_j; }, 0, 1e-18,
            "of the growth over temperature", "assumption: 0.4 eV")
        .append_to(all);
}

void add_photodiodes(std::vector<parameter>& all) {
    table_builder("photodiodes")
        .real(
            "gain_step_db", "dB", [](c & v) -> auto& { return v.photodiodes.gain_step_db; }, 0, 4,
            "transimpedance that each step of LANE_GAIN takes off, 20 log10",
            "assumption: four steps over 6 dB")
        .real(
            "amplifier_power_w", "W",
            [](c & v) -> auto& { return v.photodiodes.amplifier_power_w; }, 0, 0.1,
            "transimpedance amplifier of each enabled lane",
            "JSSC May 2024: 1 mW with slicer, split assumed")
        .real(
            "settling_time_s", "s", [](c & v) -> auto& { return v.photodiodes.settling_time_s; }, 0,
            1e-3, "from a register write to the output", "assumption: offset loop")
        .append_to(all);
}

void add_receiver(std::vector<parameter>& all) {
    table_builder("receiver")
        .real(
            "cdr_lock_time_s", "s", [](c & v) -> auto& { return v.receiver.cdr_lock_time_s; }, 0,
            1e-3, "time that the clock recovery takes to lock", "assumption: about 4000 bits")
        .real(
            "cdr_minimum_q", "1", [](c & v) -> auto& { return v.receiver.cdr_minimum_q; }, 0, 10,
            "eye opening over noise from which the clock recovery locks",
            "assumption: a bang-bang loop averages over thousands of edges, and locks on an eye of "
            "BER 0.1")
        .real(
            "adapt_time_s", "s", [](c & v) -> auto& { return v.receiver.adapt_time_s; }, 0, 1e-3,
            "time that the equaliser takes to adapt",
            "assumption: least-mean-squares over 40000 bits")
        .real(
            "cdr_power_w", "W", [](c & v) -> auto& { return v.receiver.cdr_power_w; }, 0, 0.1,
            "clock recovery of each enabled lane", "assumption: one loop serves many lanes")
        .real(
            "slicer_energy_j_per_bit", "J",
            [](c & v) -> auto& { return v.receiver.slicer_energy_j_per_bit; }, 0, 1e-9,
            "equaliser and slicer, per bit",
            "JSSC May 2024: 0.5 pJ/bit with amplifier, split assumed")
        .append_to(all);
}

void add_retry(std::vector<parameter>& all) {
    table_builder("retry")
        .flag(
            "enable", [](c & v) -> auto& { return v.phy.retry.enable; },
            "send damaged flits again; without it they are reported as lost", "choice")
        .count(
            "replay_buffer_flits", "1",
            [](c & v) -> auto& { return v.phy.retry.replay_buffer_flits; }, 1,
            wide_link::replay_buffer_flits_max, "flits that may wait for their acknowledgement",
            "derived: 2 MiB bridge 20 us at 800 Gb/s; a round trip over 50 m takes 85 kB")
        .count(
            "acknowledge_spacing_flits", "1",
            [](c & v) -> auto& { return v.phy.retry.acknowledge_spacing_flits; }, 1, 4096,
            "flits between two acknowledgements of a busy link, each of which takes a slot",
            "assumption: 1.5 % of the rate; Ultra Ethernet allows 400 .. 17296 bytes")
        .real(
            "acknowledge_delay_s", "s",
            [](c & v) -> auto& { return v.phy.retry.acknowledge_delay_s; }, 1e-9, 1e-2,
            "after which a flit is acknowledged even if few others follow", "assumption")
        .real(
            "acknowledge_timeout_s", "s",
            [](c & v) -> auto& { return v.phy.retry.acknowledge_timeout_s; }, 1e-7, 1,
            "without progress, after which everything unacknowledged is sent again",
            "assumption: several round trips and acknowledge delays")
        .count(
            "replay_count_max", "1", [](c & v) -> auto& { return v.phy.retry.replay_count_max; }, 1,
            1e6, "replays in a row without progress, beyond which flits are given up",
            "assumption: a burst may outlast a replay; SAI's default is 1")
        .real(
            "pcs_lost_timeout_s", "s",
            [](c & v) -> auto& { return v.phy.retry.pcs_lost_timeout_s; }, 1e-6, 10,
            "of a link that is down, after which flits are given up",
            "choice: longer than a retraining")
        .real(
            "data_age_timeout_s", "s",
            [](c & v) -> auto& { return v.phy.retry.data_age_timeout_s; }, 1e-6, 10,
            "age of a flit at which it is given up", "choice: longer than the time above")
        .real(
            "init_timeout_s", "s", [](c & v) -> auto& { return v.phy.retry.init_timeout_s; }, 1e-7,
            1, "between two attempts of the handshake", "assumption: several round trips")
        .flag(
            "reinitialise_on_flush",
            [](c & v) -> auto& { return v.phy.retry.reinitialise_on_flush; },
            "shake hands anew after giving up, without being told", "choice")
        .append_to(all);
}

void add_phy(std::vector<parameter>& all) {
    table_builder("phy")
        .count(
            "transmit_fifo_flits", "1", [](c & v) -> auto& { return v.phy.transmit_fifo_flits; },
            64, 65536, "flits that wait for the line",
            "assumption: four blocks of 64 pairs of codewords")
        .count(
            "management_fifo_words", "1",
            [](c & v) -> auto& { return v.phy.management_fifo_words; }, 1, 4096,
            "words of the management channel that wait, each way", "assumption: 300 us of words")
        .count(
            "supervision_superframes", "1",
            [](c & v) -> auto& { return v.phy.supervision_superframes; }, 1, 4096,
            "superframes between two looks at an idle line", "assumption: one degrade window")
        .real(
            "host_interface_s", "s", [](c & v) -> auto& { return v.phy.host_interface_s; }, 0, 1e-6,
            "latency of the host interface, each way",
            "assumption: flits on package, one clock crossing")
        .real(
            "fec_encode_s", "s", [](c & v) -> auto& { return v.phy.fec_encode_s; }, 0, 1e-6,
            "latency of the error correction's encoder",
            "assumption: one pair of codewords at 850 Gb/s")
        .real(
            "gearbox_s", "s", [](c & v) -> auto& { return v.phy.gearbox_s; }, 0, 1e-6,
            "latency of striping and gearbox, each way", "assumption: a few 1.25 GHz cycles")
        .real(
            "line_crossing_s", "s", [](c & v) -> auto& { return v.phy.line_crossing_s; }, 0, 1e-6,
            "latency of the crossing between the clocks of core and line, each way",
            "assumption: a FIFO read two 1.25 GHz cycles behind its writer")
        .real(
            "fec_decode_s", "s", [](c & v) -> auto& { return v.phy.fec_decode_s; }, 0, 1e-6,
            "latency of the KP4 decoder; others take their share of its check symbols",
            "assumption: the middle of 50 .. 100 ns")
        .count(
            "deskew_fifo_words", "1", [](c & v) -> auto& { return v.phy.deskew_fifo_words; }, 4,
            4096, "words of 20 bits that the deskew holds a lane back",
            "assumption: ample for the skews of one bundle")
        .count(
            "deskew_margin_words", "1", [](c & v) -> auto& { return v.phy.deskew_margin_words; }, 0,
            64, "words that the deskew keeps of its buffer", "assumption: pointer distance")
        .real(
            "cdr_lock_limit_s", "s", [](c & v) -> auto& { return v.phy.cdr_lock_limit_s; }, 1e-7, 1,
            "time given to a lane's clock recovery", "choice: link bring-up of 5 us a step")
        .count(
            "search_superframes", "1", [](c & v) -> auto& { return v.phy.search_superframes; }, 1,
            1000, "superframes given to a lane's search for its markers", "choice")
        .real(
            "spare_test_s", "s", [](c & v) -> auto& { return v.phy.spare_test_s; }, 1e-6, 1,
            "time for which a spare lane is tested", "choice")
        .real(
            "spare_test_ber", "1", [](c & v) -> auto& { return v.phy.spare_test_ber; }, 1e-12, 0.5,
            "error ratio that a spare lane may show",
            "assumption: well below the FEC's limit of 2.4e-4")
        .real(
            "lanes_limit_s", "s", [](c & v) -> auto& { return v.phy.lanes_limit_s; }, 1e-5, 10,
            "time from the first lane with a frame until all logical lanes have one",
            "UCIe 3.0 gives each training state 8 ms")
        .real(
            "deskew_limit_s", "s", [](c & v) -> auto& { return v.phy.deskew_limit_s; }, 1e-5, 10,
            "time from aligned lanes to LINK UP", "UCIe 3.0, likewise")
        .real(
            "repair_limit_s", "s", [](c & v) -> auto& { return v.phy.repair_limit_s; }, 1e-5, 10,
            "time that a hitless switch may stay armed", "UCIe 3.0, likewise")
        .real(
            "back_end_power_w", "W", [](c & v) -> auto& { return v.phy.back_end_power_w; }, 0, 100,
            "gearbox and light error correction at full rate in both directions",
            "MOSAIC power budget of an 800G module: 0.4 W (secondary)")
        .real(
            "host_power_cpo_w", "W", [](c & v) -> auto& { return v.phy.host_power_cpo_w; }, 0, 100,
            "host interface on the package, likewise",
            "MOSAIC power budget of an 800G module: 0.2 W (secondary)")
        .real(
            "host_power_pluggable_w", "W",
            [](c & v) -> auto& { return v.phy.host_power_pluggable_w; }, 0, 100,
            "host interface of a pluggable module, likewise",
            "MOSAIC power budget of an 800G module: 2.4 W (secondary)")
        .real(
            "power_rate_bps", "bit/s", [](c & v) -> auto& { return v.phy.power_rate_bps; }, 1e9,
            1e14, "payload rate that these powers belong to",
            "MOSAIC power budget of an 800G module")
        .real(
            "idle_power_fraction", "1", [](c & v) -> auto& { return v.phy.idle_power_fraction; }, 0,
            1, "share of these powers that is drawn without payload",
            "assumption: clocks and framing")
        .append_to(all);
}

void add_accelerator(std::vector<parameter>& all) {
    table_builder("accelerator")
        .real(
            "descriptor_fetch_s", "s",
            [](c & v) -> auto& { return v.accelerator.descriptor_fetch_s; }, 0, 1e-3,
            "time to fetch a descriptor, beside the memory's latency",
            "assumption: on-chip network")
        .count(
            "prefetch_descriptors", "1",
            [](c & v) -> auto& { return v.accelerator.prefetch_descriptors; }, 1, 1024,
            "descriptors of each ring fetched ahead", "assumption")
        .count(
            "receive_buffer_flits", "1",
            [](c & v) -> auto& { return v.accelerator.receive_buffer_flits; }, 2, 32768,
            "flits that the receiver has room for, which are the sender's credits",
            "assumption: 1 MiB")
        .count(
            "credit_return_flits", "1",
            [](c & v) -> auto& { return v.accelerator.credit_return_flits; }, 1, 32767,
            "freed flits that are worth a flit of their own",
            "assumption: a sixteenth of the buffer")
        .real(
            "credit_poll_s", "s", [](c & v) -> auto& { return v.accelerator.credit_poll_s; }, 1e-9,
            1, "time without credits after which the sender asks", "assumption")
        .count(
            "send_chunk_flits", "1", [](c & v) -> auto& { return v.accelerator.send_chunk_flits; },
            1, 65536, "flits read ahead of the PHY", "assumption")
        .count(
            "compute_chunk_bytes", "B",
            [](c & v) -> auto& { return v.accelerator.compute_chunk_bytes; }, 4, 1073741824,
            "piece of a reduction that holds the memory", "assumption: memory arbitration")
        .real(
            "reduce_bandwidth", "B/s",
            [](c & v) -> auto& { return v.accelerator.reduce_bytes_per_s; }, 1e6, 1e15,
            "destination bytes that a reduction writes per second", "assumption")
        .append_to(all);
}

}  // namespace

void append_block_parameters(std::vector<parameter>& all) {
    add_transmitter(all);
    add_ageing(all);
    add_photodiodes(all);
    add_receiver(all);
    add_phy(all);
    add_retry(all);
    add_accelerator(all);
}

}  // namespace luxlane::config
