"""The analyst's desk (统计分析): what did the days come to, by unit, category, region and channel?

Reports read the figures that were counted after each day; units stand in the order of
their names, never of their figures (66号: no ranking).
"""
