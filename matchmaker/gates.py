"""GATES: every gate, in the order of asking. A new gate is one function, one row here, and its codes."""

from __future__ import annotations

from collections.abc import Callable

from matchmaker import row_gates, site_gates, step_gates
from matchmaker.codes import Gate
from matchmaker.ground import Given
from matchmaker.runs import Lot
from matchmaker.site_gates import SiteView
from matchmaker.step_gates import StepView
from matchmaker.timing import Finish
from matchmaker.verdicts import Column

StepGate = Callable[[StepView], Column | None]
SiteGate = Callable[[SiteView], list[Column]]
BindingGate = Callable[[Lot], list[Column]]
RowGate = Callable[[Given, Finish], list[Column]]

# Asked of a step at each option. The first four decide whether a step can be made here at all.
STEP_GATES: dict[Gate, StepGate] = {
    Gate.PROCESS: step_gates.process_gate,
    Gate.MATERIAL: step_gates.material_gate,
    Gate.ENVELOPE: step_gates.envelope_gate,
    Gate.TOLERANCE: step_gates.tolerance_gate,
    Gate.RUN_SIZE: step_gates.run_size_gate,
}
MAKING = (Gate.PROCESS, Gate.MATERIAL, Gate.ENVELOPE, Gate.TOLERANCE)

# Asked of the site, whatever it would make.
SITE_GATES: dict[Gate, SiteGate] = {
    Gate.ACTIVE: site_gates.active_gate,
    Gate.CERTIFICATES: site_gates.certificates_gate,
    Gate.PRODUCT_STATEMENTS: site_gates.statements_gate,
    Gate.REGION: site_gates.region_gate,
    Gate.EXPORT_CONTROL: site_gates.export_gate,
    Gate.SECRECY: site_gates.secrecy_gate,
    Gate.NO_GO: site_gates.no_go_gate,
}

# Asked of a step at each option that is chosen; what fails binds the whole site.
BINDING_GATES: dict[Gate, BindingGate] = {
    Gate.REGION: row_gates.step_region_gate,
    Gate.BUDGET: row_gates.budget_gate,
}

# Asked of an assignment of the steps.
ROW_GATES: dict[Gate, RowGate] = {
    Gate.DUE_DATE: row_gates.due_date_gate,
}
