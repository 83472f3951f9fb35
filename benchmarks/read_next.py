"""Measures what Read Next's text part costs on 100,000 articles of 320 words, beside scikit-learn and bm25s.

Run it as ``scripts/bench read_next``; ``READERSHIP_BENCH_ARTICLES`` sets the number of articles, of which there must be
some 30,000 at least. Each figure is taken in a process of its own, which also tells its peak memory. What takes minutes
is measured on a sample of the articles that ask, and said so.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from read_next_corpus import make_articles

ARTICLES = int(os.environ.get("READERSHIP_BENCH_ARTICLES", "100000"))
NEW, TOP, WINDOW = 500, 20, np.timedelta64(90, "D")
SAMPLE, THREADS = 2_000, 2
FIELDS = {"title": 0.5, "body": 1.0}


def read_corpus(folder: Path) -> pl.DataFrame:
    articles = pl.read_parquet(folder / "articles.parquet")
    return articles.with_columns(text_hash=pl.int_range(pl.len()).cast(pl.UInt64), is_candidate=True)


def join_texts(articles: pl.DataFrame) -> list[str]:
    return articles.select(pl.concat_str("title", "body", separator=" "))["title"].to_list()


def find_windows(articles: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    times = articles["published_at"].to_numpy()
    return np.searchsorted(times, times - WINDOW, side="left"), np.searchsorted(times, times + WINDOW, side="right")


def choose_sample(size: int) -> list[slice]:
    """Choose blocks of 100 articles, spread over the whole time."""
    blocks = SAMPLE // 100
    return [slice(start, start + 100) for start in np.linspace(0, size - 100, blocks).astype(int).tolist()]


def fit_scikit_learn(folder: Path) -> dict[str, float]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = join_texts(read_corpus(folder))
    start = time.perf_counter()
    TfidfVectorizer(stop_words="english").fit_transform(texts)
    return {"seconds": time.perf_counter() - start}


def fit_ours(folder: Path) -> dict[str, float]:
    from analytics.similarity.weigher import TermWeigher

    articles = read_corpus(folder)
    start = time.perf_counter()
    TermWeigher("en", FIELDS, name_weight=0.75).fit_transform(articles)
    return {"seconds": time.perf_counter() - start}


def top_linear_kernel(folder: Path) -> dict[str, float]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics.pairwise import linear_kernel

    articles = read_corpus(folder)
    vectors = TfidfVectorizer(stop_words="english").fit_transform(join_texts(articles))
    first, last = find_windows(articles)
    start = time.perf_counter()
    for block in choose_sample(articles.height):
        low, high = first[block.start], last[block.stop - 1]
        scores = linear_kernel(vectors[block], vectors[low:high])
        np.argpartition(-scores, TOP + 1, axis=1)[:, : TOP + 1]
    return {"seconds": (time.perf_counter() - start) * articles.height / SAMPLE}


def top_neighbours(folder: Path) -> dict[str, float]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    articles = read_corpus(folder)
    vectors = TfidfVectorizer(stop_words="english").fit_transform(join_texts(articles))
    found = NearestNeighbors(n_neighbors=TOP + 1, algorithm="brute", metric="cosine").fit(vectors)
    start = time.perf_counter()
    for block in choose_sample(articles.height)[::4]:
        found.kneighbors(vectors[block])
    return {"seconds": (time.perf_counter() - start) * articles.height / (SAMPLE / 4)}


def top_bm25s(folder: Path) -> dict[str, float]:
    import bm25s

    texts = join_texts(read_corpus(folder))
    tokens = bm25s.tokenize(texts, stopwords="en", show_progress=False)
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    asked = [texts[place] for block in choose_sample(len(texts))[::4] for place in range(block.start, block.stop)]
    start = time.perf_counter()
    index.retrieve(bm25s.tokenize(asked, stopwords="en", show_progress=False), k=TOP + 1, show_progress=False)
    return {"seconds": (time.perf_counter() - start) * len(texts) / len(asked)}


def top_ours(folder: Path) -> dict[str, float]:
    """Find the nearest 20 of all articles, and compare a sample with every article of their windows."""
    from analytics.similarity.neighbours import find_nearest_all
    from analytics.similarity.weigher import TermWeigher

    articles = read_corpus(folder)
    vectors = TermWeigher("en", FIELDS, name_weight=0.75).fit_transform(articles)
    first, last = find_windows(articles)
    start = time.perf_counter()
    near, _ = find_nearest_all(vectors, TOP, 0.05, THREADS, windows=(first, last))
    seconds = time.perf_counter() - start
    agreed = asked = 0
    for block in choose_sample(articles.height):
        seed = block.start
        scores = (vectors[first[seed] : last[seed]] @ vectors[[seed]].T).toarray().ravel()
        scores[seed - first[seed]] = -1
        exact = np.argsort(-scores, kind="stable")[:TOP] + first[seed]
        exact = exact[scores[exact - first[seed]] >= 0.05]
        agreed += len(set(exact.tolist()) & set(near[seed].tolist()))
        asked += len(exact)
    return {"seconds": seconds, "agreement": agreed / asked}


def build_index(folder: Path) -> dict[str, float]:
    from analytics.similarity.index import NeighbourIndex
    from analytics.similarity.weigher import TermWeigher

    articles = read_corpus(folder)[:-NEW]
    start = time.perf_counter()
    index = NeighbourIndex.build(TermWeigher("en", FIELDS, name_weight=0.75), articles, threads=THREADS)
    index.save(folder / "index.npz", "benchmark")
    return {"seconds": time.perf_counter() - start}


def update_index(folder: Path) -> dict[str, float]:
    """Add 500 new articles to both sides from what is stored, and store the result.

    What is known is told by id and hash; only what is new brings its text.
    """
    from analytics.similarity.index import NeighbourIndex
    from analytics.similarity.weigher import TermWeigher

    known = pl.read_parquet(folder / "articles.parquet", columns=["article_id"])
    new = pl.read_parquet(folder / "new.parquet")
    articles = pl.concat([known[:-NEW], new], how="diagonal").with_columns(
        text_hash=pl.int_range(pl.len()).cast(pl.UInt64), is_candidate=True
    )
    index = NeighbourIndex.load(folder / "index.npz", "benchmark", TermWeigher("en", FIELDS, name_weight=0.75))
    assert index is not None
    updated = index.update(articles, threads=THREADS)
    assert updated.changes == NEW
    updated.save(folder / "index.npz", "benchmark")
    return {}


def compare_index(folder: Path) -> dict[str, float]:
    """Compare the updated lists with those of one full build: of the first 20, how many are the same."""
    from analytics.similarity.index import NeighbourIndex
    from analytics.similarity.weigher import TermWeigher

    articles = read_corpus(folder)
    whole = NeighbourIndex.build(TermWeigher("en", FIELDS, name_weight=0.75), articles, threads=THREADS)
    kept = NeighbourIndex.load(folder / "index.npz", "benchmark", TermWeigher("en", FIELDS, name_weight=0.75))
    assert kept is not None
    same = [
        len(set(one[one >= 0].tolist()) & set(other[other >= 0].tolist())) / max((other >= 0).sum(), 1)
        for one, other in zip(kept.near[:, :TOP], whole.near[:, :TOP], strict=True)
    ]
    return {"agreement": float(np.mean(same))}


STEPS: dict[str, tuple[Callable[[Path], dict[str, float]], str]] = {
    "fit: TfidfVectorizer": (fit_scikit_learn, ""),
    "fit: Read Next": (fit_ours, "fit: TfidfVectorizer"),
    "20 nearest within 90 days: linear_kernel in chunks (sample)": (top_linear_kernel, ""),
    "20 nearest within 90 days: Read Next": (top_ours, "20 nearest within 90 days: linear_kernel in chunks (sample)"),
    "20 nearest of all: NearestNeighbors, brute (sample)": (top_neighbours, ""),
    "20 nearest of all: bm25s (sample)": (top_bm25s, ""),
    "index of all, 60 nearest each: built": (build_index, ""),
    "500 new articles, both directions, the whole process": (update_index, "fit: TfidfVectorizer"),
    "after them, like one full build": (compare_index, ""),
}


def read_peak() -> float:
    """Give the peak memory of this process, in MB; where the system does not tell it, with that of its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [one for one in status.read_text().splitlines() if one.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_step(folder: Path, name: str) -> dict[str, Any]:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, __file__, str(folder), name], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed"}
    found: dict[str, Any] = json.loads(done.stdout)
    return {"seconds": time.perf_counter() - start, **found}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles = make_articles(ARTICLES)
        articles.write_parquet(folder / "articles.parquet")
        articles[-NEW:].write_parquet(folder / "new.parquet")
        seen: dict[str, float] = {}
        print(f"{ARTICLES:,} articles\n\n| what | seconds | ratio | peak MB | agreement |\n|---|---|---|---|---|")
        for step, (_, base) in STEPS.items():
            found = run_step(folder, step)
            if "error" in found:
                print(f"| {step} | {found['error']} | | | |", flush=True)
                continue
            seen[step] = found["seconds"]
            ratio = f"{found['seconds'] / seen[base]:.3f}" if base in seen else ""
            agreement = f"{found['agreement']:.4f}" if "agreement" in found else ""
            print(f"| {step} | {found['seconds']:.1f} | {ratio} | {found['peak_mb']:,.0f} | {agreement} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        result = STEPS[sys.argv[2]][0](Path(sys.argv[1]))
        result["peak_mb"] = read_peak()
        print(json.dumps(result))
    else:
        main()
