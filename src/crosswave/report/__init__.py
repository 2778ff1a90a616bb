"""What people read: sentences, tables, charts, pages and the run that makes them."""
