"""The quality inspectors' desk (质检): today's sample, the score sheet, appeals; and everybody's own scores."""
