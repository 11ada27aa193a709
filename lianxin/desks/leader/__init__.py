"""The leaders' desk (领导): what the city's citizens ask for now, and an instruction (批示) where it is needed."""
