"""The agents' desk (受理): a contact is taken, written up, and ends in what became of it.

One contact may end in several matters: answered at once, one order or several, joined to
an order, handed to an emergency service. Experts sit at the same desk.
"""
