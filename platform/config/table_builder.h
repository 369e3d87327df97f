#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/config/parameter.h"

namespace luxlane::config {

/// Builds the table; each line reads as a row of the data sheet.
class table_builder {
public:
    explicit table_builder(std::string section) : section_(std::move(section)) {}

    template <class Member>
    table_builder& real(const char* name, const char* unit, Member member, double low, double high,
                        const char* meaning, const char* source) {
        return add(name, unit, low, high, {}, meaning, source, real_place(member));
    }
    template <class Member>
    table_builder& integer(const char* name, const char* unit, Member member, double low,
                           double high, const char* meaning, const char* source) {
        return add(name, unit, low, high, {}, meaning, source, integer_place(member));
    }
    template <class Member>
    table_builder& count(const char* name, const char* unit, Member member, double low, double high,
                         const char* meaning, const char* source) {
        return add(name, unit, low, high, {}, meaning, source, count_place(member));
    }
    template <class Member>
    table_builder& flag(const char* name, Member member, const char* meaning, const char* source) {
        return add(name, "", 0, 1, {}, meaning, source, flag_place(member));
    }
    template <class Member>
    table_builder& text(const char* name, Member member, std::vector<std::string> choices,
                        const char* meaning, const char* source) {
        return add(name, "", 0, 0, std::move(choices), meaning, source, text_place(member));
    }
    /// `member` gives a value of an enumeration whose names, by value, are `names`.
    template <class Member, class Names>
    table_builder& choice(const char* name, Member member, const Names& names, const char* meaning,
                          const char* source) {
        return add(
            name, "", 0, 0, {names.begin(), names.end()}, meaning, source,
            choice_place{[member](configuration& values) {
                             return static_cast<std::size_t>(member(values));
                         },
                         [member](configuration& values, std::size_t index) {
                             auto& value = member(values);
                             value = static_cast<std::remove_reference_t<decltype(value)>>(index);
                         }});
    }
    void append_to(std::vector<parameter>& all) const {
        all.insert(all.end(), rows_.begin(), rows_.end());
    }

private:
    template <class Place>
    table_builder& add(const char* name, const char* unit, double low, double high,
                       std::vector<std::string> choices, const char* meaning, const char* source,
                       Place place) {
        rows_.push_back({section_ + "." + name, unit, low, high, std::move(choices), meaning,
                         source, std::move(place)});
        return *this;
    }

    std::string section_;
    std::vector<parameter> rows_;
};

}  // namespace luxlane::config
