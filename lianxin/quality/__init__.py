"""Quality (质检): is the work done as it should be, and how does somebody contest a score?

Samples are drawn at random and by risk, scored on the sheet of the city's pack, appealed
and decided by another person. Scores stand; a decision is a further score.
"""
