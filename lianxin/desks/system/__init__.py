"""The three administrators (三员): one lets people in, one gives rights, one looks at what was done.

The system administrator makes accounts and resets what was lost, the security
administrator grants roles and ends sessions and tokens, the audit administrator reads.
Nobody holds two of the three; the roll refuses it.
"""
