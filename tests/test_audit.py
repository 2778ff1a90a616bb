"""Faults that only arithmetic shows."""

import pytest

import real
from crosswave.study import DataError, load_registry


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return real.part(tmp_path / "data", "igov-2017")


def faults(data, file, old, new):
    path = data / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_registry(data)
    return [str(fault) for fault in caught.value.faults]


def test_exclusive_answers_may_reach_a_hundred_with_their_rounding(data):
    """33, 24 and 2 % leave room for 41 % but for rounding: 40.5 + 32.5 + 23.5 + 1.5 = 98; 43 % gives exactly 100."""
    path = data / "surveys" / "igov-2017.yaml"
    path.write_text(path.read_text().replace('printed: "36%"', 'printed: "43%"', 1))
    assert load_registry(data)


def test_exclusive_answers_beyond_a_hundred_and_rounding_are_a_fault(data):
    [fault] = faults(data, "surveys/igov-2017.yaml", 'printed: "36%"', 'printed: "44%"')
    assert "answers to gap-confidence exclude each other on one base and exceed 100 %" in fault


def test_a_share_above_a_hundred_is_a_fault(data):
    [fault] = faults(data, "surveys/igov-2017.yaml", 'printed: "58%"', 'printed: "158%"')
    assert "'158%' is above 100 %" in fault


def test_an_interval_upside_down_is_a_fault(data):
    [fault] = faults(data, "quantities.yaml", 'low: "3/4"', 'low: "5/6"')
    assert fault.endswith("low 5/6 is above high 4/5; swap them")


def test_a_condition_without_its_value_is_a_fault(data):
    [fault] = faults(data, "claims.yaml", '        is: above\n        value: "1/3"\n', "        is: above\n")
    assert fault.endswith("is: above needs value; add it")


def test_a_condition_with_a_value_that_is_no_number_is_a_fault(data):
    [fault] = faults(data, "claims.yaml", 'value: "1/3"', 'value: "a third"')
    assert fault.endswith("'a third' is no number; write 50%, 1/3 or 12")


def test_a_fact_that_is_no_number_cannot_be_added_up(data):
    [fault] = faults(data, "claims.yaml", "cf-2030-automation: 1", "cf-2017-rating-scale: 1")
    assert fault.endswith("fact cf-2017-rating-scale cannot be added up: '0-10' is no number; write 50%, 1/3 or 12")


def test_an_exact_n_must_be_the_printed_one(data):
    [fault] = faults(data, "surveys/igov-2017.yaml", "value: 235", "value: 253")
    assert fault.endswith("n is 253, and '235' is printed; make them agree, or say how n is derived")


def test_a_phrase_must_hold_what_it_was_printed_for(data):
    found = faults(data, "quantities.yaml", 'high: "4/5"', 'high: "151/200"')
    assert any(
        "does not hold 76%, for which it was printed (techuk-2015.view-of-tech.necessity-alt1)" in f for f in found
    )


def test_a_day_that_is_not_in_the_calendar_is_a_fault(data):
    [fault] = faults(data, "surveys/igov-2017.yaml", "published: 2017-04\n", "published: 2017-02-30\n")
    assert fault.endswith("2017-02-30 is no day of the calendar; mend the date")


def test_a_plan_out_of_range_is_a_fault(data):
    [fault] = faults(data, "plan.yaml", "value: 0.05", "value: 5")
    assert fault.endswith("alpha must lie above 0 and below 0.5, such as 0.05 for 95 % intervals; 5 arrived")


def test_a_question_cannot_be_asked_because_of_its_own_answer(data):
    old = "answers: [gap-confidence.not-very, gap-confidence.not-at-all]"
    [fault] = faults(data, "surveys/igov-2017.yaml", old, "answers: [gap-barriers.skills]")
    assert fault.endswith("gap-barriers.skills is an answer to this question itself; name one of an earlier question")


def test_a_survey_file_with_another_ending_is_not_overlooked(data):
    (data / "surveys" / "foo.yml").touch()
    with pytest.raises(DataError, match=r"foo.yml:1: files of surveys end in .yaml; rename it"):
        load_registry(data)
