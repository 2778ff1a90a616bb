"""Charts: one message each, said in the title; every function that draws has one that says the same in words."""

from crosswave.charts.calibration import calibration_alt, calibration_chart
from crosswave.charts.canvas import image, show, svg_text
from crosswave.charts.claims import claims_alt, claims_chart
from crosswave.charts.facts import timeline_alt, timeline_chart
from crosswave.charts.overview import levels_alt, levels_chart, years_alt, years_chart
from crosswave.charts.specification import drawn, intervals, specification_alt, specification_chart
from crosswave.charts.surveys import findings_alt, findings_chart
from crosswave.charts.synthesis import synthesis_alt, synthesis_chart, verdicts_alt, verdicts_chart
from crosswave.charts.trajectory import slopes_alt, slopes_chart, trajectory_alt, trajectory_chart
from crosswave.charts.trends import difference_alt, difference_chart, waves_alt, waves_chart

__all__ = [
    "calibration_alt",
    "calibration_chart",
    "claims_alt",
    "claims_chart",
    "difference_alt",
    "difference_chart",
    "drawn",
    "findings_alt",
    "findings_chart",
    "image",
    "intervals",
    "levels_alt",
    "levels_chart",
    "show",
    "slopes_alt",
    "slopes_chart",
    "specification_alt",
    "specification_chart",
    "svg_text",
    "synthesis_alt",
    "synthesis_chart",
    "timeline_alt",
    "timeline_chart",
    "trajectory_alt",
    "trajectory_chart",
    "verdicts_alt",
    "verdicts_chart",
    "waves_alt",
    "waves_chart",
    "years_alt",
    "years_chart",
]
