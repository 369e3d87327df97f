#include "platform/workload/gradients.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "platform/workload/bf16.h"

using namespace luxlane::workload;

namespace {

gradient_set small_set(std::uint64_t seed, unsigned boards = 2) {
    return {parse_tensor_table("name,kind,shape,elements\n"
                               "first,linear,333x300,99900\n"
                               "one,bias,1,1\n"
                               "second,linear,5000,5000\n",
                               "test"),
            seed, boards};
}

struct moments {
    double mean = 0.0;
    double deviation = 0.0;
};

moments moments_of(const std::vector<std::uint16_t>& values, const tensor& of) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::uint64_t i = of.offset; i < of.offset + of.elements; ++i) {
        const double value = from_bf16(values[i]);
        sum += value;
        squares += value * value;
    }
    const auto n = static_cast<double>(of.elements);
    return {sum / n, std::sqrt(squares / n)};
}

}  // namespace

TEST_CASE("gradients are normal with each tensor's deviation", "[workload]") {
    const auto set = small_set(1);
    const auto values = set.values(0);
    REQUIRE(values.size() == set.elements());
    for (const std::size_t t : {0u, 2u}) {
        const auto n = static_cast<double>(set.tensors()[t].elements);
        const auto found = moments_of(values, set.tensors()[t]);
        const double deviation = set.deviation(t);
        // 99.99 % intervals: of the mean, and of the deviation (standard error s / sqrt(2 n)).
        CHECK(std::fabs(found.mean) < 3.9 * deviation / std::sqrt(n));
        CHECK(std::fabs(found.deviation - deviation) < 3.9 * deviation / std::sqrt(2.0 * n));
    }
    CHECK(set.deviation(0) < 0.1);
    CHECK(set.deviation(0) != set.deviation(2));
}

TEST_CASE("boards and seeds have gradients of their own", "[workload]") {
    const auto set = small_set(1);
    const auto a = set.values(0);
    const auto b = set.values(1);
    CHECK(a == small_set(1).values(0));
    CHECK(a != b);
    CHECK(a != small_set(2).values(0));
    double correlation = 0.0;
    const auto& first = set.tensors()[0];
    for (std::size_t i = 0; i < first.elements; ++i) {
        correlation += double{from_bf16(a[i])} * double{from_bf16(b[i])};
    }
    const auto n = static_cast<double>(first.elements);
    correlation /= n * set.deviation(0) * set.deviation(0);
    CHECK(std::fabs(correlation) < 3.9 / std::sqrt(n));
    CHECK_THROWS_AS(set.values(2), std::out_of_range);
    CHECK_THROWS_AS(small_set(1, 0), std::invalid_argument);
}

TEST_CASE("a tensor's values do not depend on how the rest is cut", "[workload]") {
    const gradient_set whole(
        parse_tensor_table("name,kind,shape,elements\nall,linear,10007,10007\n", "test"), 9);
    const gradient_set cut(parse_tensor_table("name,kind,shape,elements\nhead,linear,77,77\n"
                                              "tail,linear,9930,9930\n",
                                              "test"),
                           9);
    const auto a = whole.values(0);
    const auto b = cut.values(0);
    // The deviates are those of the same positions; only the scales differ: signs agree.
    for (std::size_t i = 0; i < a.size(); ++i) {
        REQUIRE((a[i] & 0x8000) == (b[i] & 0x8000));
    }
}

TEST_CASE("sums over the boards", "[workload]") {
    const auto set = small_set(5, 3);
    const auto a = set.values(0);
    const auto b = set.values(1);
    const auto c = set.values(2);
    const auto sums = set.reference_sums();
    for (std::size_t i = 0; i < sums.size(); ++i) {
        REQUIRE(sums[i] == reference_sum(reference_sum(a[i], b[i]), c[i]));
    }
}

TEST_CASE("the first difference is named", "[workload]") {
    const auto set = small_set(1);
    auto expected = set.reference_sums();
    auto found = expected;
    CHECK_FALSE(set.first_difference(expected, found).has_value());
    expected.back() = 0x3F80;
    found.back() = 0x4000;
    CHECK(set.first_difference(expected, found) ==
          "tensor second, element 4999: 2 (0x4000) instead of 1 (0x3f80)");
    expected[99900] = 0x0000;
    found[99900] = 0x8000;  // bit for bit: -0 is not +0
    CHECK(set.first_difference(expected, found) ==
          "tensor one, element 0: -0 (0x8000) instead of 0 (0x0000)");
    found[0] = static_cast<std::uint16_t>(expected[0] ^ 1);
    CHECK(set.first_difference(expected, found)->rfind("tensor first, element 0: ", 0) == 0);
    found.pop_back();
    CHECK_THROWS_AS(set.first_difference(expected, found), std::invalid_argument);
}

TEST_CASE("the gradients of ResNet-50", "[workload]") {
    const auto set = load("resnet50", 42);
    const auto sums = set.reference_sums();
    CHECK(sums.size() == 25557032);
    CHECK_FALSE(set.first_difference(sums, sums).has_value());
    CHECK_THROWS_AS(load("resnet51", 1), workload_error);
}
