"""The options that sites have for a step: own line, allowed substitute, stated partner, claim, machine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.asked import Asked, AskedStep
from matchmaker.codes import Code
from matchmaker.columns import BoolArray, FloatArray, IntArray
from matchmaker.supply import Supply
from matchmaker.taxonomy import ProcessCase
from matchmaker.verdicts import CodeArray

MAKER_ACCESS = "maker-access"
FIRM_CODES = {
    ProcessCase.EXACT: Code.PROCESS_EXACT,
    ProcessCase.SPECIALISATION: Code.PROCESS_SPECIALISATION,
    ProcessCase.COVERS: Code.PROCESS_COVERS,
    ProcessCase.SUBSTITUTE: Code.PROCESS_SUBSTITUTE,
}


@dataclass(frozen=True, slots=True)
class Cases:
    """What every kind of line would be worth for one step. A case is a process, provided firmly or above the needed
    one as a claim, by the site or its partner, by its word or only suggested: see `_case`.

    `work_process` is the process whose row of the catalogue stands in for what is blank: the provided one where it
    truly answers the need, the needed one where there is only a claim. `preference`: the smaller, the sooner chosen.
    """

    usable: BoolArray
    code: CodeArray
    quality: FloatArray
    claimed: BoolArray  # quality spans up to 1
    partner: BoolArray
    work_process: IntArray
    relation: IntArray
    preference: IntArray


def _case(process: IntArray, partner: BoolArray, suggested: BoolArray) -> IntArray:
    """The place in `Cases` of a firm line; claims follow after all processes."""
    return np.asarray(process.astype(np.int64) * 4 + partner * 2 + suggested)


@dataclass(frozen=True, slots=True)
class Options:
    """Rows in order of site; of one site, in the order of preference that a limit on their number follows.

    `site` is a place among the sites that the plan is made for, not a row of the supply.
    """

    site: IntArray
    line: IntArray
    case: IntArray
    cases: Cases

    def take(self, rows: IntArray | BoolArray) -> Options:
        return Options(self.site[rows], self.line[rows], self.case[rows], self.cases)

    @property
    def code(self) -> CodeArray:
        return self.cases.code[self.case]

    @property
    def quality(self) -> FloatArray:
        return self.cases.quality[self.case]

    @property
    def claimed(self) -> BoolArray:
        return self.cases.claimed[self.case]

    @property
    def partner(self) -> BoolArray:
        return self.cases.partner[self.case]

    @property
    def work_process(self) -> IntArray:
        return self.cases.work_process[self.case]

    @property
    def relation(self) -> IntArray:
        return self.cases.relation[self.case]


@dataclass(frozen=True, slots=True)
class Found:
    """Lines that answer a step, in no order; `site` is a row of the supply."""

    site: IntArray
    line: IntArray
    case: IntArray
    cases: Cases

    def take(self, rows: BoolArray) -> Found:
        return Found(self.site[rows], self.line[rows], self.case[rows], self.cases)

    def placed(self, place: IntArray) -> Options:
        """In order, `place` leading from rows of the supply to places among the sites of the plan.

        Site, preference and line are put into one whole number: sorting numbers is far quicker than sorting rows.
        """
        if not len(self.site):
            return Options(self.site, self.line, self.case, self.cases)
        site = place[self.site].astype(np.int64)
        line_bits, preference_bits = int(self.line.max()).bit_length(), int(self.cases.preference.max()).bit_length()
        key = (site << preference_bits | self.cases.preference[self.case]) << line_bits | self.line
        order = np.argsort(key)
        return Options(site[order], self.line[order], self.case[order], self.cases)


def find_options(asked: Asked, step: AskedStep, supply: Supply) -> Found:
    """Every way in which a site may make the step, firm or claimed."""
    cases = _cases(asked, step)
    claims = asked.taxonomy.claim_cases(step.fact.process)
    firm = _lines_of(supply, _usable(asked, step.firm.case != ProcessCase.NONE))
    above = _lines_of(supply, _usable(asked, claims != ProcessCase.NONE))
    line, lines = np.concatenate([firm, above]), supply.lines
    case = _case(lines.process[line], lines.partner[line], lines.suggested[line])
    case[len(firm) :] += len(cases.code) // 2
    kept = cases.usable[case]
    if not kept.all():
        line, case = line[kept], case[kept]
    return Found(lines.site[line], line, case, cases)


def _lines_of(supply: Supply, processes: IntArray) -> IntArray:
    start = np.asarray(supply.lines.process_start, dtype=np.int64)
    begin, counts = start[processes], start[processes + 1] - start[processes]
    return np.asarray(np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum())))


def _usable(asked: Asked, processes: BoolArray) -> IntArray:
    """Self-service access is not a service: it counts only where the founder does the work."""
    taxonomy = asked.taxonomy
    if not asked.need.self_service and MAKER_ACCESS in taxonomy.process_index:
        processes = processes & ~taxonomy.process_below[:, taxonomy.process_index[MAKER_ACCESS]]
    return np.flatnonzero(processes)


def _cases(asked: Asked, step: AskedStep) -> Cases:
    tables = [_firm_cases(asked, step), _claim_cases(asked, step)]
    usable, code, quality, claimed, partner, work_process, relation = (
        np.concatenate([table[at].reshape(-1) for table in tables]) for at in range(7)
    )
    return Cases(
        usable=usable,
        code=code.astype(np.int8),
        quality=quality,
        claimed=claimed,
        partner=partner,
        work_process=work_process,
        relation=relation,
        preference=_preference(quality, claimed),
    )


def _preference(quality: FloatArray, claimed: BoolArray) -> IntArray:
    """Claims last, better quality first; equals share a number."""
    worth = np.round(quality, 9) - 2.0 * claimed
    return np.asarray(np.searchsorted(np.sort(-worth), -worth), dtype=np.int64)


Table = tuple[NDArray[np.generic], ...]


def _firm_cases(asked: Asked, step: AskedStep) -> Table:
    """What truly answers the need. A partner, or a line that is only suggested, cannot substitute."""
    quality, case = asked.policy.quality, step.firm.case[:, None, None]
    size = len(step.firm.case)
    partner, suggested = _both_ways(size)
    worth = np.broadcast_to(step.firm.quality[:, None, None], partner.shape)
    worth = np.where(partner, np.minimum(worth, quality["partner"]), worth)
    worth = np.where(suggested, np.minimum(worth, quality["suggested"]), worth)
    codes = np.array([FIRM_CODES.get(ProcessCase(value), Code.PROCESS_NOT_MADE) for value in range(7)])
    code = np.where(suggested, Code.PROCESS_SUGGESTED, np.where(partner, Code.PROCESS_PARTNER, codes[case]))
    process = np.broadcast_to(np.arange(size)[:, None, None], partner.shape)
    relation = np.broadcast_to(step.firm.relation[:, None, None], partner.shape)
    usable = (case != ProcessCase.SUBSTITUTE) | ~(partner | suggested)
    return usable, code, worth, suggested, partner, process, relation


def _claim_cases(asked: Asked, step: AskedStep) -> Table:
    """What stands above the needed process: a general or a category claim, its own or its partner's."""
    quality, needed = asked.policy.quality, asked.taxonomy.process_index[step.fact.process]
    claims = asked.taxonomy.claim_cases(step.fact.process)
    general = (claims == ProcessCase.GENERAL_CLAIM)[:, None, None]
    partner, suggested = _both_ways(len(claims))
    worth = np.where(general, quality["general_claim"], quality["category_claim"])
    worth = np.where(partner, np.minimum(worth, quality["partner"]), worth)
    code = np.where(general, Code.PROCESS_GENERAL_CLAIM, Code.PROCESS_CATEGORY_CLAIM)
    code, shape = np.broadcast_to(code, partner.shape), partner.shape
    claimed, process, relation = np.ones(shape, dtype=np.bool_), np.full(shape, needed), np.full(shape, -1)
    return ~suggested, code, worth, claimed, partner, process, relation


def _both_ways(size: int) -> tuple[BoolArray, BoolArray]:
    """Whether through a partner, and whether suggested, for every process: in the order of `_case`."""
    partner, suggested = np.zeros((size, 2, 2), dtype=np.bool_), np.zeros((size, 2, 2), dtype=np.bool_)
    partner[:, 1, :], suggested[:, :, 1] = True, True
    return partner, suggested
