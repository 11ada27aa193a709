"""The follow-up callers' desk (回访): who is called next, what was tried, what is owed."""
