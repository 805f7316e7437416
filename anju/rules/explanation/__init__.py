"""Tells an outcome in Chinese, step by step, with formula, figures and clause."""
