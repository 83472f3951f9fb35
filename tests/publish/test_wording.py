"""The words of the pages: nothing that is counted goes without."""

from __future__ import annotations

import re

import pytest

from analytics.publish.wording import Wording, read_strings
from analytics.statements import read_statement


def list_reasons() -> list[str]:
    """Give every reason that the statements of counting can write to `removed_by`."""
    late = re.search(r"case(.*?)end as removed_by", read_statement("stage/counted").text, re.DOTALL)
    assert late
    return re.findall(r"then '(\w+)'", read_statement("macros/early_reason").text + late[1])


@pytest.mark.parametrize("language", ["ar", "en", "es"])
@pytest.mark.parametrize("reason", list_reasons())
def test_every_reason_of_a_removal_has_words_of_its_own(language: str, reason: str) -> None:
    words = read_strings()[language][f"reason_{reason}"]
    assert words
    assert Wording(language).name("reason", reason) == words


@pytest.mark.parametrize("language", ["ar", "es"])
def test_no_other_language_says_a_reason_in_english(language: str) -> None:
    ours, english = read_strings()[language], read_strings()["en"]
    assert [reason for reason in list_reasons() if ours[f"reason_{reason}"] == english[f"reason_{reason}"]] == []


def test_no_words_are_kept_for_a_reason_that_does_not_exist() -> None:
    named = {key.removeprefix("reason_") for key in read_strings()["en"] if key.startswith("reason_")}
    assert named == set(list_reasons())
