#include "platform/workload/tensor_table.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

using namespace luxlane::workload;

namespace {

std::string message_of(const std::string& text) {
    try {
        parse_tensor_table(text, "model.csv");
    } catch (const workload_error& error) {
        return error.what();
    }
    return "no error";
}

const std::string heading = "name,kind,shape,elements\n";

}  // namespace

TEST_CASE("the built-in table is ResNet-50's", "[workload]") {
    const auto tensors = read_tensor_table("resnet50");
    // Published: 25,557,032 parameters (torchvision's documentation of resnet50) in 161 tensors:
    // 53 convolutions, 53 batch normalisations of two, and the classifier's two.
    CHECK(tensors.size() == 161);
    CHECK(tensors.back().offset + tensors.back().elements == 25557032);
    std::uint64_t offset = 0;
    int convolutions = 0;
    int scales = 0;
    for (const auto& each : tensors) {
        CHECK(each.offset == offset);
        offset += each.elements;
        convolutions += each.kind == "convolution";
        scales += each.kind == "scale";
    }
    CHECK(convolutions == 53);
    CHECK(scales == 53);
    CHECK(tensors[0].name == "conv1.weight");
    CHECK(tensors[0].shape == std::vector<std::uint64_t>({64, 3, 7, 7}));
    CHECK(tensors[159].name == "fc.weight");
    CHECK(tensors[159].shape == std::vector<std::uint64_t>({1000, 2048}));
    CHECK(tensors[160].name == "fc.bias");
    // Table 1 of the paper: conv5_x has 3 x 3 convolutions of 512 channels.
    CHECK(tensors[155].name == "layer4.2.bn2.bias");
    CHECK(tensors[153].shape == std::vector<std::uint64_t>({512, 512, 3, 3}));
}

TEST_CASE("the built-in table is the example's file", "[workload]") {
    const auto built_in = read_tensor_table("resnet50");
    const auto file = read_tensor_table(LUXLANE_EXAMPLES "/resnet50.csv");
    REQUIRE(file.size() == built_in.size());
    for (std::size_t i = 0; i < file.size(); ++i) {
        CHECK(file[i].name == built_in[i].name);
        CHECK(file[i].shape == built_in[i].shape);
    }
}

TEST_CASE("comments, empty lines and DOS line ends are allowed", "[workload]") {
    const auto tensors = parse_tensor_table(
        "# mine\r\n\r\nname,kind,shape,elements\r\na,linear,3x5,15\r\n\n# more\nb,bias,7,7", "x");
    REQUIRE(tensors.size() == 2);
    CHECK(tensors[0].elements == 15);
    CHECK(tensors[1].offset == 15);
    CHECK(tensors[1].shape == std::vector<std::uint64_t>({7}));
}

TEST_CASE("mistakes in a table are named with file and line", "[workload]") {
    CHECK(message_of("") ==
          "model.csv: no tensors; a file has the heading "
          "'name,kind,shape,elements' and one line for each tensor");
    CHECK(message_of(heading).rfind("model.csv: no tensors", 0) == 0);
    CHECK(message_of("name;kind;shape;elements\n") ==
          "model.csv:1: 'name;kind;shape;elements' instead of the heading "
          "'name,kind,shape,elements'");
    CHECK(message_of(heading + "a,linear,15\n") ==
          "model.csv:2: 3 columns instead of the 4 of 'name,kind,shape,elements'");
    CHECK(message_of(heading + "a,linear,3x5,15,\n").rfind("model.csv:2: 5 columns", 0) == 0);
    CHECK(message_of(heading + "#\n,linear,3,3\n") == "model.csv:3: a tensor without a name");
    CHECK(message_of(heading + "a,b,3,3\na,b,4,4\n") == "model.csv:3: a second tensor named 'a'");
    CHECK(message_of(heading + "a,b,3x5,16\n") ==
          "model.csv:2: 16 elements, but the shape 3x5 has 15");
    CHECK(message_of(heading + "a,b,3x,3\n") ==
          "model.csv:2: extent '' is not a whole number within 1..2147483647");
    for (const char* wrong : {"0", "-1", "1.5", "x", "4294967296", "99999999999999999999"}) {
        CHECK(message_of(heading + "a,b,1," + wrong + "\n") ==
              std::string("model.csv:2: number of elements '") + wrong +
                  "' is not a whole number within 1..2147483647");
    }
    CHECK(message_of(heading + "a,b,65536x65536,1\n") ==
          "model.csv:2: shape 65536x65536 has more than 2147483647 elements");
}

TEST_CASE("a workload that does not exist", "[workload]") {
    CHECK_THROWS_WITH(read_tensor_table("/nowhere/bert.csv"),
                      "workload '/nowhere/bert.csv': cannot read this file; built in is only "
                      "resnet50");
}
