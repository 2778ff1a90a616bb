"""Files of respondents: weighted shares with the intervals of their design, and survey files made of them."""
