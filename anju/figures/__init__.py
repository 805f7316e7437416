"""Figures 统计数字: measures, targets, observations, current figures, roll-up and provenance."""
