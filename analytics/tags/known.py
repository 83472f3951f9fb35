"""The tags of a workspace, and what is known of any two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import polars as pl

from analytics.articles.tags import key_tag
from analytics.errors import UsageError, name_nearest
from analytics.tags.alias_file import Aliases
from analytics.tags.groups import Company, warn_of_two
from analytics.tags.proposals import PAIR_SCHEMA, Proposal
from analytics.warehouse import Warehouse


@dataclass(frozen=True)
class Suggestion:
    """A proposal as an editor reads it.

    Attributes
    ----------
    proposal : Proposal
        Keys, score and what the articles say.
    label, canonical_label : str
        The two tags as most articles write them.
    common_tags : tuple of str
        Tags that stand beside both, the rarest first.
    readers, canonical_readers, shared_readers : int
        Readers of each tag's articles, and of both.
    warning : str or None
        That one of them may stand for two people.
    """

    proposal: Proposal
    label: str
    canonical_label: str
    common_tags: tuple[str, ...]
    readers: int
    canonical_readers: int
    shared_readers: int
    warning: str | None


@dataclass(frozen=True)
class KnownTags:
    """The tags of a workspace: who carries them, how they are written, what was decided.

    Attributes
    ----------
    aliases : Aliases
        What was decided.
    carried : DataFrame
        `article_id`, `tag_key`, `edition`, `section`, `translation_group`: a row an article and tag.
    owners : mapping of str to str
        The key of every spelling, with the tag it stands under.
    labels : mapping of str to str
        By key, the tag as it is shown.
    """

    aliases: Aliases
    carried: pl.DataFrame
    owners: Mapping[str, str]
    labels: Mapping[str, str]

    @classmethod
    def read(cls, warehouse: Warehouse, aliases: Aliases) -> Self:
        """Read the tags as they stand in the tables."""
        labels = dict(warehouse.frame("articles/tag_label").select("tag_key", "label").iter_rows())
        owners = {key_tag(label): key for key, label in warehouse.frame("articles/tag_spelling").iter_rows()}
        standing = dict(warehouse.frame("articles/standing_alias").select("tag_key", "canonical_key").iter_rows())
        carried_aliases = {form: key for form, key in standing.items() if key in labels}
        return cls(
            aliases,
            warehouse.frame("articles/carried_tag"),
            {key: key for key in labels} | owners | carried_aliases,
            labels,
        )

    def find(self, text: str) -> str:
        """Give the key of the tag that somebody names, by any of its spellings.

        Raises
        ------
        UsageError
            Where no article carries it; the sentence names the nearest.
        """
        key = key_tag(text)
        if key not in self.owners:
            raise UsageError(f"no article carries the tag {text!r}; {name_nearest(text, {*self.labels.values()})}")
        return self.owners[key]

    def find_two(self, one: str, other: str) -> tuple[str, str]:
        """Give the keys of two tags.

        Raises
        ------
        UsageError
            Where no article carries one of them, or they are one tag already.
        """
        first, second = self.find(one), self.find(other)
        if first == second:
            raise UsageError(f"{one!r} and {other!r} are the same tag already: {self.labels[first]!r}")
        return first, second

    def describe(self, proposals: Iterable[Proposal], warehouse: Warehouse) -> list[Suggestion]:
        """Add to proposals how the tags are written, who reads both, and where a full name may be two people."""
        found = list(proposals)
        pairs = [(one.tag, one.canonical) for one in found]
        warehouse.stage_frame("stage.tag_pair", pl.DataFrame(pairs, schema=PAIR_SCHEMA, orient="row"))
        shared = {(one, other): counts for one, other, *counts in warehouse.frame("articles/shared_reader").iter_rows()}
        warehouse.drop_stage()
        return [self._describe(one, *shared[one.tag, one.canonical]) for one in found]

    def _describe(self, one: Proposal, readers: int, canonical_readers: int, shared_readers: int) -> Suggestion:
        is_full_name = " " in one.tag and " " in one.canonical
        return Suggestion(
            proposal=one,
            label=self.labels[one.tag],
            canonical_label=self.labels[one.canonical],
            common_tags=tuple(self.labels[key] for key in one.common_tags),
            readers=readers,
            canonical_readers=canonical_readers,
            shared_readers=shared_readers,
            warning=self.warn(one.tag, one.canonical) if is_full_name else None,
        )

    def warn(self, *keys: str) -> str | None:
        """Say where the articles of these tags fall into groups that have little in common."""
        return warn_of_two(self._company.divide(keys), self.labels)

    @cached_property
    def _company(self) -> Company:
        return Company(self.carried)
