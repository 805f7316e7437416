"""Evaluation (绩效评价): score tables and the reports that carry them."""
