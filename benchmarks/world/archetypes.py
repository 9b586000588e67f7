"""Kinds of producers: which processes stand together, what they run, what they hold. All shares are estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Archetype:
    """`kinds`: chances of maker space, job shop, contract manufacturer. `processes`: weights of drawing, words of one
    producer together. `run`: the median smallest order in pieces. `certificates`: chances where a list is given."""

    name: str
    share: float
    kinds: tuple[float, float, float]
    processes: Mapping[str, float]
    run: float
    certificates: Mapping[str, float] = field(default_factory=dict)


def _weights(text: str) -> dict[str, float]:
    """ "slug:weight slug" as a mapping; a weight left out is 1."""
    out = {}
    for item in text.split():
        slug, _, weight = item.partition(":")
        out[slug] = float(weight or 1)
    return out


ARCHETYPES = (
    Archetype(
        "electronics",
        0.19,
        (0.0, 0.45, 0.55),
        _weights(
            "smt-assembly:9 tht-assembly:7 smt-fine-pitch:4 bga-assembly:3 pcb-assembly:2 hand-soldering:4 aoi:5"
            " selective-soldering:2 xray-inspection:2 ict flying-probe:2 functional-test:5 firmware-programming:4"
            " conformal-coating:3 potting:2 box-build:5 cable-harness:3 pcb-rework:2 packaging electronics:0.5"
            " turnkey-procurement:2"
        ),
        25,
        _weights(
            "iso-9001:0.7 iso-13485:0.2 iatf-16949:0.1 as9100:0.08 ipc-class2:0.3 ipc-class3:0.15 esd-s20-20:0.25"
            " ipc-a-610-cis:0.4 j-std-001-cis:0.2 itar-registered:0.06 un38-3:0.04"
        ),
    ),
    Archetype(
        "boards",
        0.04,
        (0.0, 0.3, 0.7),
        _weights(
            "pcb-fab-rigid-2l:9 pcb-fab-multilayer:8 pcb-fab:5 pcb-fab-hdi:3 pcb-fab-flex:2 pcb-fab-metal-core:2"
            " flying-probe:4 aoi:3 smt-assembly:3 tht-assembly:2 xray-inspection turnkey-procurement laser-cutting"
        ),
        10,
        _weights("iso-9001:0.8 ul-pcb:0.6 iatf-16949:0.2 ipc-6012-class2:0.4 ipc-6012-class3:0.15 rohs:0.4"),
    ),
    Archetype(
        "machining",
        0.22,
        (0.0, 0.85, 0.15),
        _weights(
            "cnc-milling-3axis:9 cnc-turning:8 cnc-milling-5axis:4 cnc-milling-4axis:3 cnc-milling:4 cnc-machining:3"
            " machining:0.7 swiss-turning:1.5 wire-edm:1.5 edm grinding:2 manual-machining:3 deburring-tumbling:4"
            " bead-blasting:2 metrology:2 fixture-making:1.5 anodising laser-engraving:1.5 mechanical-assembly:2"
            " gear-cutting:0.5 tig-welding heat-treatment:0.5 waterjet-cutting:0.5"
        ),
        5,
        _weights("iso-9001:0.55 as9100:0.22 iso-13485:0.12 itar-registered:0.12 iatf-16949:0.06 iso-14001:0.1"),
    ),
    Archetype(
        "sheet",
        0.14,
        (0.0, 0.75, 0.25),
        _weights(
            "laser-cutting-metal:9 press-brake-bending:8 pem-insertion:5 welding:3 mig-welding:4 tig-welding:4"
            " laser-cutting:2 powder-coating:4 painting:2 stamping:2 tube-bending:2 spot-welding:2 waterjet-cutting"
            " plasma-cutting:2 mechanical-assembly:3 sheet-metal:1.5 deep-drawing:0.5 laser-welding:0.7 bead-blasting"
            " box-build die-making:0.7"
        ),
        10,
        _weights("iso-9001:0.55 iso-3834:0.2 aws-d1-1:0.15 iatf-16949:0.08 iso-14001:0.15 itar-registered:0.05"),
    ),
    Archetype(
        "plastics",
        0.12,
        (0.0, 0.25, 0.75),
        _weights(
            "injection-moulding:9 injection-moulding-production-tool:4 injection-moulding-soft-tool:3 overmoulding:3"
            " insert-moulding:3 two-shot-moulding:1.5 lsr-moulding:1.5 silicone-compression-moulding"
            " ultrasonic-welding:3 pad-printing:4 mould-making:4 thermoforming:2 vacuum-casting:1.5 blow-moulding"
            " rotational-moulding:0.7 mechanical-assembly:3 packaging:2 plastics:1.5 dfm-engineering box-build"
            " plastic-fabrication"
        ),
        500,
        _weights("iso-9001:0.75 iatf-16949:0.2 iso-13485:0.22 iso-14001:0.25 ul-94-v0:0.1 reach:0.3 iso-14644-8:0.08"),
    ),
    Archetype(
        "additive",
        0.08,
        (0.1, 0.8, 0.1),
        _weights(
            "fff:5 sla:6 sls:6 mjf:5 dmls:3 polyjet:2 fff-industrial:3 binder-jet-metal:0.5 am-polymer-finishing:4"
            " vacuum-casting:3 cnc-milling-3axis:2 painting:2 polishing heat-treatment additive bead-blasting:2"
            " metrology"
        ),
        1,
        _weights("iso-9001:0.5 as9100:0.1 iso-13485:0.15 itar-registered:0.05"),
    ),
    Archetype(
        "makers",
        0.09,
        (0.95, 0.05, 0.0),
        _weights(
            "fff:9 laser-cutting-nonmetal:8 laser-engraving:5 cnc-routing:5 vinyl-cutting:4 electronics-bench:5"
            " sewing-access:3 woodshop-access:4 metalshop-access:3 hand-soldering:3 pcb-milling:2 sla:3"
            " reflow-oven-access:2 manual-machining:2 coworking-lab-space:4 laser-cutting sewing wood-joinery"
        ),
        1,
    ),
    Archetype(
        "assembly",
        0.07,
        (0.0, 0.35, 0.65),
        _weights(
            "box-build:9 mechanical-assembly:8 kitting:6 packaging:6 fulfilment:4 cable-harness:4 functional-test:4"
            " firmware-programming:3 cleanroom-assembly:1.5 display-bonding adhesive-bonding:3 battery-pack-assembly:2"
            " uv-printing screen-printing sterilisation:0.5 assembly ultrasonic-welding:2 hand-soldering:2"
        ),
        100,
        _weights("iso-9001:0.7 iso-13485:0.25 iso-14644-7:0.08 iso-14644-8:0.08 esd-s20-20:0.2 ul-harness:0.1"),
    ),
    Archetype(
        "soft",
        0.03,
        (0.1, 0.4, 0.5),
        _weights(
            "sewing:9 fabric-cutting:8 embroidery:4 rf-welding:2 screen-printing:4 packaging:3 kitting:3 textiles"
            " laser-cutting-nonmetal:2 fulfilment:2 pad-printing adhesive-bonding"
        ),
        50,
        _weights("iso-9001:0.3 oeko-tex-100:0.3 sedex-smeta:0.4 cpsia:0.1"),
    ),
    Archetype(
        "foundry",
        0.02,
        (0.0, 0.4, 0.6),
        _weights(
            "die-casting:4 investment-casting:3 sand-casting:4 forging:2 mim:1.5 metal-extrusion:2 cnc-milling:3"
            " cnc-machining:3 heat-treatment:3 deburring-tumbling:3 bead-blasting:2 anodising:2 powder-coating:2"
            " chromate-conversion passivation"
        ),
        100,
        _weights("iso-9001:0.8 iatf-16949:0.35 as9100:0.1 iso-14001:0.3"),
    ),
)

# What is bought in through partners.
PARTNER_PROCESSES = (
    "anodising",
    "powder-coating",
    "painting",
    "pcb-fab",
    "mould-making",
    "packaging",
    "heat-treatment",
    "electroplating",
    "emc-radio-testing",
)

# Steps that usually stand before or after the lead step of each archetype, in the order of making.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "electronics": ("pcb-fab-rigid-2l", "smt-assembly", "tht-assembly", "functional-test", "conformal-coating"),
    "boards": ("pcb-fab-multilayer", "smt-assembly"),
    "machining": ("cnc-milling-3axis", "cnc-turning", "deburring-tumbling", "anodising", "mechanical-assembly"),
    "sheet": ("laser-cutting-metal", "press-brake-bending", "pem-insertion", "welding", "powder-coating"),
    "plastics": ("mould-making", "injection-moulding", "pad-printing", "ultrasonic-welding", "packaging"),
    "additive": ("sls", "am-polymer-finishing", "painting", "mechanical-assembly"),
    "makers": ("laser-cutting-nonmetal", "fff", "sewing"),
    "assembly": ("cable-harness", "box-build", "functional-test", "packaging", "fulfilment"),
    "soft": ("fabric-cutting", "sewing", "embroidery", "packaging"),
    "foundry": ("die-casting", "cnc-milling", "deburring-tumbling", "powder-coating"),
}
