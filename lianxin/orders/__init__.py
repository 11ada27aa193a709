"""Orders (工单): the course of a matter from its submission to the archive.

`lifecycle.decide` says what is possible, `evolve` what follows, `service` carries it out.
"""
