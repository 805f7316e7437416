"""Pages of figures: tables of a topic, one measure, where a figure came from, targets, imports."""
