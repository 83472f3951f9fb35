"""The command that examines a workspace, and makes its warehouse anew."""

from __future__ import annotations

import sys
from dataclasses import asdict

import rich_click as click

from analytics.cli.options import Options, common_options, print_json
from analytics.errors import InputError, UsageError, WarehouseBusy


@click.command()
@click.option("--rebuild", "is_rebuilding", is_flag=True, help="Make the warehouse anew from the files.")
@click.option("--force", "is_forced", is_flag=True, help="With --rebuild: though files are missing.")
@common_options
def doctor(options: Options, *, is_rebuilding: bool, is_forced: bool) -> None:
    """Examine the workspace: read everything, change nothing, and say which line of the runbook to follow.

    With --rebuild the warehouse is made anew from the files in data/landing/. The old one stays in its place until the
    new one is whole, and is kept beside it then.
    """
    if is_rebuilding:
        _rebuild(options, is_forced=is_forced)
        return
    if is_forced:
        raise UsageError("--force goes with --rebuild alone")
    from analytics.doctor import examine
    from analytics.terminal import print_findings, show_progress

    with show_progress() as progress:
        findings = examine(options.read_context(progress))
    faults = [one for one in findings if one.state == "wrong"]
    if options.is_json:
        print_json({"is_well": not faults, "findings": [asdict(one) for one in findings]})
    else:
        print_findings(findings)
    if faults:
        named = f"{faults[0].check}: {faults[0].message}"
        raise InputError(
            f"{len(faults)} checks found a fault, the first is {named}; docs/operations.md says what to do"
        )
    if findings[0].state != "ok":
        raise WarehouseBusy(findings[0].message)


def _rebuild(options: Options, *, is_forced: bool) -> None:
    from analytics.cli.commands import describe_loads, refuse_set_aside
    from analytics.rebuild import rebuild
    from analytics.terminal import print_loads, print_note, show_progress

    with show_progress() as progress:
        rebuilt = rebuild(options.read_context(progress), is_forced=is_forced)
    if options.is_json:
        print_json(describe_loads(rebuilt.reports) | {"missing": rebuilt.missing, "kept": str(rebuilt.kept)})
    else:
        print_loads(rebuilt.reports)
        sys.stdout.flush()
        print_note(f"the old warehouse is kept as {rebuilt.kept.name}; `readership run` publishes the new one")
    refuse_set_aside(rebuilt.reports)
