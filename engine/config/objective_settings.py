"""The settings of objectives of one's own: what share of events must be good, and two selectors that count them."""

from __future__ import annotations

from gendash.engine.config.setting import Setting

OBJECTIVES: tuple[Setting, ...] = (
    Setting(
        "slos.*.objective",
        "share",
        None,
        "share of events that must be good over 30 days, by the name of the objective: `checkout: {objective: 0.99,"
        " good: ..., total: ...}`; rules for burn rates, a panel, two alerts and their tests are made of it",
    ),
    Setting("slos.*.good", "text", None, 'selector of the counter of good events: `orders_total{result="ok"}`'),
    Setting("slos.*.total", "text", None, "selector of the counter of all events: `orders_total`"),
)
