"""What a person sees of stories: a timeline, and how well stories agree with judged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from analytics.terminal import start_table
from analytics.text_display import clean

if TYPE_CHECKING:
    from analytics.coverage.reading import Told
    from analytics.evaluation.coverage import CoverageEvaluation


def print_story(told: Told) -> None:
    """Print a story: its timeline with the lead and the short pick, and what became of it."""
    document = told.to_json()
    title = f"{document['title']} · story {document['story_id']} · {document['articles']:,} articles"
    updates = document["updates"]
    table = start_table(f"{title} · {updates:,} update{'' if updates == 1 else 's'} since its lead")
    for name in ("published", "", "article", "title"):
        table.add_column(name, no_wrap=name != "title")
    table.add_column("similarity", justify="right")
    table.add_column("reads, 24 h", justify="right")
    for entry in document["timeline"]:
        mark = "lead" if entry["is_lead"] else "pick" if entry["article_id"] in told.pick else ""
        similarity = "–" if entry["similarity"] is None else f"{entry['similarity']:.2f}"
        names = (Text(clean(entry["article_id"])), Text(clean(entry["title"])))
        table.add_row(entry["published_at"], mark, *names, similarity, f"{entry['reads']:,}")
    Console().print(table)
    for one in document["changes"]:
        stories = f"{one['from_story_id']} into {one['into_story_id']}, {one['articles']:,} articles"
        cause = "" if one["similarity"] is None else f", similarity {one['similarity']:.2f}, shown by"
        line = f"{one['as_of']} {one['change']} {stories}{cause} {one['article_id']}"
        Console(soft_wrap=True, highlight=False).print(Text(clean(line)))


def print_agreement(evaluation: CoverageEvaluation) -> None:
    """Print how well stories agree with judged ones, beside the baselines."""
    judged = f"{evaluation.articles:,} articles in {evaluation.judged_stories:,} judged stories"
    table = start_table(f"coverage · similarity {evaluation.similarity:g} · {judged}")
    table.add_column("")
    for name in ("precision", "recall", "F1", "stories"):
        table.add_column(name, justify="right")
    for name, one in evaluation.agreements.items():
        figures = (f"{value:.4f}" for value in (one.precision, one.recall, one.f1))
        table.add_row(name, *figures, f"{one.stories:,}")
    Console().print(table)
