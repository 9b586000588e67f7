"""The ranking as SQL over denormalised tables: a peer to measure against, and a second oracle.

Covered: every gate, the tiers, the funnel, all eight criteria, both ends of the score, the order of the first k, over
every assignment of options and resources to steps. Left to the engine's own compiled tables: which processes and
materials answer which, at what quality (taxonomy), the usual figures of processes, transit days and distance mode of
the need, the quantiles of track records. Not covered: a capability that names several resources (the tables hold one).
"""
