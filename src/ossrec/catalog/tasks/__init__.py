"""Tasks, their facts, callbacks and calls in the catalog, and how recordings are linked to them."""
