"""The portal (市民页面): a citizen asks on the web, gets a receipt, and follows what becomes of it.

No account and no login. Who writes has an order at once; who follows shows its number and
query code. Works without scripts and on a small telephone; a stranger with a number learns nothing.
"""
