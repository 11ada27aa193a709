"""The reviewers' desk (审核): what agents handed in, what units answered, and what citizens said of it."""
