"""A sheet of figures, as CSV or Excel, as a survey file: what the cells show, or every fault of theirs at once."""

from crosswave.study.importing.blank import write_template
from crosswave.study.importing.houses import house_of, write_house
from crosswave.study.importing.survey import Imported, import_survey, preview_survey

__all__ = ["Imported", "house_of", "import_survey", "preview_survey", "write_house", "write_template"]
