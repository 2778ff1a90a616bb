"""One page under two addresses is one source."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswave.study import Registry
from crosswave.study.cross import _one_page, _plain, same_pages
from crosswave.study.models import Source

PAGE = "https://www.example.org/news/2017/more-councils-plan-for-the-cloud"


def source(name: str, *addresses: str, published: str | None = None) -> Source:
    url, *also = addresses
    return Source(
        id=name, title=name, url=url, also_at=tuple(also), kind="trade-press", published=published
    )  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        PAGE,
        "http://www.example.org/news/2017/more-councils-plan-for-the-cloud",
        "https://example.org/news/2017/more-councils-plan-for-the-cloud/",
        "https://m.example.org/news/2017/more-councils-plan-for-the-cloud",
        f"{PAGE}/amp",
        f"{PAGE}/index.html",
        f"{PAGE}?utm_source=mail&utm_medium=x",
        f"{PAGE}#figures",
        f"https://web.archive.org/web/20170918000000/{PAGE}",
        f"https://mirror.example.net/host-{PAGE}",
        "https://www.example.org/articles/more-councils%E2%80%99-plan-for-the-cloud",  # an older address of the site
        "https://www.example.org/uk/news/More_Councils_plan_for_the_cloud",
    ],
)
def test_two_addresses_of_one_page_are_found(other: str) -> None:
    one, two = source("one", PAGE), source("two", other)
    assert list(same_pages([one, two])) == [(one, two)]
    assert list(same_pages([two, one])) == [(two, one)]


@pytest.mark.parametrize(
    "other",
    [
        "https://www.example.net/news/2017/more-councils-plan-for-the-cloud",  # another site wrote of the same
        "https://www.example.org/news/2017/fewer-councils-plan-for-the-cloud",
        "https://www.example.org",
        "https://www.example.org/news",
        f"{PAGE}?page=93",  # a question that may choose another page
    ],
)
def test_two_pages_are_two(other: str) -> None:
    assert list(same_pages([source("one", PAGE), source("two", other)])) == []


def test_pages_that_differ_in_what_they_are_asked_for_are_two() -> None:
    asked = [source(name, f"https://example.org/?p={name}") for name in ("4156", "5545")]
    assert list(same_pages(asked)) == []
    assert list(same_pages([source("a", "https://example.org/?p=1"), source("b", "http://www.example.org/?p=1")]))


def test_a_short_name_or_another_date_makes_two_pages_of_a_site() -> None:
    short = [source(year, f"https://example.org/{year}/survey", published=year) for year in ("2018", "2019")]
    assert list(same_pages(short)) == []
    yearly = [
        source(year, f"https://example.org/{year}/annual-digital-leadership-survey", published=year)
        for year in ("2018", "2019")
    ]
    assert list(same_pages(yearly)) == []
    part, whole = (
        one.model_copy(update={"published": date}) for one, date in zip(yearly, ("2018", "2018-06"), strict=True)
    )
    assert list(same_pages([part, whole])) == [(part, whole)]


def test_a_second_address_counts_as_the_first() -> None:
    one, two = source("one", "https://example.org/old", PAGE), source("two", "https://example.net/x", f"{PAGE}/amp")
    assert list(same_pages([one, two])) == [(one, two)]


def test_no_two_sources_of_the_evidence_are_one_page(registry: Registry) -> None:
    assert list(same_pages(registry.sources.values())) == []
    assert [one.id for one in registry.sources.values() if one.also_at] == [
        "computerweekly-2020-pure",
        "publictechnology-2017-techuk",
        "pure-2020-release",
    ]


def test_the_two_addresses_of_each_merged_page_would_be_found(registry: Registry) -> None:
    for one in registry.sources.values():
        each = [source(f"{one.id}-{k}", address) for k, address in enumerate((one.url, *one.also_at))]
        assert len(list(same_pages(each))) == len(list(combinations(each, 2)))


_ADDRESSES = st.from_regex(r"https?://(www\.)?[ab]\.uk(/(a\.uk|[ab]|news-of-twenty-letters)){0,3}/?", fullmatch=True)


@given(st.lists(_ADDRESSES))
def test_pages_are_found_among_many_as_they_are_by_twos(addresses: list[str]) -> None:
    every = [source(f"s{place}", address) for place, address in enumerate(addresses)]
    twos = [(a, b) for a, b in combinations(every, 2) if _one_page(_plain(a.url), _plain(b.url), one_date=True)]
    assert list(same_pages(every)) == twos
