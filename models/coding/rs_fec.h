#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace luxlane::coding {

/// What a decoder found out about a received word.
enum class decode_status { clean, corrected, uncorrectable };

/// Result of rs_code::decode.
struct decode_result {
    decode_status status = decode_status::clean;
    /// Number of symbols changed, erased ones among them; 0 unless `status` is corrected.
    std::size_t errors = 0;
    /// Indices into the codeword of those symbols, ascending; the first `errors` are valid.
    std::array<std::uint16_t, 30> positions{};
};

/// Systematic Reed-Solomon code over GF(2^10) with the generator polynomial
/// g(x) = (x - 1)(x - a) ... (x - a^(n-k-1)) of IEEE Std 802.3 clause 91.5.2.7.
///
/// A codeword is n symbols of 10 bits, each in one uint16_t whose upper bits are 0; symbol 0 is
/// sent first and is the highest coefficient; the parity follows the message. Objects are immutable
/// after construction and may be shared between threads.
class rs_code {
public:
    /// The code RS(n, k). std::invalid_argument unless n is at most 1023 and n - k an even number
    /// in 8..30.
    rs_code(std::size_t n, std::size_t k);

    /// RS(544, 514), t = 15: "KP4" of clauses 91, 119 and 172.
    static const rs_code& kp4();
    /// RS(528, 514), t = 7: "KR4" of clause 91.
    static const rs_code& kr4();
    /// RS(272, 258), t = 7: the low-latency code of the 25 Gigabit Ethernet Consortium.
    static const rs_code& rs272();

    std::size_t codeword_symbols() const { return n_; }
    std::size_t message_symbols() const { return k_; }
    std::size_t parity_symbols() const { return n_ - k_; }
    /// Number of symbol errors that are always corrected (t).
    std::size_t correctable() const { return (n_ - k_) / 2; }

    /// Coefficients of g(x), highest first; n - k + 1 of them, the first is 1.
    const std::vector<std::uint16_t>& generator() const { return generator_; }

    /// Writes message and parity to `codeword` (n symbols). `message` has k symbols, each below
    /// 1024, and may be the beginning of `codeword` itself. std::invalid_argument on a wrong size.
    void encode(std::span<const std::uint16_t> message, std::span<std::uint16_t> codeword) const;

    /// Whether `word` (n symbols) is a codeword, that is, whether all its syndromes are zero.
    /// std::invalid_argument on a wrong size.
    bool is_codeword(std::span<const std::uint16_t> word) const;

    /// Corrects `word` (n symbols) in place if it holds e errors and f erasures with 2 e + f <= n -
    /// k; leaves an uncorrectable word as it was. `erasures` are indices of symbols that nothing is
    /// known about, ascending; there may be more than n - k. std::invalid_argument on a wrong size
    /// or order. Forney syndromes, Berlekamp-Massey, Chien search, Forney's formula (Blahut,
    /// Algebraic Codes for Data Transmission, chapter 7).
    decode_result decode(std::span<std::uint16_t> word,
                         std::span<const std::uint16_t> erasures = {}) const;

private:
    static constexpr std::size_t max_parity = 30;

    /// A line of the cache: one row of a table of two registers, or two of one.
    struct alignas(64) table_line {
        std::array<std::uint16_t, 32> coefficients{};
    };
    /// n - k coefficients, highest first, zero-padded.
    using parity_row = std::array<std::uint16_t, 2 * 16>;

    void build_generator();
    /// A table of what each value of each half of some symbols adds to a row, from what each symbol
    /// adds that is 1.
    std::vector<table_line> build_rows(std::span<const parity_row> of_one) const;
    /// What `symbols` successive symbols leave after division by g(x), the last of them being the
    /// coefficient of x^distance.
    std::vector<table_line> build_division(std::size_t symbols, std::size_t distance) const;
    /// What the symbols of a residue add to the syndromes.
    std::vector<table_line> build_syndromes() const;
    /// Remainder of x^(n-k) m(x) divided by g(x), for the k symbols at `message`.
    parity_row remainder(const std::uint16_t* message) const;
    template <std::size_t halves>
    parity_row remainder_of(const std::uint16_t* message) const;
    /// Remainder of the received polynomial: zero for codewords only.
    parity_row residue(std::span<const std::uint16_t> word) const;
    /// Values of a residue, and of all words that leave it, at a^0, a^1, ..., a^(n-k-1).
    parity_row syndromes(const parity_row& residue) const;
    /// Sum of what symbols add by a table, as many as there are parity symbols.
    template <std::size_t halves>
    parity_row sum_rows(const parity_row& symbols, const std::vector<table_line>& table) const;
    void require_size(std::size_t size, std::size_t expected, const char* what) const;

    std::size_t n_;
    std::size_t k_;
    std::size_t halves_;       // registers a parity row takes
    std::size_t tail_blocks_;  // steps of the division in the second part of the message
    std::vector<std::uint16_t> generator_;
    std::vector<table_line> division_;  // for the symbols of one step
    std::vector<table_line> advance_;   // for a remainder that is moved past the tail
    std::vector<table_line> syndromes_;
};

}  // namespace luxlane::coding
