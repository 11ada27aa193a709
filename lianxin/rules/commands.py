"""Which commands do the rules answer to?

`lianxin due` reckons deadlines, `lianxin rules` looks at packs. Exit 0: answered;
1: a question or a pack is wrong; 2: the command cannot be carried out as given.
"""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal, NoReturn, cast

import typer

if TYPE_CHECKING:
    from lianxin.rules.rules import Rules

DEFAULT_PACK = "sd-binzhou"


def register(app: typer.Typer) -> None:
    """Add `due` and `rules` to the command line."""
    app.command("due")(due)
    rules = typer.Typer(help="Rule packs: check a file, list what is known.", no_args_is_help=True)
    rules.command("check")(check)
    rules.command("list")(list_packs)
    rules.command("show")(show)
    app.add_typer(rules, name="rules")


def _stop(sentence: str, status: int = 2) -> NoReturn:
    typer.echo(sentence if sentence.endswith(("?", ".")) else f"{sentence}.", err=True)
    raise typer.Exit(status)


def _rules(pack: str) -> "Rules":
    from lianxin.rules.loading import BrokenPack, UnknownPack, load_rules
    from lianxin.rules.reading import Unreadable

    try:
        return load_rules(pack)
    except (UnknownPack, Unreadable) as trouble:
        _stop(str(trouble))
    except BrokenPack as trouble:
        _stop(f"{trouble}\nThe pack has mistakes and was not used. See them with: lianxin rules check {pack}")


def due(
    clock: Annotated[str | None, typer.Argument(help="Dotted key of a clock, e.g. order.handle.default.")] = None,
    pack: Annotated[str, typer.Option(help="Rule pack: name, name@version or a file.")] = DEFAULT_PACK,
    start: Annotated[str | None, typer.Option("--from", help="Start: ISO 8601 with offset.")] = None,
    suspend: Annotated[list[str] | None, typer.Option(help="A pause FROM/TO; may be given several times.")] = None,
    extend: Annotated[int, typer.Option(help="Extension in the clock's own unit, from the old due.")] = 0,
    batch: Annotated[
        str | None, typer.Option(help="File of JSON lines with clock, from, suspend, extend; - reads stdin.")
    ] = None,
    steps: Annotated[bool, typer.Option("--steps/--no-steps", help="Explain each date.")] = True,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Language of the explanation.")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Reckon when a clock runs out, and why then."""
    if batch is not None:
        if clock is not None or start is not None or suspend or extend:
            _stop("--batch takes clock, from, suspend and extend from its file; give them there or leave --batch out.")
        _batch(batch, pack, lang, steps=steps)
        return
    if clock is None or start is None:
        _stop("Give a CLOCK and --from, e.g.: lianxin due order.handle.default --from 2026-09-30T10:00:00+08:00")
    _one(clock, pack, start, suspend or [], extend, lang, steps=steps, as_json=as_json)


def _one(
    clock: str, pack: str, start: str, suspend: list[str], extend: int, lang: str, *, steps: bool, as_json: bool
) -> None:
    import msgspec

    from lianxin.deadlines.wording import Lang
    from lianxin.rules.calculator import BadQuestion, Question, answer, read_extension, read_instant
    from lianxin.rules.rules import UnknownClock

    rules = _rules(pack)
    try:
        rules.clock(clock)
        pauses = tuple(_pause(written) for written in suspend)
        question = Question(clock, read_instant(start, "--from"), pauses, read_extension(extend))
    except (BadQuestion, UnknownClock) as trouble:
        _stop(str(trouble))
    try:
        found = answer(question, rules, cast(Lang, lang), steps=steps)
    except BadQuestion as trouble:
        if not as_json:
            _stop(str(trouble), 1)
        typer.echo(msgspec.json.encode({"error": str(trouble)}))
        raise typer.Exit(1) from trouble
    if as_json:
        typer.echo(msgspec.json.encode(found))
    else:
        _tell(found, rules)


def _pause(written: str) -> tuple[int, int]:
    from lianxin.rules.calculator import BadQuestion, read_instant

    begin, slash, end = written.partition("/")
    if not slash:
        raise BadQuestion(f"--suspend {written!r} must be FROM/TO")
    return read_instant(begin, "--suspend FROM"), read_instant(end, "--suspend TO")


def _tell(found: dict[str, object], rules: "Rules") -> None:
    for name in ("due", "yellow", "red"):
        if found[name] is not None:
            typer.echo(f"{name:7}{found[name]}")
    for step in cast(list[dict[str, str]], found.get("steps", [])):
        typer.echo(f"  {step['text']}  [{step['src']}]")
    if not rules.approved:
        typer.echo(f"The pack {rules.ref} has not been approved by anybody yet.", err=True)


def _batch(batch: str, pack: str, lang: str, *, steps: bool) -> None:
    """Answer a file line by line; memory stays flat."""
    from lianxin.deadlines.wording import Lang
    from lianxin.rules.calculator import BadQuestion, answer_lines
    from lianxin.rules.loading import BrokenPack, UnknownPack, load_rules
    from lianxin.rules.reading import Unreadable

    ours, others = _rules(pack), {}

    def rules_of(name: str | None) -> "Rules":
        if name is None:
            return ours
        if name not in others:
            try:
                others[name] = load_rules(name)
            except (UnknownPack, Unreadable, BrokenPack) as trouble:
                raise BadQuestion(str(trouble)) from trouble
        return others[name]

    good = True
    with _opened(batch) as file:
        for line, right in answer_lines(file, rules_of, cast(Lang, lang), steps=steps):
            sys.stdout.buffer.write(line)
            good = good and right
        sys.stdout.buffer.flush()
    if not good:
        raise typer.Exit(1)


def _opened(batch: str) -> AbstractContextManager[BinaryIO]:
    if batch == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(batch).open("rb")
    except OSError as trouble:
        _stop(f"Cannot read {batch}: {trouble.strerror or trouble}.")


def check(
    file: Annotated[Path, typer.Argument(help="Rule pack in YAML.")],
    load_at: Annotated[
        str | None, typer.Option(help="Also refuse a pack whose effective.from lies before this instant.")
    ] = None,
) -> None:
    """Name line and key of every mistake in a rule pack."""
    from lianxin.rules.calculator import BadQuestion, read_instant
    from lianxin.rules.loading import check_text, rules_from_text
    from lianxin.rules.reading import Mistake, Unreadable, read_text

    try:
        content = read_text(file)
        now = None if load_at is None else read_instant(load_at, "--load-at")
    except (Unreadable, BadQuestion) as trouble:
        _stop(str(trouble))
    root, mistakes = check_text(content)
    if not mistakes and root is not None:
        rules = rules_from_text(content, file)
        if now is not None and rules.effective_from < now:
            line = root.lines["effective"]
            mistakes = [Mistake(line, "effective.from", "lies in the past; a new version holds from a coming instant")]
    if mistakes:
        for mistake in mistakes:
            typer.echo(f"{file}:{mistake.line}: {mistake.key + ': ' if mistake.key else ''}{mistake.text}")
        typer.echo(f"{len(mistakes)} mistake{'s' * (len(mistakes) != 1)}; the pack cannot be used.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{rules.ref} is right: {len(rules.clocks)} clocks, {'' if rules.approved else 'not yet '}approved.")


def list_packs() -> None:
    """List the rule packs that come with the house."""
    from lianxin.ground.clock import iso
    from lianxin.rules.loading import all_rules

    for rules in all_rules():
        approved = "approved" if rules.approved else "not approved"
        typer.echo(
            f"{rules.ref:30} from {iso(rules.effective_from)}  {len(rules.clocks):3} clocks  {approved}  {rules.title}"
        )


def show(pack: Annotated[str, typer.Argument(help="Rule pack: name, name@version or a file.")]) -> None:
    """Show every clock of a pack with its source."""
    rules = _rules(pack)
    typer.echo(f"{rules.ref}  {rules.title}")
    for key, clock in rules.clocks.items():
        typer.echo(f"{key:34} {clock.value:>4} {clock.unit:9} {clock.src}")
