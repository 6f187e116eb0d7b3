"""One certification as a pytest session: the run goes on in a thread, each item awaits its own verdict."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import pytest

from conformance import plan as plans
from conformance.checks import Scenario, Story, entry_of
from conformance.conductor import Conductor
from conformance.events import Listener, RunStarted
from conformance.evidence import Evidence
from conformance.outcome import Outcome
from conformance.report.failure import explained
from conformance.run import Run
from conformance.settings import Settings, SetupFailure
from conformance.verdict import Verdict
from schemas import registry
from schemas.registry import CheckEntry, UnknownId


class CheckFailed(Exception):  # noqa: N818 - what pytest shows for an item whose check did not pass
    """Carries the outcome of a check to pytest's report."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.entry.id)
        self.outcome = outcome


class CheckItem(pytest.Item):
    """One check as a pytest item. Its story runs in the run's own loop, together with all others of its phase."""

    def __init__(self, *, scenario: Scenario, awaited: Callable[[str], Outcome], lang: str, **options: Any) -> None:
        super().__init__(**options)
        self.scenario = scenario
        self._awaited = awaited
        self._lang = lang
        entry = scenario.entry
        self.extra_keyword_matches.update({entry.id, entry.level, entry.phase, entry.role, *entry.requirements})
        self.add_marker(pytest.mark.axis28_check(id=entry.id, level=entry.level, role=entry.role, phase=entry.phase))
        for requirement in entry.requirements:
            self.add_marker(pytest.mark.axis28_requirement(id=requirement))

    def runtest(self) -> None:
        """Wait for this check's verdict."""
        outcome = self._awaited(self.scenario.entry.id)
        self.user_properties += [("axis28_verdict", outcome.verdict.value), ("axis28_reason", outcome.reason or "")]
        if outcome.verdict is Verdict.NOT_SUPPORTED:
            pytest.skip(explained(outcome, self._lang))
        if not outcome.passed:
            raise CheckFailed(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Tell what a person can act on, instead of a traceback of the suite."""
        if isinstance(excinfo.value, CheckFailed):
            return explained(excinfo.value.outcome, self._lang)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Name the check in pytest's report."""
        return (
            self.path,
            vars(self.scenario.story).get("__code__", self.scenario.story.__code__).co_firstlineno,
            self.name,
        )


class Certification:
    """The active half of the plugin: collects scenarios, conducts the run, gives the session its exit code."""

    def __init__(self, settings: Settings, listeners: Sequence[Listener] = (), *, dry_run: bool = False) -> None:
        self.settings = settings
        self.failure: SetupFailure | None = None
        self.report: dict[str, Any] | None = None
        self.preview: RunStarted | None = None
        self.phases: Sequence[tuple[plans.Phase, Sequence[Scenario]]] = ()
        self._dry_run = dry_run
        self._listeners = listeners
        self._conductor: Conductor | None = None
        self._collected: list[CheckItem] = []
        self._collection_errors: list[str] = []
        # Broken data of this installation are told before the run, not after it.
        registry.reasons(), registry.requirements(), registry.checks()
        try:
            self.plan = plans.load(settings.plan)
            self.level = settings.level or self.plan.default_level
            self.plan.up_to(self.level)
        except plans.UnknownPlan as error:
            raise SetupFailure(str(error)) from error

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the markers."""
        config.addinivalue_line("markers", "axis28_check(id, level, role, phase): the check that this item decides")
        config.addinivalue_line("markers", "axis28_requirement(id): a requirement that this item proves")

    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> list[pytest.Item] | None:
        """Collect a marked coroutine function as a check."""
        try:
            entry = entry_of(obj) if callable(obj) else None
        except UnknownId as error:
            raise collector.CollectError(f"{name}: {error}") from error
        if entry is None:
            return None
        scenario = Scenario(entry, obj)  # type: ignore[arg-type] # marked by @check, which takes stories only
        item = CheckItem.from_parent(
            collector, name=name, scenario=scenario, awaited=self._await, lang=self.settings.lang
        )
        return [item]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected: without a terminal nobody else would say so."""
        if report.failed:
            self._collection_errors.append(str(report.longrepr).strip().splitlines()[-1])

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
        """Keep the checks of the plan up to the level, let ``-k`` and ``-m`` choose, then order them by phase."""
        checks = [item for item in items if isinstance(item, CheckItem)]
        planned = [item for item in checks if self._wanted(item.scenario.entry)]
        others: list[pytest.Item] = [item for item in items if not isinstance(item, CheckItem)]
        dropped = [item for item in checks if item not in planned]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        items[:] = [*others, *planned]
        yield
        order = {phase.name: place for place, phase in enumerate(self.plan.phases)}
        self._collected = sorted(
            (item for item in items if isinstance(item, CheckItem)), key=lambda item: order[item.scenario.entry.phase]
        )
        items[:] = [*(item for item in items if not isinstance(item, CheckItem)), *self._collected]

    def _wanted(self, entry: CheckEntry) -> bool:
        """Say whether a check belongs to this run; one that no registry knows is its writer's own, and does."""
        return self.plan.includes(entry, self.level) or entry.id not in registry.checks()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Begin the run before pytest's own loop awaits its items."""
        broken = session.testsfailed and not self._collected
        if not session.config.option.collectonly and not broken:
            try:
                self._begin(session.config)
            except SetupFailure as failure:
                self.failure = failure
                pytest.exit(f"axis28: {failure.text}", returncode=failure.exit_code)
        return (yield)

    def _begin(self, config: pytest.Config) -> None:
        if self._collection_errors:
            raise SetupFailure(f"a scenario cannot be loaded: {self._collection_errors[0]}")
        if not self._collected:
            raise SetupFailure("no check is selected: look at the expression, the level and the plan")
        run = Run(
            self.settings,
            self.plan,
            [item.scenario for item in self._collected],
            Evidence(self.settings.out),
            selection=self._selection(config),
            listeners=self._listeners,
        )
        self.phases = run.phases
        self._conductor = Conductor(run)
        if self._dry_run:
            self.preview = self._conductor.preview()
            config.option.collectonly = True
        else:
            self._conductor.start()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End the run, write the report and give the session the exit code that the report has."""
        if self._conductor is None or self._dry_run or self.failure is not None:
            return
        try:
            self.report = self._conductor.finish()
        except SetupFailure as failure:
            self.failure = failure
            session.exitstatus = failure.exit_code
            return
        session.exitstatus = self.report["exit_code"]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say the verdict below pytest's own summary."""
        if self.report is not None:
            draft = " DRAFT" if self.report["plan"]["draft"] else ""
            terminalreporter.section(f"axis28: {self.report['verdict']}{draft}")
            terminalreporter.line(f"report: {self.settings.out / 'report.html'}")

    def _await(self, check_id: str) -> Outcome:
        assert self._conductor is not None
        return self._conductor.outcome(check_id)

    def _selection(self, config: pytest.Config) -> str | None:
        if {item.scenario.entry.id for item in self._collected} == set(self.plan.checks(self.level)):
            return None
        chosen = (config.getoption("keyword", ""), config.getoption("markexpr", ""))
        return " and ".join(text for text in chosen if text) or f"{len(self._collected)} checks"


__all__ = ["Certification", "CheckFailed", "CheckItem", "Story"]
