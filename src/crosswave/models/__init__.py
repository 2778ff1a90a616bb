"""Three and more waves: lines through them, and what surveys differ in beside sampling."""
