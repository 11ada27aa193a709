"""Knowledge (知识库): what agents read out, who answers for it, and until when it holds.

Each item (知识点, `K18`) has a chain of its own in the ledger, with every version of it.
"""
