"""An editor's word: recorded, and where it is urgent, published at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

import polars as pl

from analytics.context import Context
from analytics.coverage.job import make_stories
from analytics.errors import UsageError, name_nearest
from analytics.instants import parse_instant
from analytics.lookup import find_article
from analytics.publish.documents import Manifest
from analytics.publish.job import publish_reports
from analytics.publish.write import PublishedSet, read_manifest
from analytics.rankings.edits import UNDOES, Edit, Edits
from analytics.rankings.job import Moment, rank_lists
from analytics.rankings.scopes import Scope, list_scopes
from analytics.read_next.signals import LIST_NAME, SEED_SCOPE
from analytics.settings import ListSettings, Settings
from analytics.urls import UrlRules
from analytics.warehouse import Warehouse

_WITHDRAWALS = ("withdraw", "restore")


@dataclass(frozen=True)
class Recorded:
    """What became of an edit.

    Attributes
    ----------
    edit_number : int
        Its number in `rankings.edit`.
    edit : Edit
        As it was recorded.
    published : PublishedSet or None
        What it changed in the reports at once.
    """

    edit_number: int
    edit: Edit
    published: PublishedSet | None


def record_edit(context: Context, edit: Edit, *, made_by: str, reason: str, is_now: bool = False) -> Recorded:
    """Record what an editor said of an article.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    edit : Edit
        The article by its id or URL; list and scope as `read_place` gives them.
    made_by, reason : str
        Who says it, and why.
    is_now : bool
        Whether the reports change at once; else the next publish shows it.

    Raises
    ------
    UsageError
        Where there is no such article, list or slot, a pair that cannot be, nothing that could be taken back, or
        nothing was published yet.
    CheckFailed
        Where the changed lists would break the policy: the edit is recorded, and the reports stay as they are.
    """
    _require_words(made_by, reason)
    _require_list(context, edit)
    with context.hold(), context.open() as warehouse:
        edit = _name_articles(warehouse, edit, context.url_rules)
        _require_standing(warehouse, edit)
        manifest = _require_published(context) if is_now else None
        number = _append(warehouse, edit, context.now, made_by, reason)
        published = _publish_now(context, warehouse, edit, manifest) if manifest else None
        warehouse.checkpoint()
    return Recorded(number, edit, published)


def list_edits(context: Context, *, length: int = 100) -> pl.DataFrame:
    """List what editors said, the newest first, and whether it holds now.

    Parameters
    ----------
    context : Context
        Workspace, settings and clock.
    length : int
        So many at most.
    """
    with context.hold(), context.open(is_reader=True) as warehouse:
        rows = warehouse.frame("rankings/edit")
    standing = set(Edits.read(rows, context.now).standing)
    newest = {Edit(**row): place for place, row in enumerate(rows.select(Edit.__dataclass_fields__.keys()).to_dicts())}
    holds = [place in {newest[one] for one in standing} for place in range(len(rows))]
    return rows.with_columns(pl.Series("is_standing", holds, dtype=pl.Boolean)).reverse().head(length)


def _require_words(made_by: str, reason: str) -> None:
    if not made_by.strip() or not reason.strip():
        raise UsageError("say who decides and why: --by and --why are never empty")


def _require_list(context: Context, edit: Edit) -> None:
    lengths = {name: one.length for name, one in context.settings.lists.items()}
    if edit.list_name == LIST_NAME:
        lengths = {LIST_NAME: context.settings.read_next.length}
        if edit.scope is not None and not edit.scope.startswith(SEED_SCOPE):
            raise UsageError("Read Next has no scopes: leave --scope out, or name with --after what is read before")
    elif edit.list_name is not None:
        if edit.list_name not in lengths:
            hint = name_nearest(edit.list_name, [*lengths, LIST_NAME])
            raise UsageError(f"there is no list {edit.list_name!r}; {hint}")
        lengths = {edit.list_name: lengths[edit.list_name]}
    longest = max(lengths.values())
    if edit.slot is not None and edit.slot > longest:
        raise UsageError(f"there is no slot {edit.slot}; the list has {longest}")
    if edit.until_at is not None and edit.until_at <= context.now:
        raise UsageError("--until is over already; name a later moment")


def _name_articles(warehouse: Warehouse, edit: Edit, urls: UrlRules) -> Edit:
    """Put ids in place of the URLs that were typed; refuse a pin that no list can ever show."""
    article_id, edition = find_article(warehouse, edit.article_id, urls)
    named, is_pin = replace(edit, article_id=article_id), edit.action == "pin"
    (place,) = warehouse.frame("rankings/article_scope", article_id=article_id).to_dicts()
    if is_pin and place["status"] == "withdrawn":
        raise UsageError(f"{article_id} is withdrawn, and no list shows it; pin a live article")
    if edit.list_name != LIST_NAME:
        return named
    if is_pin and place["content_type"] == "flash":
        raise UsageError(f"{article_id} is a flash, and Read Next shows none; pin an article")
    if edit.scope is None:
        return named
    seed_id, seed_edition = find_article(warehouse, edit.scope.removeprefix(SEED_SCOPE), urls)
    if is_pin and seed_id == article_id:
        raise UsageError(f"{article_id} cannot be read next after itself; name another article with --after")
    if is_pin and seed_edition != edition:
        places = f"{article_id} is of edition {edition} and {seed_id} of {seed_edition}"
        raise UsageError(f"{places}: what is read next is of the same edition, so pin its translation")
    return replace(named, scope=f"{SEED_SCOPE}{seed_id}")


def _require_standing(warehouse: Warehouse, edit: Edit) -> None:
    """Refuse to take back what nobody said."""
    if edit.action not in UNDOES:
        return
    standing = Edits.read(warehouse.frame("rankings/edit"), None).standing
    same = [one for one in standing if (one.action, one.article_id) == (UNDOES[edit.action], edit.article_id)]
    if not any(one.is_undone_by(edit) for one in same):
        places = ", ".join(map(_name_place, same))
        stands = f"it stands in {places}" if same else "`readership edits` lists what stands"
        raise UsageError(f"no {UNDOES[edit.action]} of {edit.article_id} stands there; {stands}")


def _name_place(edit: Edit) -> str:
    if edit.list_name == LIST_NAME:
        return f"{LIST_NAME} {(edit.scope or 'after every article').replace(SEED_SCOPE, 'after ')}"
    return f"{edit.list_name or 'every list'} of {edit.scope or 'every scope'}"


def _require_published(context: Context) -> Manifest:
    manifest = read_manifest(context.workspace.reports)
    if manifest is None:
        raise UsageError("nothing has been published yet, so nothing can change at once; leave --now out")
    if manifest.config_hash != context.settings.config_hash:
        raise UsageError("the settings changed since the reports were published; leave --now out and `readership run`")
    return manifest


def _append(warehouse: Warehouse, edit: Edit, now: datetime, made_by: str, reason: str) -> int:
    number = warehouse.count("rankings.edit") + 1
    row = {"edit_number": number, **asdict(edit), "made_at": now, "made_by": made_by, "reason": reason}
    warehouse.append_frame("rankings.edit", pl.DataFrame([row]))
    return number


def _publish_now(context: Context, warehouse: Warehouse, edit: Edit, manifest: Manifest) -> PublishedSet:
    """Make anew what the edit touches, at the moment the reports describe, and publish the set whole."""
    settings, as_of = context.settings, parse_instant(manifest.as_of)
    data_through, final_through = (
        None if one is None else parse_instant(one) for one in (manifest.data_through, manifest.final_through)
    )
    is_withdrawal, is_read_next = edit.action in _WITHDRAWALS, _bears_on_read_next(edit)
    lists, scopes = (settings.lists, None) if is_withdrawal else _find_touched(warehouse, settings, edit, as_of)
    if is_withdrawal:
        make_stories(warehouse, settings, as_of, folder=context.workspace.similarity)
    if is_read_next:
        from analytics.read_next.job import recommend_articles  # noqa: PLC0415 - it loads the text model

        recommend_articles(warehouse, settings.read_next, as_of, folder=context.workspace.similarity)
    rank_lists(warehouse, lists, Moment(as_of, data_through), scopes=scopes)
    return publish_reports(
        warehouse,
        reports=context.workspace.reports,
        lists=settings.recipes,
        page=settings.page_recipe,
        as_of=as_of,
        data_through=data_through,
        final_through=final_through,
        config_hash=manifest.config_hash,
        status=manifest.status,
        reasons=manifest.reasons,
        generated_at=context.now,
        next_expected_at=None,
        policy=settings.policy,
        touched=scopes,
        is_read_next_touched=is_read_next,
    )


def _bears_on_read_next(edit: Edit) -> bool:
    """Tell whether an edit may change what is read next: a pin of every list is about the ranked lists alone."""
    return edit.list_name == LIST_NAME or (edit.list_name is None and edit.scope is None and edit.action != "pin")


def _find_touched(
    warehouse: Warehouse, settings: Settings, edit: Edit, as_of: datetime
) -> tuple[dict[str, ListSettings], list[Scope]]:
    """Find the lists and scopes that an edit may change: of a ban, those in which the article stands."""
    if edit.list_name == LIST_NAME:
        return {}, []
    places = list_scopes(warehouse.frame("rankings/article_scope", article_id=edit.article_id))
    scopes = [one for one in places if edit.scope in {None, str(one)}]
    lists = {name: one for name, one in settings.lists.items() if edit.list_name in {None, name}}
    # A floor counts the readers of articles outside the list as well, and calm measures by the best of all scores.
    if edit.action == "ban" and not any(
        one.floor_readers > 1 or one.calm or one.calm_of_mean for one in lists.values()
    ):
        standing = warehouse.frame("rankings/standing_place", article_id=edit.article_id, as_of=as_of)
        names, told = set(standing["list_name"]), set(standing["scope"])
        lists = {name: one for name, one in lists.items() if name in names}
        scopes = [one for one in scopes if str(one) in told]
    return lists, scopes


def read_scope(words: list[str]) -> str | None:
    """Write the scope that ``key=value`` words name; none for every scope, and ``site`` for the whole site alone."""
    if not words:
        return None
    return str(Scope(())) if words == ["site"] else str(Scope.of(words))


def read_place(list_name: str | None, words: list[str], after: str | None) -> tuple[str | None, str | None]:
    """Give the list and the scope that the options of a command name.

    Examples
    --------
    >>> read_place(None, [], "en-0001")
    ('read-next', 'after=en-0001')

    Raises
    ------
    UsageError
        Where --after stands beside another list, or a scope.
    """
    if after is None:
        return list_name, read_scope(words)
    if list_name not in {None, LIST_NAME} or words:
        raise UsageError("--after is about Read Next alone: leave --list and --scope out, or leave --after out")
    return LIST_NAME, f"{SEED_SCOPE}{after}"
