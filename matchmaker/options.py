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

MAKER_ACCESS = "maker-access"
FIRM_CODES = {
    ProcessCase.EXACT: Code.PROCESS_EXACT,
    ProcessCase.SPECIALISATION: Code.PROCESS_SPECIALISATION,
    ProcessCase.COVERS: Code.PROCESS_COVERS,
    ProcessCase.SUBSTITUTE: Code.PROCESS_SUBSTITUTE,
}


@dataclass(frozen=True, slots=True)
class Options:
    """Rows in order of site; of one site, in the order of preference that a limit on their number follows.

    `work_process` is the process whose row of the catalogue stands in for what is blank: the provided one where it
    truly answers the need, the needed one where there is only a claim.
    """

    site: IntArray
    line: IntArray
    code: NDArray[np.int64]
    quality: FloatArray
    claimed: BoolArray  # quality spans up to 1
    partner: BoolArray
    work_process: IntArray
    relation: IntArray

    def take(self, rows: NDArray[np.int64] | BoolArray) -> Options:
        return Options(
            self.site[rows],
            self.line[rows],
            self.code[rows],
            self.quality[rows],
            self.claimed[rows],
            self.partner[rows],
            self.work_process[rows],
            self.relation[rows],
        )


def find_options(asked: Asked, step: AskedStep, supply: Supply) -> Options:
    """Every way in which a site may make the step, firm or claimed."""
    firm = _firm_options(asked, step, supply)
    claims = _claim_options(asked, step, supply)
    merged = Options(
        *(np.concatenate([getattr(firm, name), getattr(claims, name)]) for name in Options.__dataclass_fields__)
    )
    order = np.lexsort((merged.line, -np.round(merged.quality, 9), merged.claimed, merged.site))
    return merged.take(order)


def _lines_of(supply: Supply, processes: IntArray) -> IntArray:
    start = supply.lines.process_start
    spans = [np.arange(start[process], start[process + 1]) for process in processes]
    return np.concatenate([np.zeros(0, dtype=np.int64), *spans]).astype(np.int64)


def _usable(asked: Asked, processes: BoolArray) -> IntArray:
    """Self-service access is not a service: it counts only where the founder does the work."""
    taxonomy = asked.taxonomy
    if not asked.need.self_service and MAKER_ACCESS in taxonomy.process_index:
        processes = processes & ~taxonomy.process_below[:, taxonomy.process_index[MAKER_ACCESS]]
    return np.flatnonzero(processes)


def _firm_options(asked: Asked, step: AskedStep, supply: Supply) -> Options:
    """What truly answers the need. A partner, or a line that is only suggested, cannot substitute."""
    rows = _lines_of(supply, _usable(asked, step.firm.case != ProcessCase.NONE))
    lines, quality = supply.lines, asked.policy.quality
    case = step.firm.case[lines.process[rows]]
    partner, suggested = lines.partner[rows], lines.suggested[rows]
    kept = (case != ProcessCase.SUBSTITUTE) | ~(partner | suggested)
    rows, case, partner, suggested = rows[kept], case[kept], partner[kept], suggested[kept]
    worth = step.firm.quality[lines.process[rows]]
    worth = np.where(partner, np.minimum(worth, quality["partner"]), worth)
    worth = np.where(suggested, np.minimum(worth, quality["suggested"]), worth)
    codes = np.array([FIRM_CODES.get(ProcessCase(value), Code.PROCESS_NOT_MADE) for value in range(7)])
    return Options(
        site=lines.site[rows],
        line=rows,
        code=np.select([suggested, partner], [Code.PROCESS_SUGGESTED, Code.PROCESS_PARTNER], codes[case]),
        quality=worth,
        claimed=suggested,
        partner=partner,
        work_process=lines.process[rows],
        relation=step.firm.relation[lines.process[rows]],
    )


def _claim_options(asked: Asked, step: AskedStep, supply: Supply) -> Options:
    """What stands above the needed process: a general or a category claim, its own or its partner's."""
    claim_cases = asked.taxonomy.claim_cases(step.fact.process)
    rows = _lines_of(supply, _usable(asked, claim_cases != ProcessCase.NONE))
    lines, quality = supply.lines, asked.policy.quality
    rows = rows[~lines.suggested[rows]]
    general = claim_cases[lines.process[rows]] == ProcessCase.GENERAL_CLAIM
    worth = np.where(general, quality["general_claim"], quality["category_claim"])
    partner = lines.partner[rows]
    return Options(
        site=lines.site[rows],
        line=rows,
        code=np.where(general, Code.PROCESS_GENERAL_CLAIM, Code.PROCESS_CATEGORY_CLAIM).astype(np.int64),
        quality=np.where(partner, np.minimum(worth, quality["partner"]), worth),
        claimed=np.ones(len(rows), dtype=np.bool_),
        partner=partner,
        work_process=np.full(len(rows), asked.taxonomy.process_index[step.fact.process], dtype=np.int64),
        relation=np.full(len(rows), -1, dtype=np.int64),
    )
