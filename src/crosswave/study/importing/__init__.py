"""A sheet of figures, as CSV or Excel, as a survey file: what the cells show, or every fault of theirs at once."""

from crosswave.study.importing.blank import write_template
from crosswave.study.importing.survey import Imported, import_survey

__all__ = ["Imported", "import_survey", "write_template"]
