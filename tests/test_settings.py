"""Settings: layers of TOML, each value checked, each slip named."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.errors import SettingsError, UsageError
from analytics.settings import Settings, load_settings

LIST = '[lists.mine]\nhalf_life = "{half_life}"\nwindow = "{window}"\nlength = {length}\n'


def read(tmp_path: Path, *texts: str) -> Settings:
    files = []
    for number, text in enumerate(texts):
        file = tmp_path / f"layer-{number}.toml"
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return load_settings(*files)


def refuse(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert caught.value.exit_code == 78
    assert "\n" not in caught.value.message
    return caught.value.message


def test_the_shipped_most_read_is_reads_with_a_half_life_of_6_hours_in_48(tmp_path: Path) -> None:
    recipe = read(tmp_path, "").recipe("most-read")
    assert (recipe.half_life_hours, recipe.window_hours, recipe.length) == (6, 48, 10)
    assert recipe.weights == {"read": 1.0, "share": 0.0, "engaged_minute": 0.0}


@pytest.mark.parametrize(("name", "hours"), [("24h", 24), ("7d", 168), ("30d", 720)])
def test_the_hard_windows_are_shipped(name: str, hours: float) -> None:
    recipe = load_settings().recipe(f"most-read-{name}")
    assert (recipe.half_life_hours, recipe.window_hours) == (None, hours)


def test_a_later_layer_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    first = '[lists.most-read]\nhalf_life = "3h"\nlength = 7\n[site]\nhosts = ["www.a.example"]\n'
    second = '[lists.most-read]\nlength = 4\n[site.region_aliases]\n"Near East" = "MENA"\n'
    settings = read(tmp_path, first, second)
    recipe = settings.recipe("most-read")
    assert (recipe.half_life_hours, recipe.window_hours, recipe.length) == (3, 48, 4)
    assert settings.site.hosts == ["www.a.example"]
    assert settings.site.region_aliases == {"West Asia": "MENA", "Near East": "MENA"}


def test_a_list_of_ones_own_needs_no_code(tmp_path: Path) -> None:
    settings = read(tmp_path, LIST.format(half_life="90m", window="1.5d", length=3))
    assert settings.recipe("mine").half_life_hours == 1.5
    assert settings.recipe("mine").window_hours == 36
    assert 5400 in settings.half_lives_seconds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[load]\nreject_limit_shares = 0.1\n", ["'reject_limit_shares'", "[load]", "reject_limit_share"]),
        ("[lod]\nx = 1\n", ["'lod'", "load"]),
        ('[lists.most-read]\nhalflife = "3h"\n', ["'halflife'", "half_life"]),
        ("[lists.most-read.weights]\nreads = 2\n", ["'reads'", "read"]),
        ("[read_next]\nlenght = 2\n", ["'lenght'", "length"]),
    ],
)
def test_a_mistyped_key_is_refused_and_the_nearest_named(tmp_path: Path, text: str, words: list[str]) -> None:
    message = refuse(tmp_path, text)
    assert all(word in message for word in [*words, "layer-0.toml"])


@pytest.mark.parametrize(
    "text",
    [
        LIST.format(half_life="6", window="48h", length=3),
        LIST.format(half_life="six hours", window="48h", length=3),
        LIST.format(half_life="9m", window="48h", length=3),
        LIST.format(half_life="-6h", window="48h", length=3),
        LIST.format(half_life="6h", window="0h", length=3),
        LIST.format(half_life="6h", window="999999999999d", length=3),
        LIST.format(half_life="6h", window="48h", length=0),
        LIST.format(half_life="6h", window="48h", length='"ten"'),
        "[lists.mine]\nlength = 3\n",
        "[lists.most-read.weights]\nread = -1\n",
        "[load]\nreject_limit_share = 1.5\n",
        "[engine]\nthreads = -1\n",
        '[read_next]\ntabs = ["politics", "politics"]\n',
        '[read_next]\ntabs = [""]\n',
        "[read_next.field_weights]\nbodyy = 1\n",
        "[read_next.field_weights]\nbody = nan\n",
        "[read_next.field_weights]\ntitle = 0\nsummary = 0\nbody = 0\ntags = 0\nsection = 0\n",
        "[read_next.name_weights]\nen = -1\n",
        "[read_next.maximum_age_days]\nvideo = inf\n",
        "[coverage]\nwindow_hours = inf\n",
        "[site]\nhosts = 7\n",
        "[site\n",
        "[load]\nline_bytes = 9\n",
    ],
)
def test_a_value_out_of_its_range_is_refused_and_the_file_named(tmp_path: Path, text: str) -> None:
    assert "layer-0.toml" in refuse(tmp_path, text)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml cannot be read"):
        load_settings(tmp_path / "gone.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"binary\.toml is no valid TOML"):
        load_settings(tmp_path / "binary.toml")


def test_an_unknown_list_is_refused_and_the_nearest_named() -> None:
    with pytest.raises(UsageError, match=r"no list 'most-raed'; did you mean most-read"):
        load_settings().recipe("most-raed")


def test_the_hash_changes_with_what_can_change_a_result_and_not_with_the_machine(tmp_path: Path) -> None:
    plain = read(tmp_path, "").config_hash
    assert read(tmp_path, '[engine]\nthreads = 1\nmemory_limit = "500MB"\n').config_hash == plain
    changes = ("[lists.most-read]\nlength = 4\n", "[read_next]\nlength = 5\n", '[site]\nhosts = ["a.example"]\n')
    assert len({plain, *(read(tmp_path, text).config_hash for text in changes)}) == 4


def test_the_order_of_the_keys_changes_nothing(tmp_path: Path) -> None:
    one, other = '[site.region_aliases]\nA = "1"\nB = "2"\n', '[site.region_aliases]\nB = "2"\nA = "1"\n'
    assert read(tmp_path, one).config_hash == read(tmp_path, other).config_hash


def test_the_list_of_a_page_is_one_that_there_is(tmp_path: Path) -> None:
    own = LIST.format(half_life="90m", window="24h", length=3)
    assert read(tmp_path, own + '[page]\nlist = "mine"\n').page_recipe.list_name == "mine"
    assert "did you mean most-read" in refuse(tmp_path, '[page]\nlist = "most-raed"\n')
    assert "'soon' is no duration" in refuse(tmp_path, '[page]\nread_within = "soon"\n')
