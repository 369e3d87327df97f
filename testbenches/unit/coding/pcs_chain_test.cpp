// Whole PCS chains, from columns to line bits and back, with and without line errors.

#include <catch2/catch.hpp>
#include <deque>
#include <random>
#include <vector>

#include "models/coding/bit_io.h"
#include "models/coding/block_sequence.h"
#include "models/coding/block_stream.h"
#include "models/coding/crc.h"
#include "models/coding/flit_slot.h"
#include "models/coding/scrambler.h"
#include "models/coding/transcode.h"
#include "testbenches/unit/coding/block_samples.h"
#include "testbenches/unit/coding/long_run.h"

using namespace luxlane::coding;

namespace {

enum class chain_kind { blocks_66, scrambled_then_257, transcoded_then_scrambled };

constexpr chain_kind all_chains[] = {chain_kind::blocks_66, chain_kind::scrambled_then_257,
                                     chain_kind::transcoded_then_scrambled};

/// Transmitter and receiver of one lane; the state runs on from call to call.
class pcs_chain {
public:
    explicit pcs_chain(chain_kind kind) : kind_(kind) {}

    /// The line bits of `columns`, whose number is a multiple of 4.
    std::vector<std::uint64_t> send(const std::vector<mii_column>& columns) {
        std::vector<std::uint64_t> line(words_for_bits(line_bits(columns.size())));
        for (std::size_t i = 0; i < columns.size(); i += 4) {
            block66_group blocks;
            for (std::size_t j = 0; j < 4; ++j) {
                blocks[j] = transmitter_.transmit(columns[i + j]);
                if (kind_ != chain_kind::transcoded_then_scrambled) {
                    blocks[j].payload = scrambler_.scramble(blocks[j].payload);
                }
                if (kind_ == chain_kind::blocks_66) {
                    write_block66(blocks[j], line, 66 * (i + j));
                }
            }
            if (kind_ != chain_kind::blocks_66) {
                write_block257(transcode(blocks, clause()), line, 257 * (i / 4));
            }
        }
        if (kind_ == chain_kind::transcoded_then_scrambled) {
            scrambler_.scramble(line, 0, line_bits(columns.size()));
        }
        return line;
    }

    /// The columns of `count` blocks, each one block late.
    std::vector<mii_column> receive(std::vector<std::uint64_t> line, std::size_t count) {
        if (kind_ == chain_kind::transcoded_then_scrambled) {
            descrambler_.descramble(line, 0, line_bits(count));
        }
        std::vector<mii_column> columns;
        columns.reserve(count);
        for (std::size_t i = 0; i < count; i += 4) {
            block66_group blocks;
            if (kind_ == chain_kind::blocks_66) {
                for (std::size_t j = 0; j < 4; ++j) {
                    blocks[j] = read_block66(line, 66 * (i + j));
                }
            } else {
                blocks = transcode_back(read_block257(line, 257 * (i / 4)), clause(),
                                        descrambler_.state());
            }
            for (block66& block : blocks) {
                if (kind_ != chain_kind::transcoded_then_scrambled) {
                    block.payload = descrambler_.descramble(block.payload);
                }
                columns.push_back(receiver_.receive(block));
            }
        }
        return columns;
    }

    std::size_t line_bits(std::size_t blocks) const {
        return kind_ == chain_kind::blocks_66 ? 66 * blocks : 257 * blocks / 4;
    }
    std::uint64_t errored_blocks() const { return receiver_.errored_blocks(); }

private:
    transcode_clause clause() const {
        return kind_ == chain_kind::scrambled_then_257 ? transcode_clause::clause_91
                                                       : transcode_clause::clause_119;
    }

    chain_kind kind_;
    block_transmitter transmitter_;
    block_receiver receiver_;
    scrambler scrambler_;
    descrambler descrambler_;
};

using frame = std::vector<std::uint8_t>;

/// Frames of random octets with a frame check sequence, and idle and ordered sets between them.
class frame_source {
public:
    explicit frame_source(std::uint64_t seed) : random_(seed) {}

    /// At least `count` columns, rounded up to whole frames and groups of four.
    std::vector<mii_column> columns(std::size_t count) {
        std::vector<mii_column> result;
        while (result.size() < count) {
            add_gap(result);
            add_frame(result);
        }
        result.push_back(idle_column);
        while (result.size() % 4 != 0) {
            result.push_back(idle_column);
        }
        return result;
    }

    const std::vector<frame>& frames() const { return frames_; }

private:
    void add_gap(std::vector<mii_column>& to) {
        for (std::size_t i = 1 + random_() % 3; i > 0; --i) {
            to.push_back(random_() % 8 == 0 ? local_fault_column : idle_column);
        }
    }

    void add_frame(std::vector<mii_column>& to) {
        frame octets(60 + random_() % 100);
        for (std::uint8_t& octet : octets) {
            octet = static_cast<std::uint8_t>(random_());
        }
        const std::uint32_t check = crc32(octets);
        for (unsigned i = 0; i < 4; ++i) {
            octets.push_back(static_cast<std::uint8_t>(check >> 8 * i));
        }
        to.push_back({0xD5555555555555FB, 0x01});
        for (std::size_t at = 0; at <= octets.size(); at += 8) {
            mii_column column;
            for (std::size_t lane = 0; lane < 8; ++lane) {
                const bool data = at + lane < octets.size();
                const std::uint8_t octet = data                         ? octets[at + lane]
                                           : at + lane == octets.size() ? terminate_character
                                                                        : idle_character;
                column.octets |= std::uint64_t{octet} << 8 * lane;
                column.control =
                    static_cast<std::uint8_t>(column.control | (data ? 0u : 1u << lane));
            }
            to.push_back(column);
        }
        frames_.push_back(octets);
    }

    std::mt19937_64 random_;
    std::vector<frame> frames_;
};

/// What a MAC takes from columns: frames with a good check sequence, and a count of bad ones.
struct frame_sink {
    std::vector<frame> good;
    std::uint64_t bad = 0;

    explicit frame_sink(const std::vector<mii_column>& columns) {
        bool in_frame = false;
        frame octets;
        for (const mii_column& column : columns) {
            for (std::size_t lane = 0; lane < 8; ++lane) {
                const auto octet = static_cast<std::uint8_t>(column.octets >> 8 * lane);
                const bool control = (column.control >> lane & 1) != 0;
                if (control && octet == start_character) {
                    bad += in_frame ? 1 : 0;
                    in_frame = true;
                    octets.clear();
                    break;  // the preamble fills this column
                }
                if (in_frame && control) {
                    const bool whole = octet == terminate_character && has_good_check(octets);
                    bad += whole ? 0 : 1;
                    in_frame = false;
                    if (whole) {
                        good.push_back(octets);
                    }
                } else if (in_frame) {
                    octets.push_back(octet);
                }
            }
        }
        bad += in_frame ? 1 : 0;
    }

    static bool has_good_check(const frame& octets) {
        if (octets.size() < 64) {
            return false;
        }
        const std::size_t end = octets.size() - 4;
        std::uint32_t sent = 0;
        for (unsigned i = 0; i < 4; ++i) {
            sent |= std::uint32_t{octets[end + i]} << 8 * i;
        }
        return crc32(std::span(octets).first(end)) == sent;
    }
};

/// Whether `part` is `whole` with some frames left out; `lost` tells how many.
bool is_in_order(const std::vector<frame>& part, const std::vector<frame>& whole,
                 std::size_t& lost) {
    std::size_t at = 0;
    for (const frame& each : part) {
        while (at < whole.size() && whole[at] != each) {
            ++at;
        }
        if (at++ == whole.size()) {
            return false;
        }
    }
    lost = whole.size() - part.size();
    return true;
}

void flip(std::vector<std::uint64_t>& words, std::size_t bit) {
    words[bit / 64] ^= std::uint64_t{1} << bit % 64;
}

/// Flips both ends of a burst and each bit between with even odds.
void flip_burst(std::vector<std::uint64_t>& words, std::size_t first, std::size_t length,
                std::mt19937_64& random) {
    flip(words, first);
    for (std::size_t i = 1; i + 1 < length; ++i) {
        if (random() % 2 == 0) {
            flip(words, first + i);
        }
    }
    if (length > 1) {
        flip(words, first + length - 1);
    }
}

/// Streams meant to confuse a PCS rather than to carry frames.
std::vector<mii_column> hostile_columns(std::size_t count, std::mt19937_64& random) {
    const std::vector<mii_column> types = column_of_every_type(random);
    scrambler mirror(random());
    std::vector<mii_column> columns;
    while (columns.size() < count) {
        const std::uint64_t pick = random() % 6;
        for (std::size_t run = 1 + random() % 40; run > 0 && columns.size() < count; --run) {
            switch (pick) {
                case 0:
                    columns.push_back({0, 0});
                    break;
                case 1:
                    columns.push_back({~std::uint64_t{0}, 0});
                    break;
                case 2:  // what looks like a scrambled stream
                    columns.push_back({mirror.scramble(0), 0});
                    break;
                case 3:  // any octet, data or control
                    columns.push_back({random(), static_cast<std::uint8_t>(random())});
                    break;
                case 4:  // valid columns in no order
                    columns.push_back(types[random() % types.size()]);
                    break;
                default:
                    columns.push_back(run % 2 == 0 ? mii_column{0xFB, 0x01}
                                                   : mii_column{0x07070707070707FD, 0xFF});
                    break;
            }
        }
    }
    return columns;
}

}  // namespace

TEST_CASE("Frames pass every chain unchanged") {
    const std::size_t blocks = luxlane::long_run(1'000'000, 100'000'000);
    for (const chain_kind kind : all_chains) {
        pcs_chain chain(kind);
        std::vector<mii_column> expected{local_fault_column};
        for (std::size_t sent = 0; sent < blocks;) {
            frame_source source(sent + 1);
            const std::vector<mii_column> columns = source.columns(20'000);
            expected.insert(expected.end(), columns.begin(), columns.end());
            const std::vector<mii_column> received =
                chain.receive(chain.send(columns), columns.size());
            const mii_column held_back = expected.back();
            expected.pop_back();
            REQUIRE((received == expected));
            expected = {held_back};
            sent += columns.size();
        }
        REQUIRE(chain.errored_blocks() == 0);
    }
}

TEST_CASE("Hostile columns pass every chain unchanged or as errors") {
    const std::size_t blocks = luxlane::long_run(1'000'000, 100'000'000);
    std::mt19937_64 random(1);
    for (const chain_kind kind : all_chains) {
        pcs_chain chain(kind);
        mii_column held_back = local_fault_column;
        std::uint64_t unchanged = 0;
        for (std::size_t sent = 0; sent < blocks; sent += 20'000) {
            const std::vector<mii_column> columns = hostile_columns(20'000, random);
            const std::vector<mii_column> received =
                chain.receive(chain.send(columns), columns.size());
            for (std::size_t i = 0; i < columns.size(); ++i) {
                const bool same = received[i] == held_back;
                if (!same && received[i] != error_column) {
                    FAIL("column " << i << " became another one");
                }
                unchanged += same ? 1 : 0;
                held_back = columns[i];
            }
        }
        REQUIRE(unchanged > blocks / 10);
        REQUIRE(chain.errored_blocks() > 0);
    }
}

TEST_CASE(
    "Each wrong bit and each burst on the line loses frames by count, and passes no wrong one") {
    constexpr std::size_t blocks = 200;
    std::mt19937_64 random(2);
    for (const chain_kind kind : all_chains) {
        frame_source source(3);
        const std::vector<mii_column> columns = source.columns(blocks);
        pcs_chain transmitter(kind);
        const std::vector<std::uint64_t> line = transmitter.send(columns);
        const std::size_t bits = transmitter.line_bits(columns.size());
        const auto check = [&](std::size_t first, std::size_t length) {
            std::vector<std::uint64_t> damaged = line;
            flip_burst(damaged, first, length, random);
            pcs_chain receiver(kind);
            const frame_sink sink(receiver.receive(damaged, columns.size()));
            std::size_t lost = 0;
            INFO("burst of " << length << " at " << first);
            REQUIRE(is_in_order(sink.good, source.frames(), lost));
            // An error reaches 58 bits beyond its end: into two frames, but into no third one.
            REQUIRE(lost <= 2);
            REQUIRE((lost == 0 || sink.bad + receiver.errored_blocks() > 0));
        };
        for (std::size_t first = 0; first < bits; ++first) {
            check(first, 1);
        }
        for (std::size_t length = 2; length <= 64; ++length) {
            for (std::size_t first = random() % 50; first + length <= bits; first += 50) {
                check(first, length);
            }
        }
    }
}

TEST_CASE("Each wrong bit and each burst in a group of slots loses flits by count only") {
    std::mt19937_64 random(4);
    constexpr std::size_t bits = 5 * slot_bits;
    // Ultra Ethernet's LLR_ACK of number 12345h (1.0.1, table 5-7).
    constexpr std::uint64_t acknowledge = 0x000000563412014B;
    std::vector<flit_image> images;
    std::vector<std::uint64_t> group(words_for_bits(bits));
    for (std::size_t slot = 0; slot < 5; ++slot) {
        flit each;
        each.type = flit_type::data;
        each.sequence = static_cast<std::uint16_t>(slot);
        each.length = 240;
        for (std::uint8_t& byte : each.payload) {
            byte = static_cast<std::uint8_t>(random());
        }
        images.push_back(pack_flit(each));
        if (slot == 3) {
            write_idle_slot(acknowledge, group, slot * slot_bits);
        } else {
            write_flit_slot(images.back(), group, slot * slot_bits);
        }
    }
    scrambler().scramble(group, 0, bits);
    std::uint64_t spoiled = 0;
    const auto check = [&](std::size_t first, std::size_t length) {
        std::vector<std::uint64_t> line = group;
        flip_burst(line, first, length, random);
        descrambler().descramble(line, 0, bits);
        bool all_good = true;
        for (std::size_t slot = 0; slot < 5; ++slot) {
            flit_image image{};
            const received_slot received = read_slot(line, slot * slot_bits, image);
            const bool good = received.content == slot_content::flit && verify_flit(image);
            if (slot == 3) {
                REQUIRE_FALSE(good);
                all_good = all_good && received.ordered_set == acknowledge;
            } else {
                REQUIRE((!good || image == images[slot]));
                all_good = all_good && good;
            }
        }
        REQUIRE_FALSE(all_good);
        ++spoiled;
    };
    for (std::size_t first = 0; first < bits; ++first) {
        check(first, 1);
    }
    for (std::size_t length = 2; length <= 64; ++length) {
        for (std::size_t first = random() % 40; first + length <= bits; first += 40) {
            check(first, length);
        }
    }
    REQUIRE(spoiled > bits);
}
