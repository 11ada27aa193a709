"""The desks: the screens of the zones, the floor and the wall.

A desk is a frame; each panel is served by its own room. The book of responsibility
(责任账本), the front page of the house, is the first of them.
"""
