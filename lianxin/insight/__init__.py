"""Insight: those who look at the whole. The audit proves from database and checkpoints that nothing was lost."""
