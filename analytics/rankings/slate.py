"""Fills one list for any scope: its candidates rung by rung, its floor, its half-life, its rules."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

import msgspec
import polars as pl

from analytics.instants import parse_duration
from analytics.rankings.calm import Margin, favour_incumbents
from analytics.rankings.edits import Edits
from analytics.rankings.lists import LATEST, list_rungs, name_basis, rank_scope, sort_candidates
from analytics.rankings.memory import choose_half_life
from analytics.rankings.metrics import filter_params
from analytics.rankings.rules import Known, Ruled, RuleSet, bar_articles, fill_slots, read_words
from analytics.rankings.scopes import NAME_KEYS, Scope, take_by_scope
from analytics.rankings.sheet import Sheet, give_slots
from analytics.settings import AUTO, ListSettings, Rules
from analytics.warehouse import Warehouse

Score = Callable[[ListSettings, int | None], pl.DataFrame]
_COUNTS = ("reads", "readers", "shares")
_GROUP_COLUMNS = {"translation_group": "translation_group", "story": "story_id"}
_RANKED = ("article_id", "section_slug", "score", *_COUNTS, "basis")


@dataclass(frozen=True)
class Filled:
    """A scope's list.

    Attributes
    ----------
    ruled : Ruled
        `items` with `rank`, `article_id`, `score`, `reads`, `readers`, `shares`, `basis`, `rules`, `is_withheld`; and
        `left_out`, who was kept out by which rule.
    basis : str
        The rung the list is filled from.
    half_life_seconds : int or None
        The half-life of its scores.
    rung : ListSettings
        The list as it is counted on that rung.
    scored : DataFrame
        Every candidate of the list on that rung, of whichever scope.
    eligible : DataFrame
        Those who may stand in it.
    """

    ruled: Ruled
    basis: str
    half_life_seconds: int | None
    rung: ListSettings
    scored: pl.DataFrame
    eligible: pl.DataFrame


class Slate:
    """One list at one moment.

    Parameters
    ----------
    warehouse : Warehouse
        With rollups current.
    name : str
        Name of the list.
    settings : ListSettings
        The list.
    as_of : datetime
        The moment (naive UTC).
    edits : Edits
        What editors said, as it holds at the moment.
    score : callable
        Gives every candidate of a list, with the half-life in seconds that is taken instead of its own.
    incumbents : callable, optional
        Gives the articles of a scope's earlier list; by default those of the newest earlier ranking.
    """

    def __init__(  # noqa: PLR0913 - what a list hangs on
        self,
        warehouse: Warehouse,
        name: str,
        settings: ListSettings,
        *,
        as_of: datetime,
        edits: Edits,
        score: Score,
        incumbents: Callable[[Scope], Collection[str]] | None = None,
    ) -> None:
        self.settings, self.edits = settings, edits
        self._warehouse, self._name, self._as_of = warehouse, name, as_of
        self._score, self._incumbents = score, incumbents
        self._rules = read_rules(settings.rules)
        self._scored: dict[tuple[str, int | None], pl.DataFrame] = {}

    @cached_property
    def candidates(self) -> pl.DataFrame:
        """Every candidate by the list's own score."""
        return self._candidates(self.settings, None)

    def fill(self, scope: Scope) -> Filled:
        """Fill the list for a scope: from the highest rung that has its floor of readers."""
        pins = self.edits.list_pins(self._name, str(scope))
        bans = self.edits.list_bans(self._name, str(scope))
        half_life = self._find_half_life(scope)
        barred, basis, rung = self._choose_rung(scope, half_life, pins, bans)
        ruled = self._choose(barred, scope, pins, basis)
        items = self._mark_resurfaced(ruled.items, barred.items)
        items = items.with_columns(is_withheld=pl.lit(basis != name_basis(self.settings)))
        return Filled(
            Ruled(items, ruled.left_out),
            basis,
            half_life or self.settings.half_life_seconds,
            rung,
            self._candidates(rung, half_life if rung is self.settings else None),
            barred.items,
        )

    def fill_scopes(self, scopes: Collection[Scope]) -> Sheet:
        """Fill the list for many scopes: those in which no rule chooses all at once, each other one by itself.

        Parameters
        ----------
        scopes : collection of Scope
            Of the published kinds.
        """
        bans = self.edits.list_bans(self._name, "")  # of every scope
        names = {str(scope) for scope in scopes}
        parts = self._fill_plain({name for name in names if self._is_plain_in(name, bans)}, bans)
        done = set().union(*(part.scopes["scope"] for part in parts))
        for scope in sorted(names - done):
            filled = self.fill(Scope.parse(scope))
            items = filled.ruled.items.with_columns(scope=pl.lit(scope))
            parts.append(Sheet.of([scope], filled.basis, filled.half_life_seconds, items))
        return Sheet.join(parts)

    def _fill_plain(self, scopes: set[str], bans: set[str]) -> list[Sheet]:
        """Fill the scopes that nothing but the order decides; those whose readers must be counted are left out."""
        settings, named, found = self.settings, name_basis(self.settings), []
        is_newest, eligible = settings.metric == "newest", pl.DataFrame()

        def add(names: set[str], basis: str, best: pl.DataFrame) -> None:
            items = give_slots(best.filter(pl.col("scope").is_in(names)), basis, is_withheld=basis != named)
            found.append(Sheet.of(sorted(names), basis, settings.half_life_seconds, items))
            scopes.difference_update(names)

        for rung, basis, _ in self._list_rungs(None):
            if not scopes:
                return found
            eligible = bar_articles(self._candidates(rung, None), self._rules, bans=bans, as_of=self._as_of).items
            best = take_by_scope(eligible.filter("is_scored"), settings.length)
            readers = dict(best.group_by("scope").agg(pl.col("readers").max()).rows())
            sure = {name for name, most in readers.items() if most >= self._count_enough(rung)}
            if is_newest:
                sure = scopes
            add(scopes & sure, basis, best)
            scopes -= readers.keys()  # these may have readers enough together
        if not scopes:
            return found
        unread = eligible.sort("published_at", "article_id", descending=[True, False])
        unread = unread.with_columns(score=0.0, **{name: pl.lit(0).cast(unread.schema[name]) for name in _COUNTS})
        add(set(scopes), LATEST, take_by_scope(unread, settings.length))
        return found

    def _is_plain_in(self, scope: str, bans: set[str]) -> bool:
        """Whether the list is plain, and no editor said anything of this scope alone."""
        settings, edits = self.settings, self.edits
        if not self._is_plain or settings.half_life == AUTO or settings.rules.resurfaced_age:
            return False
        return not edits.list_pins(self._name, scope) and edits.list_bans(self._name, scope) == bans

    def _list_rungs(self, half_life: int | None) -> list[tuple[ListSettings, str, int | None]]:
        """List the rungs with their basis, the best first; the half-life is the list's own rung's."""
        settings = self.settings
        below = [(_harden(settings, window), window, None) for window in list_rungs(settings)]
        return [(settings, name_basis(settings), half_life), *below]

    def _choose_rung(
        self, scope: Scope, half_life: int | None, pins: dict[str, int], bans: set[str]
    ) -> tuple[Ruled, str, ListSettings]:
        """Give who may stand in the list, by the scores of the highest rung that has its floor of readers."""
        settings = self.settings
        for rung, basis, seconds in self._list_rungs(half_life):
            inside = self._select(scope, self._candidates(rung, seconds))
            barred = bar_articles(inside, self._rules, bans=bans, pins=pins, as_of=self._as_of)
            barred = self._bar_resurfaced(barred, rung, pins)
            if settings.metric == "newest" or self._has_floor(barred.items.filter("is_scored"), rung):
                return barred, basis, rung
        types = barred.items.schema
        unread = (pl.lit(0).cast(types[name]).alias(name) for name in ("score", *_COUNTS))
        unscored = barred.items.with_columns(*unread, is_scored=pl.lit(value=False))
        return Ruled(unscored, barred.left_out), LATEST, rung

    def _choose(self, barred: Ruled, scope: Scope, pins: dict[str, int], basis: str) -> Ruled:
        eligible = barred.items
        if self._is_plain and not pins and basis != LATEST:
            # Nothing can come between the order and the slots: the best of those already sorted.
            best = eligible.filter("is_scored").head(self.settings.length).with_columns(scope=pl.lit(str(scope)))
            items = give_slots(best, basis, is_withheld=False).drop("scope", "is_withheld")
            return Ruled(items, barred.left_out)
        sections = eligible.select("article_id", "section_slug")
        ranked = rank_scope(eligible, Scope(()), length=len(eligible), basis=basis).drop("rank")
        pinned = eligible.filter(pl.col("article_id").is_in(list(pins))).join(ranked, on="article_id", how="anti")
        ranked = ranked.join(sections, on="article_id", how="left", maintain_order="left").select(_RANKED)
        ranked = pl.concat([ranked, pinned.with_columns(basis=pl.lit(basis)).select(_RANKED)])
        rules = self._rules
        if "section" in dict(scope.pairs):
            rules = replace(rules, per_section=0)
        known = self._known if rules.needs_text else Known()
        if self.settings.one_per:
            groups = eligible.select("article_id", _GROUP_COLUMNS[self.settings.one_per]).drop_nulls()
            known = replace(known, groups=dict(groups.rows()))
        fill = partial(fill_slots, rules=rules, pins=pins, length=self.settings.length, known=known)
        ruled = self._keep_calm(ranked, self._find_incumbents(scope), fill)
        return Ruled(ruled.items.drop("section_slug"), pl.concat([barred.left_out, ruled.left_out]))

    def _bar_resurfaced(self, barred: Ruled, rung: ListSettings, pins: Collection[str]) -> Ruled:
        """Keep out old articles that a burst from few networks brings back."""
        old = self._find_resurfaced(barred.items).filter(~pl.col("article_id").is_in(list(pins)))
        if old.is_empty():
            return barred
        ids, window_from = old["article_id"].to_list(), rung.begin_window(self._as_of)
        counts = self._warehouse.frame(
            "rankings/network_count", window_from=window_from, as_of=self._as_of, article_ids=ids
        )
        known = set(counts.filter(pl.col("networks") >= self.settings.rules.resurfaced_networks)["article_id"])
        few = [one for one in ids if one not in known]
        left_out = pl.DataFrame({"article_id": few, "rule": "few_networks"}, schema=barred.left_out.schema)
        kept = barred.items.filter(~pl.col("article_id").is_in(few))
        return Ruled(kept, pl.concat([barred.left_out, left_out]))

    def _mark_resurfaced(self, items: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
        if not self.settings.rules.resurfaced_age:
            return items
        resurfaced = self._find_resurfaced(candidates)["article_id"].to_list()
        rules = pl.col("rules")
        marked = pl.when(pl.col("article_id").is_in(resurfaced)).then(pl.concat_list(rules, pl.lit("resurfaced")))
        return items.with_columns(marked.otherwise(rules))

    def _find_resurfaced(self, candidates: pl.DataFrame) -> pl.DataFrame:
        """Find the scored articles that are older than a list lets come back unseen."""
        if not self.settings.rules.resurfaced_age:
            return candidates.clear()
        born = self._as_of - parse_duration(self.settings.rules.resurfaced_age)
        return candidates.filter("is_scored", pl.col("published_at") < born)

    def _select(self, scope: Scope, candidates: pl.DataFrame) -> pl.DataFrame:
        """Keep the candidates inside a scope, by their own columns and by the tag and author it names."""
        named = {key: value for key, value in scope.pairs if key in NAME_KEYS}
        if named:
            carriers = self._warehouse.frame("rankings/tagged_article", **dict.fromkeys(NAME_KEYS, "") | named)
            candidates = candidates.join(carriers, on="article_id", how="semi", maintain_order="left")
        return scope.select(candidates)

    def _keep_calm(
        self, ranked: pl.DataFrame, incumbents: Collection[str], fill: Callable[[pl.DataFrame], Ruled]
    ) -> Ruled:
        """Fill the slots: an incumbent yields only to who beats it by the list's calm; the order is by score."""
        settings, plain = self.settings, fill(ranked)
        margin = Margin(settings.calm, settings.calm_of_mean)
        calm = fill(favour_incumbents(ranked, incumbents, margin, length=settings.length))
        kept = calm.items["article_id"]
        stays = kept.filter(~kept.is_in(plain.items["article_id"].implode()))
        if stays.is_empty():
            return plain
        items = fill(ranked.filter(pl.col("article_id").is_in(kept.implode()))).items
        rules = pl.col("rules")
        stayed = pl.when(pl.col("article_id").is_in(stays.implode())).then(pl.concat_list(rules, pl.lit("calm")))
        return Ruled(items.with_columns(stayed.otherwise(rules)), calm.left_out)

    def _find_incumbents(self, scope: Scope) -> Collection[str]:
        if not (self.settings.calm or self.settings.calm_of_mean):
            return ()
        if self._incumbents:
            return self._incumbents(scope)
        previous = self._warehouse.frame("rankings/previous_item", list_names=[self._name], as_of=self._as_of)
        return previous.filter(pl.col("scope") == str(scope))["article_id"].to_list()

    @cached_property
    def _is_plain(self) -> bool:
        """Whether the list has no rule that looks at who already has a slot."""
        settings, rules = self.settings, self._rules
        return not (rules.needs_text or rules.per_section or settings.one_per or settings.calm or settings.calm_of_mean)

    @cached_property
    def _known(self) -> Known:
        rows = self._warehouse.frame("rankings/article_text", as_of=self._as_of).rows()
        has_words = bool(self._rules.near_duplicate_similarity)
        return Known(
            {article_id: tuple(authors) for article_id, authors, _ in rows},
            {article_id: read_words(text) for article_id, _, text in rows} if has_words else {},
        )

    def _candidates(self, settings: ListSettings, half_life_seconds: int | None) -> pl.DataFrame:
        key = (settings.config_hash, half_life_seconds)
        if key not in self._scored:
            self._scored[key] = sort_candidates(self._score(settings, half_life_seconds))
        return self._scored[key]

    def _find_half_life(self, scope: Scope) -> int | None:
        if self.settings.half_life != AUTO:
            return None
        squared = msgspec.structs.asdict(self.settings.weights)
        weights = type(self.settings.weights)(**{kind: weight**2 for kind, weight in squared.items()})
        doubled = msgspec.structs.replace(
            self.settings, weights=weights, box_click_weight=self.settings.box_click_weight**2
        )

        def score(seconds: int) -> pl.DataFrame:
            scores = self._select(scope, self._candidates(self.settings, seconds)).filter("is_scored")
            variances = self._candidates(doubled, seconds // 2).select("article_id", variance="score")
            return scores.join(variances, on="article_id", how="left", maintain_order="left")

        return choose_half_life(score, length=self.settings.length)

    def _has_floor(self, scored: pl.DataFrame, rung: ListSettings) -> bool:
        """Tell whether so many distinct people read the scope; asked of the events only where it is not plain."""
        if scored.is_empty() or self.settings.floor_readers == 1:
            return not scored.is_empty()
        if max(scored["readers"]) >= self._count_enough(rung):
            return True
        window_from = rung.begin_window(self._as_of)
        readers = self._warehouse.frame(
            "rankings/reader_count",
            window_from=window_from,
            as_of=self._as_of,
            article_ids=scored["article_id"].to_list(),
            **filter_params(rung.filter),
        )
        return int(readers.item()) >= self.settings.floor_readers

    def _count_enough(self, rung: ListSettings) -> int:
        """Count the readers of one article that are enough for the floor, whoever they were."""
        floor = self.settings.floor_readers
        if floor == 1:
            return 0
        days = (self._as_of - rung.begin_window(self._as_of)).days + 2
        return floor * days  # of the UTC days it may touch: a reader counts once in each


def read_rules(rules: Rules) -> RuleSet:
    """Turn a list's settings into its rules."""
    return RuleSet(
        minimum_age=parse_duration(rules.minimum_age) if rules.minimum_age else None,
        maximum_age=parse_duration(rules.maximum_age) if rules.maximum_age else None,
        per_section=rules.per_section,
        per_author=rules.per_author,
        near_duplicate_similarity=rules.near_duplicate_similarity,
    )


def _harden(settings: ListSettings, window: str) -> ListSettings:
    off = {"half_life_2": "", "half_life_2_share": 0.0, "rising": 0.0}
    return msgspec.structs.replace(settings, half_life="none", window=window, calendar="", **off)
