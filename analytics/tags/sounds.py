"""Sounds: one small alphabet for Latin and Arabic letters, and what it costs to take one for another."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import accumulate

_DIGRAPHS = dict(
    pair.split("=")
    for pair in "tch=č sch=š sh=š ch=č kh=x gh=g th=θ dh=ð ph=f ck=k dj=j wh=w ee=I oo=U ou=U aa=A".split()  # noqa: SIM905 - a table
)
_LATIN = re.compile("|".join(_DIGRAPHS) + "|qu(?=[ei])|.")
_LATIN_LETTERS = _DIGRAPHS | {
    "qu": "k",
    "c": "k",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "ð",
    "þ": "θ",
    "æ": "ae",
    "œ": "e",
}
_STOP = "'"
_ARABIC_LETTERS = {
    **dict(zip("بتثجحخدذرزسشصضطظغفقكلمنه", "btθjhxdðrzsšsdtðgfqklmnh", strict=True)),
    **dict(zip("پڤگچژ", "pvgčz", strict=True)),
    # Long vowels are written; what carries a hamza is one of them, or a stop that Latin letters leave out.
    **dict(zip("اأآٱىةإيوؤئ", "AAAAAAEIUUI", strict=True)),
    **dict.fromkeys("عء", _STOP),
}
_SOFT, _CROSS = re.compile("c(?=[eiy])"), re.compile("(?<=.)x")
_TCH = re.compile("تش")
_CARRIED = re.compile("^[اأإ](?=[وي])")
_YU = re.compile("(?<=.)IU")
_TWICE = re.compile(r"(\D)\1+")
LATIN_VOWELS, ARABIC_VOWELS = frozenset("aeiouyw"), frozenset("AEIU")
LONG_VOWELS = frozenset("IU")
VOWELS = LATIN_VOWELS | ARABIC_VOWELS
_CLASSES = str.maketrans("pvqgjxčšzθð", "bfkkkkkkssd")
# What it costs to take one sound for another, by pairs of signs; all other pairs are far apart.
_COSTS = {
    0.0: "aA eE iE iI eI yI uU oU wU",
    0.05: "iy AE",
    0.1: "ei ey ou uw kq jx θs ðd",
    0.15: "eA čš ðz",
    0.2: "ow aE sz θt",
    0.25: "ae",
    0.3: "oA uA gj kx gq kč",
    0.4: "iA fv",
    0.5: "ao jč sš",
    0.6: "gk gx",
    0.8: "AI AU IU bp",
    1.6: "aU eU iU",
}
_NEAR = {pair: cost for cost, pairs in _COSTS.items() for pair in pairs.split()}
# Arabic has one letter for each of these pairs.
_NEAR_ACROSS = {"bp": 0.05, "fv": 0.05, "gj": 0.15}
# Words that differ by so much of their sounds are not told apart any further.
_HOPELESS = 0.2
# A vowel at the end makes a woman of a man, and a country of a river.
_FAR, _NO_PAIR, _OTHER_VOWEL, _FIRST, _ENDING = 1.0, 1.5, 0.7, 0.8, 2.0
# What is spoken long is written: Mohammed is no Mahmoud.
_SHORT, _LONG, _LONG_ACROSS = 0.4, 1.0, 1.5


def is_arabic(text: str) -> bool:
    """Tell whether a text has an Arabic letter."""
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def sound_out(word: str) -> str:
    """Write the sounds of a word, a sign each: small letters, and capitals for long vowels.

    Examples
    --------
    >>> sound_out("khaled"), sound_out("خالد"), sound_out("mohammed"), sound_out("محمد")
    ('xaled', 'xAld', 'mohamed', 'mhmd')
    """
    if is_arabic(word):
        text = "".join(_ARABIC_LETTERS.get(letter, letter) for letter in _TCH.sub("چ", _CARRIED.sub("", word)))
    else:
        plain = _SOFT.sub("s", _CROSS.sub("ks", word))
        text = "".join(_LATIN_LETTERS.get(one, one) for one in _LATIN.findall(plain))
    return _YU.sub("U", _TWICE.sub(r"\1", text).replace(_STOP, ""))


def strip_vowels(sounds: str) -> str:
    """Give the consonants of a word's sounds, one sign for those that scripts and desks take for each other.

    Examples
    --------
    >>> strip_vowels(sound_out("jalidi")) == strip_vowels(sound_out("khalidi")) == strip_vowels(sound_out("خالدي"))
    True
    """
    bones = "".join(one for one in sounds if one not in VOWELS)
    return (bones[:-1] if bones.endswith("h") and len(bones) > 1 else bones).translate(_CLASSES)


def tell_apart(one: str, other: str, *, is_across: bool) -> float:
    """Give what it costs to turn the sounds of one word into those of another: 0 for none, about 1 for a consonant.

    It is counted no further than two fifths of the word: so much is never one word.

    Parameters
    ----------
    one, other : str
        As `sound_out` writes them.
    is_across : bool
        Whether they come from two scripts: a short vowel that only one of them writes costs next to nothing.

    Examples
    --------
    >>> tell_apart(sound_out("ibrahim"), sound_out("ابراهيم"), is_across=True) < 0.5
    True
    >>> tell_apart("samir", "samira", is_across=False)
    2.0
    """
    return 0.0 if one == other else _tell_apart(one, other, is_across)


@lru_cache(2**16)
def _tell_apart(one: str, other: str, is_across: bool) -> float:  # noqa: FBT001 - the cache wants places
    drops, hopeless = _list_drops(other, is_across), _HOPELESS * (len(one) + len(other))
    above = [0.0, *accumulate(drops)]
    for sound, dropped in zip(one, _list_drops(one, is_across), strict=True):
        line = [above[0] + dropped]
        for column, sign in enumerate(other):
            kept = above[column] + _swap(sound, sign, is_across)
            line.append(min(kept, above[column + 1] + dropped, line[column] + drops[column]))
        above = line
        if min(above) > hopeless:
            return hopeless
    # The last sounds of a word of one script tell it from another: Mario and Maria.
    is_ending = not is_across and one[-1:] in VOWELS and other[-1:] in VOWELS
    return round(above[-1] + (_swap(one[-1], other[-1], is_across) if is_ending else 0.0), 4)


@cache
def _swap(one: str, other: str, is_across: bool) -> float:  # noqa: FBT001 - called for every pair of sounds
    if one == other:
        return 0.0
    near = _NEAR | _NEAR_ACROSS if is_across else _NEAR
    for pair in (one + other, other + one):
        if pair in near:
            return near[pair]
    if (one in VOWELS) != (other in VOWELS):
        return _NO_PAIR
    return _OTHER_VOWEL if one in VOWELS else _FAR


@lru_cache(2**16)
def _list_drops(word: str, is_across: bool) -> list[float]:  # noqa: FBT001 - called for every pair of sounds
    """Give the cost of each sound, if the other word has not: an ending tells words apart, a short vowel does not."""
    last = len(word) - 1
    return [_drop(sound, place == 0, place == last, is_across) for place, sound in enumerate(word)]


@cache
def _drop(sound: str, is_first: bool, is_last: bool, is_across: bool) -> float:  # noqa: FBT001 - called for every pair of sounds
    if sound not in VOWELS:
        return 0.5 if sound == "h" else _FAR
    if is_last:
        return 0.3 if sound == "e" else _ENDING
    if is_first and (sound in ARABIC_VOWELS or not is_across):
        return _FIRST
    if sound in LONG_VOWELS:
        return _LONG_ACROSS if is_across else _LONG
    if sound in ARABIC_VOWELS or not is_across:
        return _SHORT
    return {"w": 0.4, "y": 0.2}.get(sound, 0.2 if is_first else 0.05)


def drop_one(bones: str) -> set[str]:
    """Give the consonants with one of them left out, never the first.

    Examples
    --------
    >>> sorted(drop_one("brm"))
    ['bm', 'br']
    """
    return {bones[:place] + bones[place + 1 :] for place in range(1, len(bones))}
