"""Exchange: what other systems hand over and take. Here: the history of the system before."""
